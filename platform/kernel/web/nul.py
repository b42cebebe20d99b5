"""A NUL in the address or a cookie (空字符): no clerk types one, and PostgreSQL takes none."""

from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse


def refuse_nul(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: 400 at the door. What is typed into a form, the form refuses with a sentence."""

    def middleware(request: HttpRequest) -> HttpResponse:
        query = request.META.get("QUERY_STRING", "")
        if "%00" in query or any(
            "\x00" in given for given in (query, request.path_info, *request.COOKIES.values())
        ):
            raise BadRequest("NUL in the address or a cookie")
        return get_response(request)

    return middleware
