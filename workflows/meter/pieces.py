"""Pieces of the pages (页面构件): the same figures as facts, picture, tables, JSON and workbook rows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from kernel.clock.meter import Meter, Party, Segment, Span
from kernel.web.charts import PARTIES, Row, Run, day_strip, stacked_bars
from kernel.web.parts import Chart, Fact
from kernel.web.templatetags.lianshen import day
from kernel.web.xlsx import Column, Value
from workflows.meter.counting import Count
from workflows.meter.models import THIRD_PARTY, Begin, RuleVersion
from workflows.procedures.models import Procedure

WORST = 10  # projects that the list draws as bars
HEADS = (
    ("项目", "number"), ("起算", "begin"), ("#官方天数", "official"), ("#自然日", "elapsed"),
    ("#政府", "government"), ("#政府委托中介", "government_agent"), ("#项目单位", "owner"),
    ("#业主委托中介", "owner_agent"), ("#上级机关", "higher"), ("状态", ""),
)  # fmt: skip
COLUMNS = (
    Column("编号", 18), Column("项目名称", 40), Column("年度", 8), Column("起算", 12),
    Column("计到", 12), Column("官方天数", 10), Column("上限", 8), Column("自然日", 10),
    *(Column(party.label, 14) for party in Party), Column("状态", 10),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Holding:
    """What was held on some of a segment's days, with the procedure it belongs to."""

    span: Span
    procedure: Procedure


@dataclass(frozen=True, slots=True)
class SegmentRow:
    """A segment with what its party held, and what gave way to it."""

    segment: Segment
    held: Sequence[Holding]
    beside: Sequence[Holding]


# Facts and pictures --------------------------------------------------------------------------------


def facts(count: Count) -> list[Fact]:
    """Both counts side by side, then from when to when, and what is left."""
    rule = count.rule
    meter = count.meter
    if meter is None:
        return [
            Fact("百日计时", count.state, f"自{Begin(rule.begins).label}起算"),
            Fact("上限", rule.allowance_days, f"{rule.unit_label}，官方口径"),
        ]
    left = meter.left_days
    return [
        Fact(
            "百日计时 · 官方口径",
            meter.official_days,
            f"/ {rule.allowance_days} 天，按{rule.unit_label}计"
            + ("（推定）" if meter.provisional else ""),
            tone=count.tone,
        ),
        Fact("自然日", meter.elapsed_days, "天，从起算到截止，一天不漏"),
        Fact(
            "余下" if left >= 0 else "超过上限",
            abs(left),
            "天，已办齐" if count.done_on else "天",
            tone="red" if left < 0 else "",
        ),
        Fact("起算", day(meter.begin_on), f"{Begin(rule.begins).label}，当日不计"),
        Fact("计到", day(meter.end_on), "全部办结" if count.done_on else "今天"),
    ]


def strip(count: Count, names: Mapping[str, Procedure]) -> Chart | None:
    """Whose each day was, from left to right; beneath it each party's sum."""
    meter = count.meter
    if meter is None or not meter.segments:
        return None
    return day_strip(
        [_run(meter, segment, names) for segment in meter.segments],
        title=f"{meter.elapsed_days} 天每一天归谁",
        series=PARTIES,
        columns=("责任方", "自然日", "占比", f"计入官方（{count.rule.unit_label}）"),
        rows=party_rows(meter),
    )


def party_rows(meter: Meter) -> list[list[Any]]:
    """Party, calendar days, share of all, official days; the sum last."""
    whole = meter.elapsed_days
    official = {
        party: sum(s.official_days for s in meter.segments if s.party is party) for party in Party
    }
    rows: list[list[Any]] = [
        [
            party.label,
            meter.days[party],
            _share(meter.days[party], whole),
            official[party] if party in meter.rule.counted else "不计入",
        ]
        for party in Party
        if meter.days[party] or party in meter.rule.counted
    ]
    return [*rows, ["合计", whole, _share(whole, whole), meter.official_days]]


def worst(counts: Iterable[Count]) -> Chart:
    """The projects with most official days, their calendar days by party."""
    most = sorted(
        (c for c in counts if c.meter and c.meter.segments),
        key=lambda c: (-c.official_days, -c.elapsed_days, c.project.number),
    )
    return stacked_bars(
        [
            Row(
                count.project.name,
                {party.value: count.meter.days[party] for party in Party},
                reverse("meter:project", args=[count.project.number]),
            )
            for count in most[:WORST]
            if count.meter
        ],
        title=f"官方天数最多的 {min(len(most), WORST)} 个项目，自然日归谁",
        series=PARTIES,
        of="项目",
        unit="天",
    )


def segment_rows(meter: Meter, procedures: Mapping[str, Procedure]) -> list[SegmentRow]:
    """Every segment in order, with the procedures that held its days."""

    def holdings(spans: Iterable[Span]) -> list[Holding]:
        return [Holding(span, procedures[span.what]) for span in spans]

    return [
        SegmentRow(segment, holdings(meter.held(segment)), holdings(meter.beside(segment)))
        for segment in meter.segments
    ]


# Words of a rule -----------------------------------------------------------------------------------


def rule_terms(rule: RuleVersion) -> list[tuple[str, str]]:
    """The rule in words, for a definition list."""
    return [
        ("起算", f"{Begin(rule.begins).label}，当日不计；到全部前期办件办结之日为止"),
        ("归属次序", f"同一天几方都有办件在手的，依次归：{_parties(rule.precedence)}"),
        ("没有在办件", f"归{Party.OWNER.label}（等项目单位报送下一项）"),
        ("计入官方天数", _parties(name for name in PARTIES if name in rule.counted)),
        ("单位和上限", f"{rule.unit_label}，{rule.allowance_days} 天"),
        ("停表归属", f"台账写明委托方的从台账；没有写明的：{_stops(rule)}"),
        ("依据", rule.basis + (f"（{rule.document}）" if rule.document else "")),
    ]


def differences(before: RuleVersion, after: RuleVersion) -> list[tuple[str, str, str]]:
    """What a version says otherwise than another: label, before, after."""
    return [
        (label, old, new)
        for (label, old), (_, new) in zip(rule_terms(before), rule_terms(after), strict=True)
        if old != new
    ]


def _parties(names: Iterable[str]) -> str:
    return "、".join(PARTIES[name] for name in names)


def _stops(rule: RuleVersion) -> str:
    """听证归政府；招标、拍卖归政府委托中介."""
    by_party: dict[str, list[str]] = {}
    for reason in THIRD_PARTY:
        by_party.setdefault(rule.stop_parties[reason.value], []).append(reason.label)
    return "；".join(
        f"{'、'.join(reasons)}归{PARTIES[party]}" for party, reasons in by_party.items()
    )


# For other programs --------------------------------------------------------------------------------


def plain(count: Count, procedures: Mapping[str, Procedure]) -> dict[str, Any]:
    """The meter as JSON values: everything its page shows."""
    meter, rule = count.meter, count.rule
    told: dict[str, Any] = {
        "project": count.project.number,
        "name": count.project.name,
        "on": count.on.isoformat(),
        "state": count.state,
        "done_on": count.done_on and count.done_on.isoformat(),
        "rule": {
            "version": rule.version,
            "effective_on": rule.effective_on and rule.effective_on.isoformat(),
            "begins": rule.begins,
            "precedence": rule.precedence,
            "counted": rule.counted,
            "unit": rule.unit,
            "allowance_days": rule.allowance_days,
            "stop_parties": rule.stop_parties,
            "basis": rule.basis,
            "document": rule.document,
            "verified": rule.verified,
        },
    }
    if meter is None:
        return told
    return told | {
        "begin_on": meter.begin_on.isoformat(),
        "end_on": meter.end_on.isoformat(),
        "official_days": meter.official_days,
        "elapsed_days": meter.elapsed_days,
        "left_days": meter.left_days,
        "provisional": meter.provisional,
        "parties": {party.value: meter.days[party] for party in Party},
        "segments": [
            {
                "party": row.segment.party.value,
                "first_on": row.segment.first_on.isoformat(),
                "until_on": row.segment.until_on.isoformat(),
                "days": row.segment.days,
                "official_days": row.segment.official_days,
                "held": [_told(holding) for holding in row.held],
                "beside": [_told(holding) for holding in row.beside],
            }
            for row in segment_rows(meter, procedures)
        ],
    }


def cells(count: Count) -> list[Value]:
    """A row of the workbook, under `COLUMNS`."""
    project, meter = count.project, count.meter
    return [
        project.number,
        project.name,
        project.year,
        meter.begin_on if meter else None,
        meter.end_on if meter else None,
        meter.official_days if meter else None,
        count.rule.allowance_days,
        meter.elapsed_days if meter else None,
        *(meter.days[party] if meter else None for party in Party),
        count.state,
    ]


def _told(holding: Holding) -> dict[str, Any]:
    span = holding.span
    return {
        "procedure": span.what,
        "name": holding.procedure.name,
        "party": span.party.value,
        "first_on": span.first_on.isoformat(),
        "until_on": span.until_on.isoformat(),
        "why": span.why,
        "article": span.article,
        "document": span.document,
        "verified": span.verified,
    }


def _run(meter: Meter, segment: Segment, procedures: Mapping[str, Procedure]) -> Run:
    names = "、".join(dict.fromkeys(procedures[s.what].short_name for s in meter.held(segment)))
    return Run(segment.party.value, segment.first_on, segment.until_on, names or "没有在办的办件")


def _share(days: int, whole: int) -> str:
    return f"{round(100 * days / whole)}%" if whole else "—"
