"""An OpenID provider (django-oauth-toolkit) as a process of its own on loopback, for tests.

``python -m tests.kernel.accounts.provider_server FOLDER`` prints its port, and serves until it is
ended. `/control/` is for the tests: who may come back where, which key signs, which client exists.
"""

import json
import sys
from pathlib import Path
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import django
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application

CLIENT_ID, CLIENT_SECRET = "lianshen", "a-secret-between-two-servers"
PASSWORD = "there-it-is-another"
PEOPLE = {"wangmou": "王某（示例）", "zhaomou": "赵某（示例）", "limou": "李某（示例）"}


def new_key() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


def configure(folder: Path) -> None:
    settings.configure(
        SECRET_KEY="of-the-provider-alone-" + "1" * 40,
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF="tests.kernel.accounts.provider_urls",
        USE_TZ=True,
        SESSION_COOKIE_NAME="provider_session",
        CSRF_COOKIE_NAME="provider_csrf",
        LOGIN_URL="/login/",
        INSTALLED_APPS=[
            "django.contrib.contenttypes",
            "django.contrib.auth",
            "django.contrib.sessions",
            "oauth2_provider",
        ],
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
        ],
        TEMPLATES=[
            {"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}
        ],
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": folder / "provider.sqlite3",
                "OPTIONS": {"timeout": 20, "transaction_mode": "IMMEDIATE"},
            }
        },
        OAUTH2_PROVIDER={
            "OIDC_ENABLED": True,
            "OIDC_RSA_PRIVATE_KEY": new_key(),
            "OIDC_RP_INITIATED_LOGOUT_ENABLED": True,
            "OIDC_RP_INITIATED_LOGOUT_ALWAYS_PROMPT": False,
            "PKCE_REQUIRED": True,
            "SCOPES": {"openid": "identity", "profile": "name"},
            "OAUTH2_VALIDATOR_CLASS": "tests.kernel.accounts.provider_urls.Validator",
        },
    )
    django.setup()


def fill() -> None:
    # Only now that the settings stand can models be imported.
    from django.contrib.auth.models import User  # noqa: PLC0415
    from oauth2_provider.models import Application  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    for username, name in PEOPLE.items():
        User.objects.create_user(username=username, password=PASSWORD, first_name=name)
    Application.objects.create(
        client_id=CLIENT_ID,
        client_secret=CLIENT_SECRET,
        client_type="confidential",
        authorization_grant_type="authorization-code",
        algorithm="RS256",
        redirect_uris="http://localhost:8000/sign-in/back/",
        post_logout_redirect_uris="http://localhost:8000/sign-in/back/",
        skip_authorization=True,
        name="联审",
    )


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


if __name__ == "__main__":
    configure(Path(sys.argv[1]))
    fill()
    with make_server("127.0.0.1", 0, get_wsgi_application(), Server, Quiet) as server:
        print(json.dumps({"port": server.server_port}), flush=True)
        server.serve_forever()
