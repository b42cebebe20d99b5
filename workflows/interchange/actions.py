"""Record what the exchange asks for (补充), check (检查), and make a batch (导出)."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime

from django.db import IntegrityError, transaction

from kernel.refusal import Refused
from kernel.trail import Actor, record
from tenants.gateway import current_tenant
from tenants.honesty.models import Score
from tenants.honesty.writing import put
from tenants.registry.numbering import next_number
from workflows.catalogue.queries import short_names
from workflows.interchange import queries
from workflows.interchange.checking import Fault, fault_of, plain
from workflows.interchange.export import Head, build
from workflows.interchange.models import Batch, RefusedRow, Standing, Supplement
from workflows.interchange.tables import DEPARTMENTS, Home, fields_of

SERIES = "interchange"
_PROCESS_CODE = re.compile(r"[0-9A-Za-z]{4,30}")


class InterchangeRefused(Refused):
    """This can't be recorded or exported; the text is for the clerk."""


@transaction.atomic
def fill(
    *,
    home: Home,
    lines: Iterable[tuple[str, int, Mapping[str, str]]],
    source: str,
    unit: str,
    on: date,
    at: datetime,
    actor: Actor,
) -> int:
    """Record values by subject: (key, version seen, value by column); an empty value takes one back.

    Returns how many values changed. All or nothing: raises `InterchangeRefused` with a sentence for each
    value that is missing its source, invented or not of the column's shape, and for a subject that is not
    ``unit``'s or was changed by somebody else meanwhile.
    """
    source = source.strip()
    if not source or plain(source) in ("无", "暂无", "不详", "test", "测试"):
        raise InterchangeRefused("没有写依据。请写明事实出自哪里：文件名称和文号，或者平台的名称。")
    changed = 0
    for key, version, values in lines:
        changed += _fill_one(home, key, version, values, source, unit, on, at, actor)
    return changed


def _fill_one(
    home: Home,
    key: str,
    version: int,
    values: Mapping[str, str],
    source: str,
    unit: str,
    on: date,
    at: datetime,
    actor: Actor,
) -> int:
    if home is Home.PROCESS and not _PROCESS_CODE.fullmatch(key):
        raise InterchangeRefused(
            f"审批流程编码“{key}”不是 4 至 30 位字母和数字。请按接收平台登记的编码填写。"
        )
    if not queries.owned_by(home, key, unit):
        raise InterchangeRefused(
            f"{home.label}“{key}”不由本单位填写，或者已经不在清单里。请刷新页面，由责任单位填写。"
        )
    row = Supplement.objects.select_for_update().filter(kind=home.value, key=key).first()
    if (row.version if row else 0) != version:
        who = f"（{row.changed_by}）" if row else ""
        raise InterchangeRefused(
            f"{home.label}“{key}”刚刚有人改过{who}。请刷新页面，看过之后再填。"
        )
    before = dict(row.given) if row else {}
    given = dict(before)
    refused = [
        words
        for name, value in values.items()
        if (words := _put_value(given, home, key, name, value.strip(), source, on, actor))
    ]
    if refused:
        raise InterchangeRefused("".join(refused))
    names = [name for name in values if given.get(name) != before.get(name)]
    if not names:
        return 0
    if row is None:
        row = Supplement(
            kind=home.value, key=key, version=0, department_code=unit if home in DEPARTMENTS else ""
        )
    row.given, row.version, row.changed_at, row.changed_by = given, version + 1, at, actor.name
    try:
        with transaction.atomic():
            row.save(force_insert=row.pk is None)
    except IntegrityError as taken:
        raise InterchangeRefused(
            f"{home.label}“{key}”刚刚有人改过。请刷新页面，看过之后再填。"
        ) from taken
    fields = fields_of(home)
    labels = "、".join(fields[name].label for name in names)
    record(
        actor=actor,
        action="interchange.fill",
        subject=f"{home.label} {key}",
        summary=f"记录{labels}（依据：{source}）"[:500],
        detail={name: [_text(before, name), _text(given, name)] for name in names},
    )
    return len(names)


def _text(given: Mapping[str, Mapping[str, str]], name: str) -> str:
    return given.get(name, {}).get("value", "")


def _put_value(
    given: dict[str, dict[str, str]],
    home: Home,
    key: str,
    name: str,
    value: str,
    source: str,
    on: date,
    actor: Actor,
) -> str:
    """Put one value in its place; returns why it can't be."""
    column = fields_of(home).get(name)
    if column is None:
        return f"{home.label}没有“{name}”这一项。"
    if value == _text(given, name):
        return ""
    if not value:
        given.pop(name, None)
        return ""
    fault = fault_of(column, value, on=on)
    if fault and fault[0] is not Fault.MISSING:
        return f"“{key}”的“{column.label}”“{value[:40]}”{fault[1]}。请按原件填写；不知道的就空着。"
    if name == "SPLCBM" and value not in queries.processes():
        return f"“{key}”的审批流程“{value}”没有登记。请先登记审批流程。"
    given[name] = {"value": value, "source": source, "on": on.isoformat(), "by": actor.name}
    return ""


@transaction.atomic
def prepare(*, year: int, on: date, at: datetime, actor: Actor) -> Batch:
    """Freeze the rows that pass as a batch with number and digest; those that don't are kept beside it.

    Raises `InterchangeRefused` when no row passes, or when this very content was exported on that day.
    """
    tenant = current_tenant()
    number = f"{tenant.prefix}-SJ-{year}-{next_number(SERIES, year):03d}"
    head = Head(number, tenant.name, year, on, at, actor.name)
    made = build(queries.checked(year, on), head, short_names())
    if not made.passed:
        raise InterchangeRefused(
            f"{year} 年的 {len(made.refusals)} 行都有缺少的事实或者不可信的值，没有一行可以上报。"
            "请先按任务清单补齐。"
        )
    try:
        with transaction.atomic():
            batch = Batch.objects.create(
                number=number,
                year=year,
                as_of=on,
                content=made.content,
                digest=hashlib.sha256(made.content).hexdigest(),
                facts_digest=made.facts_digest,
                manifest=made.manifest,
                passed=made.passed,
                refused=len(made.refusals),
                made_at=at,
                made_by=actor.name,
            )
    except IntegrityError as taken:
        raise InterchangeRefused(
            f"{year} 年内容相同的批次今天已经导出，不必再导。请在导出记录里下载。"
        ) from taken
    RefusedRow.objects.bulk_create(
        [
            RefusedRow(
                batch=batch,
                table=each.row.table,
                key=each.row.key,
                name=each.row.name[:300],
                department_code=each.row.owner,
                reasons=each.reasons,
            )
            for each in made.refusals
        ],
        batch_size=1000,
    )
    record(
        actor=actor,
        action="interchange.prepare",
        subject=number,
        summary=f"导出 {year} 年数据交换表：上报 {made.passed} 行，拒绝 {len(made.refusals)} 行",
        detail={"digest": batch.digest},
    )
    return batch


@transaction.atomic
def check_season(*, year: int, on: date, at: datetime) -> Score:
    """Keep the score of ``year`` and what each unit has to fill in; run twice it replaces its own outcome."""
    report = queries.report(year, on)
    found = report.whole
    Standing.objects.filter(year=year).delete()
    Standing.objects.bulk_create(
        [_standing(report, owner, at) for owner in sorted(report.owners)], ignore_conflicts=True
    )
    return put(
        year=year,
        at=at,
        figures={
            "asked": found.asked,
            "recorded": found.recorded,
            "missing": found.faults[Fault.MISSING],
            "invented": found.faults[Fault.INVENTED],
            "contrary": found.faults[Fault.CONTRARY],
            "misshapen": found.faults[Fault.SHAPE],
            "rows": found.rows,
            "passed": found.passed,
        },
    )


@transaction.atomic
def look_again(*, year: int, unit: str, on: date, at: datetime) -> int:
    """What ``unit`` has to fill in now that something was recorded; returns how much."""
    report = queries.report(year, on, unit)
    Standing.objects.filter(year=year, department_code=unit).delete()
    if tasks := report.owners.get(unit, 0):
        Standing.objects.bulk_create([_standing(report, unit, at)], ignore_conflicts=True)
    return tasks


def _standing(report: queries.Report, owner: str, at: datetime) -> Standing:
    return Standing(
        year=report.year,
        department_code=owner,
        tasks=report.owners[owner],
        words=report.words(owner)[:200],
        at=at,
    )


def check_all(*, on: date, at: datetime) -> int:
    """Check the running season and the one before; returns how many there were."""
    years = queries.seasons()[: queries.SEASONS]
    for year in years:
        check_season(year=year, on=on, at=at)
    return len(years)
