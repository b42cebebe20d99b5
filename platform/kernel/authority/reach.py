"""How far a role reaches: which departments' procedures a person moves (guardian grants).

A role says what may be done; a grant on a unit says on whose procedures. The mechanism office
reaches all. Grants live in the tenant's own schema.
"""

from typing import TypeVar

from django.db.models import Model, QuerySet
from guardian.shortcuts import assign_perm, get_objects_for_user, remove_perm

from kernel.accounts.models import Membership, User

M = TypeVar("M", bound=Model)


def grant(user: User, permission: str, obj: Model) -> None:
    """Give ``user`` the object permission (codename) on ``obj``."""
    assign_perm(permission, user, obj)


def revoke(user: User, permission: str, obj: Model) -> None:
    remove_perm(permission, user, obj)


def within_reach(membership: Membership, permission: str, objects: QuerySet[M]) -> QuerySet[M]:
    """Those of ``objects`` the member holds the object permission on."""
    held: QuerySet[M] = get_objects_for_user(
        membership.user, permission, objects, use_groups=False, with_superuser=False
    )
    return held
