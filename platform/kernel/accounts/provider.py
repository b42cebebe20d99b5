"""The government's identity provider (统一身份认证), reached by OpenID Connect.

Authorization code with PKCE; state and nonce live in the session of the console the person set out
from. What the provider says about itself and its keys is asked for at every sign-in: they are few,
and a rotated or withdrawn key holds from that moment on.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlencode, urlsplit

from authlib.integrations.base_client import OAuthError
from authlib.integrations.django_client import DjangoIntegration, DjangoOAuth2App
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest
from django.urls import reverse
from django.utils.crypto import get_random_string
from joserfc.errors import (
    ClaimError,
    ExpiredTokenError,
    InvalidKeyIdError,
    JoseError,
    UnsupportedAlgorithmError,
)
from requests import HTTPError, RequestException, Timeout

from kernel.refusal import Refused

ALGORITHMS = ("RS256", "ES256")
SKEW = 60  # seconds two servers' clocks may differ
PENDING = 3  # sign-ins one browser may have begun and not finished
PATIENCE = timedelta(minutes=10)  # from setting out to coming back
_STATE = "provider_"
#: What a claim that does not hold means to the person at the screen.
_CLAIMS = {
    "iss": "登录凭证不是{label}签发的",
    "aud": "登录凭证是签发给另一个系统的",
    "azp": "登录凭证是签发给另一个系统的",
    "nonce": "登录凭证不是为这一次登录签发的",
    "iat": "{label}与本平台的时间相差超过一分钟，请管理员校对两边服务器的时间",
    "nbf": "{label}与本平台的时间相差超过一分钟，请管理员校对两边服务器的时间",
}


class ProviderRefused(Refused):
    """The provider, or what came from it, does not let this person in."""


@dataclass(frozen=True)
class Claims:
    """Who came, as the provider says; ``token`` is its proof, kept for signing out there."""

    issuer: str
    subject: str
    name: str
    token: str


def is_configured() -> bool:
    return bool(settings.OIDC_ISSUER)


def require_sound_settings() -> None:
    """Raises ImproperlyConfigured for half a configuration, or one that would speak in the clear."""
    if not is_configured():
        return
    if not (settings.OIDC_CLIENT_ID and settings.OIDC_CLIENT_SECRET):
        raise ImproperlyConfigured(
            "设了 LIANSHEN_OIDC_ISSUER，还须设 LIANSHEN_OIDC_CLIENT_ID 与 LIANSHEN_OIDC_CLIENT_SECRET（或 _FILE）。"
        )
    if not _is_private(settings.OIDC_ISSUER):
        raise ImproperlyConfigured(
            f"LIANSHEN_OIDC_ISSUER 须以 https:// 开头，现为 {settings.OIDC_ISSUER}。"
        )


def return_address() -> str:
    """The one address of ours that is registered with the provider: on the portal's host, for all
    consoles, those opened later included."""
    scheme = "https" if settings.SESSION_COOKIE_SECURE else "http"
    port = f":{settings.PORT}" if settings.PORT else ""
    path = reverse("provider:signpost", urlconf=settings.PORTAL_URLCONF)
    return f"{scheme}://{settings.PORTAL_HOST}{port}{path}"


def way_there(request: HttpRequest, *, slug: str, next_url: str, anew: bool, at: datetime) -> str:
    """Where the browser goes to sign in. The state names the console, so that the portal knows the
    way back. ``anew``: the provider asks who it is, even if it thinks to know. Raises ProviderRefused."""
    client = _client()
    with _in_sentences():
        found = client.create_authorization_url(
            return_address(),
            state=f"{slug}.{get_random_string(32)}",
            **({"prompt": "login"} if anew else {}),
        )
    _forget_the_oldest(request.session)
    request.session[_STATE + found["state"]] = {
        "code_verifier": found["code_verifier"],
        "nonce": found["nonce"],
        "next_url": next_url,
        "until": (at + PATIENCE).timestamp(),
    }
    return str(found["url"])


def who_came(request: HttpRequest, *, at: datetime) -> tuple[Claims, str]:
    """Whom the answer in this request's address stands for, and where they wanted to go.

    The state is used up whatever comes of it. Raises ProviderRefused.
    """
    begun: dict[str, Any] = request.session.pop(_STATE + request.GET.get("state", ""), {})
    if begun.get("until", 0) < at.timestamp():
        raise ProviderRefused(
            "这次登录不是在本浏览器里发起的，或者已经用过、超过十分钟。请回到登录页重新登录。"
        )
    if request.GET.get("error"):
        raise ProviderRefused(_refused_there(request.GET["error"]))
    if request.GET.get("iss", settings.OIDC_ISSUER) != settings.OIDC_ISSUER:
        raise ProviderRefused(_CLAIMS["iss"].format(label=settings.OIDC_LABEL) + "，没有登录。")
    client = _client()
    with _in_sentences():
        client.server_metadata["jwks"] = {"keys": _signing_keys(client.fetch_jwk_set())}
        token = client.fetch_access_token(
            code=request.GET.get("code", ""),
            redirect_uri=return_address(),
            code_verifier=begun["code_verifier"],
        )
        claims = client.parse_id_token(
            token,
            nonce=begun["nonce"],
            claims_options={
                "iss": {"essential": True, "value": settings.OIDC_ISSUER},
                "aud": {"essential": True, "value": settings.OIDC_CLIENT_ID},
            },
            leeway=SKEW,
        )
        if claims is None:
            raise ValueError("no id_token")
    subject, name = claims["sub"], claims.get("name") or claims.get("preferred_username") or ""
    if not _is_plain(subject) or not 0 < len(subject) <= 255:
        raise ProviderRefused(f"{settings.OIDC_LABEL}没有给出可用的身份标识，请联系系统管理员。")
    return (
        Claims(
            issuer=settings.OIDC_ISSUER,
            subject=subject,
            name=name[:40] if _is_plain(name) else "",
            token=token["id_token"],
        ),
        begun["next_url"],
    )


def way_out(token: str, *, slug: str) -> str:
    """Where the browser goes to sign out at the provider as well; empty when it offers that nowhere.
    Raises ProviderRefused."""
    client = _client()
    if not _is_private(str(client.server_metadata.get("end_session_endpoint", ""))):
        return ""
    with _in_sentences():
        found = client.create_logout_url(
            post_logout_redirect_uri=return_address(),
            id_token_hint=token,
            state=slug,
            client_id=settings.OIDC_CLIENT_ID,
        )
    return str(found["url"])


def answer_of(request: HttpRequest) -> str:
    """What of the provider's answer is carried on to the console, as a query."""
    known = ("code", "state", "error", "iss")
    return urlencode({name: request.GET[name] for name in known if name in request.GET})


def _client() -> DjangoOAuth2App:
    """A client that has just read what the provider says about itself. Raises ProviderRefused."""
    client = DjangoOAuth2App(
        DjangoIntegration("provider"),
        name="provider",
        client_id=settings.OIDC_CLIENT_ID,
        client_secret=settings.OIDC_CLIENT_SECRET,
        server_metadata_url=settings.OIDC_ISSUER.rstrip("/") + "/.well-known/openid-configuration",
        client_kwargs={
            "scope": "openid profile",
            "code_challenge_method": "S256",
            "default_timeout": settings.OIDC_TIMEOUT,
        },
    )
    with _in_sentences():
        said = client.load_server_metadata()
        if said.get("issuer") != settings.OIDC_ISSUER:
            raise ProviderRefused(
                f"{settings.OIDC_LABEL}自报的地址是 {str(said.get('issuer'))[:100]}，"
                f"与本平台设置的 {settings.OIDC_ISSUER} 不同，请系统管理员核对。"
            )
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            if not _is_private(said[name]):
                raise ValueError(f"{name} in the clear")
        said["id_token_signing_alg_values_supported"] = list(ALGORITHMS)
    return client


def _signing_keys(said: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        key
        for key in said["keys"]
        if key.get("kty") in {"RSA", "EC"} and key.get("use", "sig") == "sig"
    ]


@contextmanager
def _in_sentences() -> Iterator[None]:
    """Whatever goes wrong with the provider inside the block is told in a sentence."""
    try:
        yield
    except Refused:
        raise
    except Exception as error:
        raise ProviderRefused(_sentence(error)) from error


def _sentence(error: Exception) -> str:
    label = settings.OIDC_LABEL
    match error:
        case Timeout():
            return f"{label}迟迟没有应答。请稍后再试，急用时用账号和密码登录。"
        case HTTPError():
            return f"{label}出了故障。请稍后再试，急用时用账号和密码登录。"
        case RequestException() if not isinstance(error, ValueError):
            return f"连接不上{label}。请稍后再试，急用时用账号和密码登录。"
        case OAuthError():
            return _refused_there(str(error.error))
        case ExpiredTokenError():
            return (
                f"{label}给的登录凭证已经过期，请重新登录；反复出现时请管理员校对两边服务器的时间。"
            )
        case InvalidKeyIdError() | UnsupportedAlgorithmError():
            return f"登录凭证的签名不是{label}公布的密钥所签，没有登录。请联系系统管理员。"
        case ClaimError():
            why = _CLAIMS.get(error.claim, "登录凭证的内容不全").format(label=label)
            return f"{why}，没有登录。请回到登录页重新登录。"
        case JoseError():
            return f"{label}给的登录凭证验不过签名，可能在途中被改动，没有登录。请联系系统管理员。"
    return f"{label}的应答看不懂，可能正在维护。请稍后再试，急用时用账号和密码登录。"


def _refused_there(code: str) -> str:
    """What an error code of the protocol means; the provider's own words are not repeated."""
    label = settings.OIDC_LABEL
    return {
        "access_denied": f"您在{label}取消了登录，或者没有同意。可以重新登录，或用账号和密码登录。",
        "login_required": f"{label}要求先在那里登录，请重新登录。",
        "invalid_grant": "这次登录的凭证已经用过或者过期，请回到登录页重新登录。",
        "invalid_client": f"{label}不认识本平台，请系统管理员核对客户端编号和密钥。",
        "unauthorized_client": f"{label}不认识本平台，请系统管理员核对客户端编号和密钥。",
        "temporarily_unavailable": f"{label}暂时不能用。请稍后再试，急用时用账号和密码登录。",
        "server_error": f"{label}出了故障。请稍后再试，急用时用账号和密码登录。",
    }.get(code, f"{label}没有受理这次登录，请重新登录；反复出现时请联系系统管理员。")


def _forget_the_oldest(session: SessionBase) -> None:
    begun = sorted(
        (key for key in session.keys() if key.startswith(_STATE)),  # noqa: SIM118 -- no iterator
        key=lambda key: float(session[key]["until"]),
    )
    for key in begun[: max(0, len(begun) - PENDING + 1)]:
        del session[key]


def _is_private(url: str) -> bool:
    """Whether nobody on the way can read along: https, or this very machine."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    try:
        here = ip_address(host).is_loopback
    except ValueError:
        here = host == "localhost"
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and here))


def _is_plain(text: object) -> bool:
    return isinstance(text, str) and text.isprintable()
