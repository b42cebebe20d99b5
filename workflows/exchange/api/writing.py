"""What a department did (登记进展): once per Idempotency-Key, on the version the caller saw."""

import re
from typing import Annotated, Any

from django.http import HttpResponse
from django.utils import timezone
from ninja import Header, Status
from pydantic import Field

from kernel.refusal import Refused
from kernel.trail import record_refusal
from workflows.exchange import actions
from workflows.exchange.api import reading, shapes
from workflows.exchange.api.door import ApiRequest, actor_of, need
from workflows.exchange.api.errors import Problem, Turned
from workflows.exchange.api.reading import ONE, get
from workflows.exchange.lifecycle import Scope
from workflows.procedures.actions import make_move
from workflows.procedures.lifecycle import MoveRefused
from workflows.procedures.models import Procedure
from workflows.procedures.terms import Terms

#: The one router: an address that is read and written is one address.
router = reading.router
IdempotencyKey = Annotated[
    str,
    Field(min_length=8, max_length=80, pattern=r"^[\x21-\x7e]+$"),
    Header(
        ...,
        alias="Idempotency-Key",
        description="这次登记的键，自己编，例如 UUID；重试时用原来的键",
    ),
]
IfMatch = Annotated[
    str | None,
    Header(None, alias="If-Match", description="读这个办件时得到的 ETag，表明是在哪一版上登记的"),
]


@router.post(
    "/procedures/{number}/events",
    response=ONE | {200: shapes.EventOut, 400: Problem, 409: Problem, 412: Problem, 428: Problem, 201: shapes.EventOut},
    summary="登记办件进展",
    description=(
        "往计时记录里写一步，规则和窗口上一样。写成答 201；同一个 Idempotency-Key 再来，答 200 和原来的答复；"
        "规则不允许答 409；读过之后别人办过答 412。"
    ),
)  # fmt: skip
def tell(
    request: ApiRequest,
    response: HttpResponse,
    number: shapes.ProcedureNumber,
    body: shapes.EventIn,
    idempotency_key: IdempotencyKey,
    if_match: IfMatch = None,
) -> Status[Any]:
    """Write a step into the clock ledger, under every rule a clerk is held to.

    201 when it was written; 200 with the same answer when the key was answered before; 409 when the rules say no,
    412 when somebody wrote since the caller read.
    """
    system = need(request, Scope.PROCEDURES_WRITE)
    own = get(number)
    version = _version(if_match)
    asked = {"number": number, "version": version, **body.model_dump(mode="json")}

    def do() -> dict[str, Any]:
        _check(own, version, body)
        made = make_move(
            procedure_number=number,
            name=body.move,
            version=version,
            actor=actor_of(system),
            reach={system.department_code} if system.department_code else None,
            **body.model_dump(exclude={"move", "items"}),
            items=tuple(body.items),
        )
        return shapes.EventOut.model_validate(_standing(made, body.move)).model_dump(mode="json")

    try:
        answered = actions.once(system, idempotency_key, asked, do, at=timezone.now())
    except Refused as refusal:
        record_refusal(
            actor=actor_of(system),
            action=f"procedures.{body.move}",
            subject=number,
            summary=str(refusal),
        )
        raise
    if answered.again:
        response["Idempotency-Replayed"] = "true"
    return Status(200 if answered.again else 201, answered.body)


def _version(if_match: str | None) -> int:
    """The version an ETag of `reading.procedure` stands for."""
    if not if_match:
        raise Turned(
            428,
            "if_match",
            "请先读这个办件，把得到的 ETag 放进 If-Match 再登记，免得盖掉别人刚办的。",
        )
    found = re.fullmatch(r'(?:W/)?"(\d{1,9})(?:-[\d-]{1,40})?"', if_match.strip())
    if not found:
        raise Turned(
            412, "stale", f"If-Match“{if_match[:60]}”不是读办件时给出的 ETag，请原样传回。"
        )
    return int(found[1])


def _check(procedure: Procedure, version: int, body: shapes.EventIn) -> None:
    """The version, with a code of its own; and that a notice asks for what the matter's list names."""
    # Not locked: the move takes the project's lock first, and looks at the version once more.
    current = Procedure.objects.values_list("version", flat=True).get(pk=procedure.pk)
    if current != version:
        raise Turned(
            412,
            "stale",
            f"办件 {procedure.number} 现为第 {current} 版，您读到的是第 {version} 版：其间有人办过。"
            "请重新读取，核对之后再登记。",
        )
    known = [name for name, _ in Terms.read(procedure.terms).materials]
    strange = [item for item in body.items if item not in known]
    if strange and known:
        raise MoveRefused(
            f"“{strange[0]}”不在这个事项的材料清单里，一次性告知不能要求清单以外的材料。清单：{'、'.join(known)}。"
        )


def _standing(procedure: Procedure, move: str) -> dict[str, Any]:
    return {
        "number": procedure.number,
        "move": move,
        "state": procedure.state,
        "version": procedure.version,
        "statutory_due_on": procedure.statutory_due_on,
        "promised_due_on": procedure.promised_due_on,
        "expected_on": procedure.expected_on,
        "decided_on": procedure.decided_on,
    }
