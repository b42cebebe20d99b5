"""Whose failures axes counts together: the address a request came from (来源地址)."""

from ipaddress import ip_address

from django.http import HttpRequest


def address_behind_proxy(request: HttpRequest) -> str:
    """The address our own proxy saw: it adds it as the last; what stands before, the client may have
    written. Without the proxy's word, the address of whoever connected."""
    last = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip()
    try:
        return str(ip_address(last))
    except ValueError:
        return str(request.META.get("REMOTE_ADDR", ""))  # none on a local socket
