"""What becomes of a notice that was entered (启用流程), and the words for what it moves."""

from django.db import models


class State(models.TextChoices):
    """An open draft is corrected and previewed as often as needed; then one of the others for good."""

    OPEN = "open", "草稿"
    APPLIED = "applied", "已启用"
    DISCARDED = "discarded", "已放弃"


class Phase(models.TextChoices):
    """A preview changes nothing; after the notice is applied every tenant is recomputed."""

    PREVIEW = "preview", "预览"
    APPLIED = "applied", "重算"


class DateKind(models.TextChoices):
    """The dates that rest on the calendar, by the names `procedures.dates` gives them."""

    STATUTORY = "statutory", "法定期限"
    PROMISED = "promised", "承诺期限"
    EXPECTED = "expected", "预计完成"
    RED = "red", "亮红灯"
    NOTICE = "notice", "受理答复"
    DELIVERY = "delivery", "送达期限"
    PROJECT = "project", "项目预计办齐"
