"""Link an identity of the provider to an account, and part them again."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from kernel.accounts.models import Identity, User
from kernel.accounts.provider import Claims
from kernel.refusal import Refused
from kernel.trail import Actor, record


def link(user: User, claims: Claims, *, at: datetime, actor: Actor) -> Identity:
    """``user``, who has just given their password, is whom the provider knows by ``claims``.

    Raises Refused when either already has another counterpart.
    """
    known = Identity.objects.filter(issuer=claims.issuer, user=user).first()
    if known:
        raise Refused(
            f"账号 {user.get_username()} 已在 {timezone.localtime(known.linked_at):%Y年%-m月%-d日} "
            "绑定另一个统一身份；确要更换，请本机制办公室先在“人员与角色”里解除绑定。"
        )
    try:
        with transaction.atomic():
            made = Identity.objects.create(
                user=user,
                issuer=claims.issuer,
                subject=claims.subject,
                name=claims.name,
                linked_at=at,
            )
            record(
                actor=actor,
                action="accounts.link",
                subject=user.get_username(),
                summary=f"绑定统一身份{f'（{claims.name}）' if claims.name else ''}",
                detail={"issuer": claims.issuer, "subject": claims.subject},
            )
    except IntegrityError as taken:
        raise Refused("这个统一身份刚刚已经绑定，请回到登录页重新登录。") from taken
    return made


@transaction.atomic
def unlink(identity_id: int, *, actor: Actor) -> Identity:
    """Part them: sessions begun by this identity end. Raises Identity.DoesNotExist."""
    identity = (
        Identity.objects.select_for_update(of=("self",)).select_related("user").get(pk=identity_id)
    )
    identity.delete()
    record(
        actor=actor,
        action="accounts.unlink",
        subject=identity.user.get_username(),
        summary=f"解除{identity.user.name}的统一身份绑定",
        detail={"issuer": identity.issuer, "subject": identity.subject},
    )
    return identity
