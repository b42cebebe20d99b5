"""Meetings, their agenda with six steps an item, who is invited, and what was resolved."""

import uuid

from django.db import models
from django.db.models import Q

from workflows.assignments.lifecycle import SheetState
from workflows.meetings.lifecycle import Cause, Ground, Kind, SixStep, State


class Meeting(models.Model):
    """A consultation meeting (会商会) or a special coordination meeting (专题协调会)."""

    kind = models.CharField("类别", max_length=14, choices=Kind)
    title = models.CharField("会议名称", max_length=120)
    on = models.DateField("会议日期")
    at = models.TimeField("会议时间")
    place = models.CharField("地点", max_length=80)
    chair = models.CharField("主持", max_length=60)
    ground = models.CharField("召开理由", max_length=10, choices=Ground, blank=True)
    ground_text = models.CharField("理由说明", max_length=500, blank=True)
    state = models.CharField("状态", max_length=10, choices=State, default=State.PREPARING)
    uid = models.UUIDField(default=uuid.uuid4, editable=False, unique=True)
    sequence = models.PositiveSmallIntegerField("通知次数", default=0)
    consent_by = models.CharField("同意人", max_length=60, blank=True)
    consent_on = models.DateField("同意日期", null=True)
    consent_paper = models.CharField("批示文号", max_length=80, blank=True)
    consent_text = models.CharField("批示意见", max_length=300, blank=True)
    invitation = models.ForeignKey("issuing.Issued", models.PROTECT, related_name="+", null=True)
    submitted_by_id = models.BigIntegerField(null=True)
    minutes = models.ForeignKey("issuing.Issued", models.PROTECT, related_name="+", null=True)
    cancelled_why = models.CharField("取消理由", max_length=300, blank=True)
    made_at = models.DateTimeField("记录时间")
    made_by = models.CharField("经办", max_length=40)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = verbose_name_plural = "会议"
        ordering = ["-on", "-at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="meeting_kind"),
            models.CheckConstraint(condition=Q(state__in=State.values), name="meeting_state"),
            models.CheckConstraint(
                condition=Q(kind="consultation") | Q(ground__in=Ground.values),
                name="meeting_called_for_a_ground",
            ),
            # A special meeting is not called without consent, whoever writes the row.
            models.CheckConstraint(
                condition=Q(kind="consultation")
                | Q(state__in=["preparing", "asked", "refused", "cancelled"])
                | Q(consent_on__isnull=False) & ~Q(consent_by=""),
                name="meeting_called_with_consent",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Item(models.Model):
    """One item of the agenda (议题). ``key`` names it at every meeting that it comes to: what it was drawn
    from ("procedure:…"), or itself ("item:12")."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="items")
    order = models.PositiveSmallIntegerField("次序")
    title = models.CharField("议题", max_length=200)
    key = models.CharField("来源", max_length=60, blank=True)
    why = models.CharField("上会理由", max_length=300, blank=True)
    project = models.ForeignKey(
        "projects.Project", models.PROTECT, related_name="agenda_items", null=True
    )
    # Nobody needs it any more once its project changes: what was said of it stays.
    procedure = models.ForeignKey(
        "procedures.Procedure", models.SET_NULL, related_name="agenda_items", null=True
    )
    matter_code = models.CharField("事项", max_length=10, blank=True)
    cause = models.CharField("原因", max_length=10, choices=Cause, blank=True)
    settled = models.BooleanField("已解决", default=False)
    not_discussed = models.CharField("未议理由", max_length=300, blank=True)
    version = models.IntegerField(default=1)

    class Meta:
        verbose_name = verbose_name_plural = "议题"
        ordering = ["meeting", "order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "key"], condition=~Q(key=""), name="item_once_a_meeting"
            )
        ]

    def __str__(self) -> str:
        return self.title


class Said(models.Model):
    """What was recorded for one of the six steps of an item; written over only before the minutes, and never
    where it was drawn from the ledger."""

    item = models.ForeignKey(Item, models.CASCADE, related_name="said")
    step = models.CharField("步骤", max_length=10, choices=SixStep)
    text = models.CharField("内容", max_length=1000)
    at = models.DateTimeField("记录时间")
    by_name = models.CharField("记录人", max_length=40)
    by_ledger = models.BooleanField("取自台账", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "六步记录"
        ordering = ["item", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["item", "step", "by_ledger"], name="said_once_a_step"),
            models.CheckConstraint(condition=Q(step__in=SixStep.values), name="said_step"),
        ]

    def __str__(self) -> str:
        return f"{self.get_step_display()} {self.text[:20]}"


class Invitee(models.Model):
    """A unit or a leader invited, what they answered, and who came."""

    class Reply(models.TextChoices):
        NONE = "", "未回复"
        ATTENDS = "attends", "参加"
        ABSENT = "absent", "请假"
        SENDS = "sends", "委派"

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="invitees")
    department_code = models.CharField("单位", max_length=10, blank=True)
    post = models.CharField("职务", max_length=60, blank=True)  # of a leader
    reply = models.CharField("回复", max_length=8, choices=Reply, blank=True)
    reply_text = models.CharField("回复说明", max_length=200, blank=True)
    replied_by = models.CharField("回复人", max_length=40, blank=True)
    came = models.BooleanField("到会", null=True)
    who = models.CharField("到会人员", max_length=100, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "参会单位"
        ordering = ["meeting", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "department_code"],
                condition=~Q(department_code=""),
                name="invitee_unit_once",
            ),
            models.CheckConstraint(
                condition=~Q(department_code="") | ~Q(post=""), name="invitee_is_somebody"
            ),
        ]

    def __str__(self) -> str:
        return self.department_code or self.post


class Resolution(models.Model):
    """What an item resolved (议定事项). It becomes a sheet when the minutes are issued, and stays open until
    the sheet is written off, or until the office drops it for a reason after the sheet was cancelled."""

    item = models.ForeignKey(Item, models.CASCADE, related_name="resolutions")
    demand = models.CharField("议定内容", max_length=500)
    lead_code = models.CharField("牵头单位", max_length=10)
    support_codes = models.JSONField("配合单位", default=list)
    due_on = models.DateField("办结期限")
    sheet = models.ForeignKey(
        "assignments.Sheet", models.PROTECT, related_name="resolutions", null=True
    )
    closed_on = models.DateField("办结日期", null=True)
    dropped_why = models.CharField("不再办理的理由", max_length=300, blank=True)
    version = models.IntegerField(default=1)

    class Meta:
        verbose_name = verbose_name_plural = "议定事项"
        ordering = ["item", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(dropped_why="") | Q(closed_on__isnull=False),
                name="resolution_dropped_is_closed",
            )
        ]

    def __str__(self) -> str:
        return self.demand[:40]

    @property
    def note(self) -> str:
        """What is not done about it, and why."""
        if self.dropped_why:
            return f"不再办理：{self.dropped_why}"
        return "交办单已撤销" if self.unsheeted else ""

    @property
    def standing(self) -> str:
        """open, unsheeted, closed or dropped: what those above see of it."""
        if self.closed_on:
            return "dropped" if self.dropped_why else "closed"
        return "unsheeted" if self.unsheeted else "open"

    @property
    def unsheeted(self) -> bool:
        """Its sheet was cancelled (交办单已撤销): it waits to be handed over anew or dropped."""
        return (
            self.closed_on is None
            and self.sheet is not None
            and self.sheet.state == SheetState.CANCELLED
        )
