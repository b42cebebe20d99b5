"""Rows for every list of the mechanism's rooms: sheets, missing papers, chases, meetings, policies, reports, notices.

Each call adds one row to every list, and one row to what hangs on the first sheet, case, meeting, report
and procedure, so that their own pages grow as well.
"""

from datetime import date, time, timedelta
from typing import Any

from django.utils import timezone

from kernel.notices.models import Notice
from kernel.outbox.models import Attempt, Delivery, Receiver
from kernel.papers.models import Attachment
from kernel.papers.paper import Para
from kernel.trail import Actor
from workflows.assignments import actions as assignments
from workflows.assignments.lifecycle import SheetState, SourceKind
from workflows.assignments.lifecycle import State as PartState
from workflows.assignments.models import Extension, Feedback, Part, Sheet
from workflows.deficiency.lifecycle import Consequence
from workflows.deficiency.models import Deficiency
from workflows.dispatch import actions as dispatch
from workflows.dispatch.lifecycle import Period
from workflows.dispatch.lifecycle import State as ReportState
from workflows.dispatch.models import Reading, Report
from workflows.exchange.models import Key, System
from workflows.issuing.actions import issue
from workflows.issuing.composing import compose
from workflows.issuing.kinds import Kind
from workflows.issuing.models import Issued
from workflows.meetings.lifecycle import Cause, SixStep
from workflows.meetings.models import Invitee, Item, Meeting, Resolution, Said
from workflows.policies.models import Policy
from workflows.procedures.models import Procedure
from workflows.supervision.lifecycle import Stage
from workflows.supervision.models import Case, RuleVersion, Step
from workflows.supervision.rules import STANDARD

OWN = "zrzy"  # the department that looks at its own
LEADER = Actor(2, "另某（示例）", "召集人")
OTHERS = ("lcj", "sthj", "fgw")


class Rows:
    """What was made first, by the name an address calls it."""

    def __init__(self, today: date, actor: Actor) -> None:
        self.today, self.actor, self.at = today, actor, timezone.now()
        self.made = 0
        self.ids: dict[str, Any] = {}

    def add(self) -> None:
        """One row more everywhere, in the tenant that is current."""
        n = self.made
        procedures = list(
            Procedure.objects.filter(department_code=OWN)
            .select_related("project")
            .order_by("project__number", "number")
        )
        first = procedures[0]
        self.ids |= {"procedure": first.number, "project": first.project.number}
        self._sheet(n, first)
        self._deficiency(n, first)
        self._case(n)
        self._meeting(n, procedures[n % len(procedures)])
        self._report(n)
        self._outside(n)
        Notice.objects.create(key=f"row:{n}", room="supervision", text="督办", url="/", at=self.at)
        self.made += 1

    def _sheet(self, n: int, procedure: Procedure) -> None:
        sheet = assignments.draw_up(
            source=assignments.Source(kind=SourceKind.LEADER, words="批示"),
            title=f"任务{n}",
            matter="事由",
            demand="要求",
            due_on=self.today + timedelta(days=1),
            parts=[assignments.PartDraft(department_code=OWN, leads=True)],
            on=self.today,
            actor=self.actor,
            project=procedure.project,
            procedure=procedure,
        )
        assignments.draw_up(
            source=assignments.Source(kind=SourceKind.LEADER, words="批示"),
            title=f"草稿{n}",
            matter="事由",
            demand="要求",
            due_on=self.today + timedelta(days=1),
            parts=[assignments.PartDraft(department_code=OWN, leads=True)],
            on=self.today,
            actor=self.actor,
        )
        assignments.hand_over(sheet_id=sheet.pk, on=self.today, actor=self.actor)
        self.ids.setdefault("sheet", sheet.pk)
        # The first sheet gets a part more; each part something said, with its file, and an extension.
        part = Part.objects.create(
            sheet_id=self.ids["sheet"],
            department_code=OTHERS[n],
            first_due_on=self.today,
            due_on=self.today,
            state=PartState.REPORTED,
            reported_on=self.today,
        )
        for each in Part.objects.filter(sheet_id__in=[self.ids["sheet"], sheet.pk]):
            said = Feedback.objects.create(
                part=each, kind="progress", on=self.today, text="进展", at=self.at
            )
            self._attach("assignments", f"feedback:{said.pk}")
        for each in (part, sheet.parts.get(department_code=OWN)):
            Extension.objects.create(
                part=each,
                asked_on=self.today,
                due_on=self.today,
                until_on=self.today + timedelta(days=5),
                reason="材料未齐",
                late=False,
                asked_at=self.at,
                asked_by="王某",
            )

    def _deficiency(self, n: int, procedure: Procedure) -> None:
        row = Deficiency.objects.create(
            procedure=procedure,
            material=f"平面图{n}",
            why="盖章",
            granted_on=self.today - timedelta(days=9),
            first_due_on=self.today - timedelta(days=1),
            due_on=self.today - timedelta(days=1),
            promised_by="某总",
            promise_number="承诺1号",
            consequence=Consequence.values[0],
            credit_on=self.today,
            credit_source="平台",
            granted_at=self.at,
        )
        self.ids.setdefault("deficiency", row.pk)
        self._attach("deficiency", f"deficiency:{self.ids['deficiency']}")

    def _case(self, n: int) -> None:
        case = Case.objects.create(
            source="assignments",
            key=f"part:{n}",
            due_on=self.today - timedelta(days=9),
            number=f"单{n}",
            title="任务",
            department_code=OWN,
            url="/",
            stage=Stage.REPORT,
            opened_on=self.today,
        )
        self.ids.setdefault("case", case.pk)
        letter = self._paper(Kind.URGING, f"case:{n}")
        Step.objects.create(
            case=case,
            kind="stage",
            stage=Stage.REPORT,
            on=self.today,
            at=self.at,
            letter=letter,
        )
        step = Step.objects.create(
            case_id=self.ids["case"], kind="reply", on=self.today, text="在办", at=self.at
        )
        self._attach("supervision", f"step:{step.pk}")
        RuleVersion.objects.create(
            number=n + 2,
            effective_from=self.today,
            stages=STANDARD.write(),
            why="修订",
            made_at=self.at,
        )

    def _meeting(self, n: int, procedure: Procedure) -> None:
        """One prepared, one asked for, one everybody is invited to, one held, one minuted."""
        made: dict[str, Meeting] = {}
        for state in ("preparing", "asked", "invited", "held", "minuted"):
            special = state == "asked"
            made[state] = Meeting.objects.create(
                kind="coordination" if special else "consultation",
                ground="dragging" if special else "",
                title=f"会议{n}",
                on=self.today,
                at=time(9),
                place="三楼",
                chair="副旗长",
                state=state,
                sequence=1 if state not in ("preparing", "asked") else 0,
                invitation=self._paper(Kind.INVITATION, f"{state}:{n}")
                if state not in ("preparing", "asked")
                else None,
                made_at=self.at,
            )
            Invitee.objects.create(meeting=made[state], department_code=OWN)
            self.ids.setdefault(f"meeting_{state}", made[state].pk)
        for state in made:
            meeting_id = self.ids[f"meeting_{state}"]
            item = Item.objects.create(
                meeting_id=meeting_id,
                order=n + 1,
                title=f"议题{n}",
                key=f"procedure:{procedure.number}:{n}",
                project=procedure.project,
                procedure=procedure,
                matter_code=procedure.matter_code,
                cause=Cause.OPINIONS,
            )
            Said.objects.create(
                item=item, step=SixStep.ANALYSE, text="研判", at=self.at, by_name="某某"
            )
            sheet = Sheet.objects.filter(state=SheetState.HANDED_OVER).latest("pk")
            for _ in range(2):
                Resolution.objects.create(
                    item=item, demand="出具意见", lead_code=OWN, due_on=self.today, sheet=sheet
                )
            if state != "preparing":
                Invitee.objects.create(meeting_id=meeting_id, department_code=OTHERS[n])
            if state == "minuted":
                policy = Policy.objects.create(
                    title=f"措施{n}",
                    matter_code=procedure.matter_code,
                    cause=(Cause.OPINIONS, Cause.POLICY, Cause.PAPERS)[n],
                    change="合并办理",
                    department_code=OWN,
                    document=f"文〔2026〕{n}号",
                    effective_on=self.today - timedelta(days=30),
                    item=item,
                    made_at=self.at,
                )
                self.ids.setdefault("policy", policy.pk)
        self._attach("meetings", f"meeting:{self.ids['meeting_asked']}")

    def _report(self, n: int) -> None:
        """One copied for an ever earlier half-month; the report looked at is the newest, a draft."""
        period = Period.of(self.today)
        Report.objects.filter(state=ReportState.DRAFT).delete()
        for _ in range(n + 1):
            period = period.before
        common: dict[str, Any] = {"on": self.today, "at": self.at}
        made = dispatch.compile_report(period=period, actor=self.actor, **common)
        made = dispatch.submit(pk=made.pk, version=made.version, at=self.at, actor=self.actor)
        made = dispatch.issue(pk=made.pk, version=made.version, actor=LEADER, **common)
        dispatch.copy(pk=made.pk, version=made.version, actor=self.actor, **common)
        self.ids.setdefault("issued", made.pk)
        Reading.objects.create(
            report_id=self.ids["issued"], user_id=9_000_000 + n, name="某某", at=self.at
        )
        newest = dispatch.compile_report(period=Period.of(self.today), actor=self.actor, **common)
        self.ids["report"] = newest.pk

    def _outside(self, n: int) -> None:
        """A receiver and a system more; to the first a message, an attempt and a key more."""
        receiver = Receiver.objects.create(
            name=f"系统{n}",
            channel="webhook",
            address="https://a.example.gov.cn/",
            topics=[],
            secret_at=self.at,
            made_at=self.at,
            made_by="某某",
        )
        self.ids.setdefault("receiver", receiver.pk)
        delivery = Delivery.objects.create(
            receiver_id=self.ids["receiver"],
            token=f"msg_{n}",
            topic="notice.told",
            key=str(n),
            words="消息",
            body="{}",
            state="stuck",
            next_at=self.at,
            at=self.at,
        )
        self.ids.setdefault("delivery", delivery.pk)
        system = System.objects.create(
            name=f"系统{n}", scopes=[], contact="某局", made_at=self.at, made_by="某某"
        )
        self.ids.setdefault("system", system.pk)
        Key.objects.create(
            system_id=self.ids["system"],
            prefix=f"p{n}",
            digest="0" * 64,
            made_at=self.at,
            made_by="某某",
            expires_on=self.today,
        )
        Attempt.objects.create(
            delivery_id=self.ids["delivery"],
            at=self.at,
            milliseconds=5,
            words="拒收",
            delivered=False,
        )

    def _paper(self, kind: Kind, key: str) -> Issued:
        paper = compose(kind, title="文件", body=[Para("正文")], on=self.today)
        return issue(
            paper, kind=kind, room="rows", key=f"{kind}:{key}", url="/", on=self.today,
            actor=self.actor,
        )  # fmt: skip

    def _attach(self, room: str, key: str) -> None:
        Attachment.objects.create(
            room=room,
            key=key,
            name="意见.pdf",
            media_type="application/pdf",
            size=1,
            digest="0" * 64,
            content=b"x",
            kept_at=self.at,
        )
