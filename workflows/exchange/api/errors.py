"""Refusals of the interface (错误): one shape, a code for the program, a sentence for the person who reads the log."""

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI, Schema
from ninja.errors import HttpError, ValidationError
from pydantic import ConfigDict, Field

from kernel.refusal import Refused
from workflows.exchange.actions import KeyReused
from workflows.procedures.lifecycle import Stale


def _for_the_reader(shape: dict[str, Any]) -> None:
    """What we tell each other of a shape is not what its document tells."""
    shape.pop("description", None)


class Shape(Schema):
    """A message of the interface."""

    model_config = ConfigDict(json_schema_extra=_for_the_reader)


class Fault(Shape):
    """One field that could not be read."""

    place: str = Field(description="哪个参数或者字段")
    value: str = Field(description="收到的值")
    cure: str = Field(description="为什么不行，该怎么填")


class Problem(Shape):
    """What every refusal looks like."""

    code: str = Field(description="给程序看的代码")
    detail: str = Field(description="给人看的说明")
    faults: list[Fault] = Field(default=[], description="逐项的毛病")


class Turned(Exception):
    """A request turned down before anything was done: status, code, sentence, and headers to go with them."""

    def __init__(self, status: int, code: str, detail: str, **headers: str) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail, self.headers = status, code, detail, headers


def install(api: NinjaAPI) -> None:
    """Let ``api`` answer every refusal in this shape."""

    def answer(request: HttpRequest, status: int, problem: Problem) -> HttpResponse:
        return api.create_response(request, problem.model_dump(), status=status)

    def turned(request: HttpRequest, fault: Turned) -> HttpResponse:
        response = answer(request, fault.status, Problem(code=fault.code, detail=fault.detail))
        for name, value in fault.headers.items():
            response[name.replace("_", "-")] = value
        return response

    def refused(request: HttpRequest, refusal: Refused) -> HttpResponse:
        return answer(request, 409, Problem(code="refused", detail=str(refusal)))

    def stale(request: HttpRequest, refusal: Stale) -> HttpResponse:
        return answer(request, 412, Problem(code="stale", detail=str(refusal)))

    def key_reused(request: HttpRequest, refusal: KeyReused) -> HttpResponse:
        return answer(request, 422, Problem(code="key_reused", detail=str(refusal)))

    def invalid(request: HttpRequest, fault: ValidationError) -> HttpResponse:
        faults = [_fault(error) for error in fault.errors]
        detail = "；".join(f"{each.place}：{each.cure}" for each in faults[:3])
        return answer(request, 422, Problem(code="invalid", detail=detail, faults=faults))

    def unread(request: HttpRequest, fault: HttpError) -> HttpResponse:
        words = "报文不是 JSON，请核对格式和编码（UTF-8）。"
        return answer(request, fault.status_code, Problem(code="unreadable", detail=words))

    def too_large(request: HttpRequest, fault: RequestDataTooBig) -> HttpResponse:
        return answer(request, 413, Problem(code="too_large", detail="报文太大，请分次登记。"))

    handlers: dict[type[Exception], Any] = {
        Turned: turned,
        Stale: stale,
        KeyReused: key_reused,
        Refused: refused,
        ValidationError: invalid,
        RequestDataTooBig: too_large,
        HttpError: unread,  # what ninja itself raises: a body it can't parse
    }
    for fault, handler in handlers.items():
        api.add_exception_handler(fault, handler)


#: What pydantic calls a fault, and what its cure is called here; {…} are the fault's own limits.
_CURES = {
    "missing": "必须填写",
    "extra_forbidden": "没有这个字段，请去掉",
    "string_type": "须是文本",
    "string_too_long": "最多 {max_length} 个字",
    "string_too_short": "最少 {min_length} 个字",
    "string_pattern_mismatch": "格式不对，须符合 {pattern}",
    "int_parsing": "须是整数",
    "int_type": "须是整数",
    "int_from_float": "须是整数",
    "finite_number": "须是数",
    "greater_than_equal": "不得小于 {ge}",
    "less_than_equal": "不得大于 {le}",
    "enum": "只能是 {expected} 之一",
    "literal_error": "只能是 {expected} 之一",
    "list_type": "须是列表",
    "too_long": "最多 {max_length} 项",
    "json_invalid": "不是 JSON",
    "model_attributes_type": "须是一个 JSON 对象",
    "model_type": "须是一个 JSON 对象",
    "dict_type": "须是一个 JSON 对象",
    "date_from_datetime_inexact": "日期须是 2026-03-31 这样的写法",
    "date_from_datetime_parsing": "日期须是 2026-03-31 这样的写法",
    "date_parsing": "日期须是 2026-03-31 这样的写法",
    "date_type": "日期须是 2026-03-31 这样的写法",
    "time_parsing": "时刻须是 09:30 这样的写法",
    "time_type": "时刻须是 09:30 这样的写法",
    "datetime_parsing": "时间须是 2026-03-31T09:30:00+08:00 这样的写法",
    "datetime_from_date_parsing": "时间须是 2026-03-31T09:30:00+08:00 这样的写法",
    "datetime_type": "时间须是 2026-03-31T09:30:00+08:00 这样的写法",
    "timezone_aware": "时间须带时区，例如 2026-03-31T09:30:00+08:00",
}


def _fault(error: dict[str, Any]) -> Fault:
    context = dict(error.get("ctx") or {})
    if "expected" in context:  # 'a', 'b' or 'c'
        context["expected"] = str(context["expected"]).replace(" or ", "、").replace(", ", "、")
    cure = _CURES.get(error["type"])
    if cure is None:  # one of our own says its sentence itself
        cure = str(context.get("error") or error["msg"])
    places = [str(part) for part in error["loc"] if part not in ("body", "query", "header", "path")]
    shown = error.get("input")
    value = "" if shown is None or isinstance(shown, (dict, list)) else str(shown)[:100]
    return Fault(
        place=".".join(places) or str(error["loc"][0]),
        value=value,
        cure=cure.format_map(_Limits(context)),
    )


class _Limits(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return f"（{key}）"
