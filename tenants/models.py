"""Tenants (city, banner, district, park) as a tree, and the hosts they answer on."""

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django_tenants.models import DomainMixin, TenantMixin

SCHEMA_NAME = r"^[a-z][a-z0-9_]{1,40}$"
TILE_COLUMNS, TILE_ROWS = 8, 8  # of a wall


class Kind(models.TextChoices):
    CITY = "city", "市"
    BANNER = "banner", "旗"
    DISTRICT = "district", "区"
    PARK = "park", "园区"


class Tenant(TenantMixin):
    """One mechanism office (工作机制办公室) with a schema of its own."""

    auto_create_schema = False

    schema_name = models.CharField(
        max_length=41, unique=True, validators=[RegexValidator(SCHEMA_NAME)]
    )
    slug = models.SlugField("网址名", max_length=40, unique=True)
    kind = models.CharField("类型", max_length=10, choices=Kind)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name="上级"
    )
    name = models.CharField("名称", max_length=60, unique=True)
    code = models.CharField("区划代码", max_length=16, unique=True)
    prefix = models.CharField("编号字头", max_length=6, unique=True)
    pinyin = models.CharField(max_length=120, editable=False, db_index=True)
    order = models.PositiveSmallIntegerField("排序", default=0)
    threshold_wan = models.DecimalField(
        "入选投资下限（万元）", max_digits=14, decimal_places=2, default=100_000
    )
    template_digest = models.CharField(max_length=64, editable=False, default="")
    # Where it lies among its sisters on the wall of the tenant above (西起第几列、北起第几行).
    tile_column = models.SmallIntegerField("列", null=True, blank=True)
    tile_row = models.SmallIntegerField("行", null=True, blank=True)
    #: What its schema's record of migrations comes to, noted by whoever migrates it.
    migration_head = models.CharField(max_length=64, editable=False, default="", db_default="")
    ready = models.BooleanField("已开通", default=False)
    opened_at = models.DateTimeField("开通时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "租户"
        ordering = ["order", "code"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(schema_name__regex=SCHEMA_NAME), name="tenant_schema_name"
            ),
            models.CheckConstraint(condition=models.Q(kind__in=Kind.values), name="tenant_kind"),
            models.CheckConstraint(
                condition=(models.Q(kind=Kind.CITY) & models.Q(parent__isnull=True))
                | (~models.Q(kind=Kind.CITY) & models.Q(parent__isnull=False)),
                name="tenant_city_is_the_root",
            ),
            models.CheckConstraint(
                condition=models.Q(tile_column__isnull=True, tile_row__isnull=True)
                | models.Q(tile_column__range=(1, TILE_COLUMNS), tile_row__range=(1, TILE_ROWS)),
                name="tenant_tile_on_the_wall",
            ),
            # Looked at when all are placed, so that two may change places.
            models.UniqueConstraint(
                fields=["parent", "tile_column", "tile_row"],
                deferrable=models.Deferrable.DEFERRED,
                name="tenant_tile_alone",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def office_name(self) -> str:
        return f"{self.name}重点项目联审联批工作机制办公室"

    @property
    def is_city(self) -> bool:
        return self.kind == Kind.CITY

    def lineage(self) -> list["Tenant"]:
        """This tenant and those above it, nearest first; the last is the city."""
        line: list[Tenant] = [self]
        while line[-1].parent is not None:
            line.append(line[-1].parent)
        return line

    def url(self, path: str = "/") -> str:
        """The console's address, absolute, with the port this place is served on."""
        scheme = "https" if settings.SESSION_COOKIE_SECURE else "http"
        port = f":{settings.PORT}" if settings.PORT else ""
        return f"{scheme}://{self.slug}.{settings.PORTAL_HOST}{port}{path}"


class Domain(DomainMixin):
    """A host name of a tenant's console."""

    class Meta:
        verbose_name = verbose_name_plural = "域名"
