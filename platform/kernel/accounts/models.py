"""One account a person; one membership (任职) for each tenant they work in."""

from datetime import date
from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q

from kernel.authority.permissions import Role


class User(AbstractUser):
    """A person. Office lines only: there is no field for a mobile number."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    name = models.CharField("姓名", max_length=40)
    office_phone = models.CharField("办公电话", max_length=20, blank=True)

    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        verbose_name = verbose_name_plural = "人员"

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name


class MembershipQuerySet(models.QuerySet["Membership"]):
    def in_force(self, on: date) -> "MembershipQuerySet":
        """Those that hold on day ``on`` (both ends included)."""
        return self.filter(Q(until_on__isnull=True) | Q(until_on__gte=on), from_on__lte=on)


class Membership(models.Model):
    """A person's role and post in one tenant for a term. No membership, no entry."""

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships", verbose_name="人员")
    tenant = models.ForeignKey(
        "tenants.Tenant", models.CASCADE, related_name="memberships", verbose_name="租户"
    )
    role = models.CharField("角色", max_length=16, choices=[(r.value, r.label) for r in Role])
    post = models.CharField("职务", max_length=60, blank=True)
    department_code = models.CharField("所属单位", max_length=10, blank=True)
    from_on = models.DateField("任职自")
    until_on = models.DateField("任职至", null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "任职"
        ordering = ["tenant", "role", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "tenant"],
                condition=Q(until_on__isnull=True),
                name="membership_one_open_per_tenant",
            ),
            models.CheckConstraint(
                condition=Q(role__in=[r.value for r in Role]), name="membership_role"
            ),
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(until_on__gte=models.F("from_on")),
                name="membership_term",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}（{self.role_label}）"

    @property
    def role_label(self) -> str:
        return Role(self.role).label


class Identity(models.Model):
    """Whom the identity provider (统一身份认证) knows a person as. It opens no door by itself: the
    account it belongs to needs a membership like everybody's."""

    user = models.ForeignKey(User, models.CASCADE, related_name="identities", verbose_name="人员")
    issuer = models.CharField("认证中心", max_length=255)
    subject = models.CharField("认证中心内的标识", max_length=255)
    name = models.CharField("认证中心登记的姓名", max_length=40, blank=True)
    linked_at = models.DateTimeField("绑定时间")
    used_at = models.DateTimeField("最近使用", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "统一身份绑定"
        constraints = [
            models.UniqueConstraint(fields=["issuer", "subject"], name="identity_one_account"),
            models.UniqueConstraint(fields=["issuer", "user"], name="identity_one_per_account"),
            models.CheckConstraint(
                condition=~Q(issuer="") & ~Q(subject=""), name="identity_names_somebody"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}：{self.subject}"


class Ticket(models.Model):
    """Carries a signed-in person to another tenant's host, once and within a minute."""

    digest = models.CharField(max_length=64, primary_key=True)
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    #: By which identity the person had come in; with it, the ticket is gone as well.
    identity = models.ForeignKey(Identity, models.CASCADE, null=True, related_name="+")
    schema_name = models.CharField(max_length=41)
    expires_at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = "切换凭证"

    def __str__(self) -> str:
        return self.schema_name
