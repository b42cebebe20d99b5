"""Addresses of the interface, version 1, and its document (OpenAPI)."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, re_path
from django.views.decorators.http import conditional_page
from ninja import NinjaAPI

from kernel.web.http import open_to_all
from workflows.exchange.api import errors, writing
from workflows.exchange.api.door import KeyAuth

app_name = "api"
api = NinjaAPI(
    title="联审平台数据接口",
    version="1",
    description=(
        "读台账、登记办件进展。每个机制各有自己的网址和密钥；市的接口读得到全市的汇总行。"
        "日期是 2026-03-31，时刻是 09:30，时间带时区。错误都是同一个样子：code 给程序看，detail 给人看。"
    ),
    urls_namespace=app_name,
    docs_url=None,
    auth=KeyAuth(),
)
errors.install(api)
api.add_router("", writing.router)


def _guarded(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponseBase]:
    """A key lets in, not a session; answers carry an ETag and the rate that is left; refusals are JSON."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if response.status_code == 405:
            allowed = response.headers["Allow"]
            response = _problem(request, 405, "method", f"这个地址只接受 {allowed}。")
            response["Allow"] = allowed
        if rate := getattr(request, "rate", None):
            limit, left, seconds = rate
            response["RateLimit-Limit"] = str(limit)
            response["RateLimit-Remaining"] = str(left)
            response["RateLimit-Reset"] = str(seconds)
        response["Cache-Control"] = "private, no-cache"
        return response

    return open_to_all(conditional_page(guarded))


def _problem(request: HttpRequest, status: int, code: str, detail: str) -> HttpResponse:
    problem = errors.Problem(code=code, detail=detail)
    return api.create_response(request, problem.model_dump(), status=status)


def _nowhere(request: HttpRequest) -> HttpResponse:
    return _problem(request, 404, "not_found", "没有这个地址，请对照接口文档核对路径。")


_patterns, _, _ = api.urls
urlpatterns: list[URLPattern] = []
for _pattern in _patterns:
    if isinstance(_pattern, URLPattern):
        _pattern.callback = _guarded(_pattern.callback)
        urlpatterns.append(_pattern)
urlpatterns.append(re_path("", _guarded(_nowhere), name="nowhere"))
