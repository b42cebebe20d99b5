"""What every place shares. Places override only what differs."""

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

import django_stubs_ext
from celery.schedules import crontab
from csp.constants import NONE, SELF

django_stubs_ext.monkeypatch()

ROOT = Path(__file__).resolve().parents[3]
HOME = Path(os.environ.get("LIANSHEN_HOME", ROOT / ".lianshen" / "demo"))


def database_from(url: str) -> dict[str, object]:
    """The parts of ``postgresql://user:password@host:port/name`` as Django wants them."""
    parts = urlsplit(url)
    return {
        "ENGINE": "tenants.backend",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
    }


def secret_from(name: str) -> str:
    """The variable ``name``, or what stands in the file that ``name``_FILE points to."""
    file = os.environ.get(f"{name}_FILE")
    return Path(file).read_text("utf-8").strip() if file else os.environ.get(name, "")


SECRET_KEY = os.environ.get("LIANSHEN_SECRET_KEY", "")
DEBUG = False
ALLOWED_HOSTS = ["*"]  # the tenant middleware answers 404 for a host that is no tenant's

SHARED_APPS = [
    "tenants",
    "django_tenants",
    "tenants.registry",
    "tenants.rollup",
    "tenants.honesty",
    "kernel.accounts",
    "kernel.calendars",
    "kernel.trail",
    "kernel.web",
    "workflows.catalogue",
    "workflows.desk",
    "workflows.whatif",
    "workflows.overview",
    "workflows.effects",
    "workflows.letters",
    "workflows.holidays",
    "public_site",
    "cms",
    "wagtail.contrib.routable_page",
    "wagtail.contrib.redirects",
    "wagtail.contrib.settings",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "axes",
    "django_htmx",
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
]
TENANT_APPS = [
    "kernel.trail",
    "kernel.once",
    "kernel.papers",
    "kernel.outbox",
    "kernel.notices",
    "guardian",
    "workflows.promises",
    "workflows.mechanism",
    "workflows.projects",
    "workflows.procedures",
    "workflows.watches",
    "workflows.meter",
    "workflows.issuing",
    "workflows.orders",
    "workflows.taskforce",
    "workflows.supervision",
    "workflows.annual",
    "workflows.assignments",
    "workflows.deficiency",
    "workflows.meetings",
    "workflows.policies",
    "workflows.dispatch",
    "workflows.filings",
    "workflows.interchange",
    "workflows.disclosure",
    "workflows.exchange",
]
INSTALLED_APPS = [*SHARED_APPS, *(app for app in TENANT_APPS if app not in SHARED_APPS)]

TENANT_MODEL = "tenants.Tenant"
TENANT_DOMAIN_MODEL = "tenants.Domain"
TEMPLATE_SCHEMA = "lianshen_template"
PORTAL_HOST = os.environ.get("LIANSHEN_PORTAL_HOST", "localhost")
CONSOLE_URLCONF = "config.urls_console"
PORTAL_URLCONF = "config.urls_portal"
ROOT_URLCONF = CONSOLE_URLCONF
DATABASE_ROUTERS = ["django_tenants.routers.TenantSyncRouter"]

MIDDLEWARE = [
    "tenants.middleware.TenantMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "kernel.web.nul.refuse_nul",
    "kernel.web.errors.explain_405",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "kernel.accounts.middleware.MembershipMiddleware",
    "axes.middleware.AxesMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "kernel.web.shell.shell",
            ],
            "builtins": ["kernel.web.templatetags.lianshen"],
        },
    }
]
FORM_RENDERER = "kernel.web.forms.Renderer"
WSGI_APPLICATION = "config.wsgi.application"

DATABASES = {"default": database_from(os.environ.get("DATABASE_URL", "postgresql:///lianshen"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/0")
CACHES = {
    "default": {
        "BACKEND": "kernel.web.cache.ForgivingRedisCache",
        "LOCATION": REDIS_URL,
        "KEY_FUNCTION": "django_tenants.cache.make_key",
        "REVERSE_KEY_FUNCTION": "django_tenants.cache.reverse_key",
    }
}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
    "guardian.backends.ObjectPermissionBackend",
]
ANONYMOUS_USER_NAME = None  # guardian would otherwise make a user for it in every schema
LOGIN_URL = "accounts:sign_in"
LOGIN_REDIRECT_URL = "/"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_TEMPLATE = "accounts/locked.html"
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
AXES_DISABLE_ACCESS_LOG = True

# The government's identity provider (OpenID Connect). Without an issuer there is no such door.
OIDC_ISSUER = os.environ.get("LIANSHEN_OIDC_ISSUER", "")
OIDC_CLIENT_ID = os.environ.get("LIANSHEN_OIDC_CLIENT_ID", "")
OIDC_CLIENT_SECRET = secret_from("LIANSHEN_OIDC_CLIENT_SECRET")
OIDC_LABEL = os.environ.get("LIANSHEN_OIDC_LABEL", "统一身份认证")
OIDC_TIMEOUT = 5.0  # seconds a worker waits for it

# Host-only cookies: no Domain attribute anywhere. Over https they also take the __Host- prefix.
SESSION_COOKIE_NAME = "lianshen_session"
SESSION_COOKIE_AGE = 10 * 60 * 60
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "lianshen_csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "kernel.web.errors.csrf_failure"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "EXCLUDE_URL_PREFIXES": ["/cms/"],  # the editor's own scripts; see decisions/0003
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF, f"*.{PORTAL_HOST}:*"],  # crossing to another console is a form too
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    },
}

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
MEDIA_ROOT = HOME / "media"
MEDIA_URL = "/media/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 20 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 20 * 1024 * 1024

WAGTAIL_SITE_NAME = "鄂尔多斯市重点项目联审联批"
WAGTAILADMIN_BASE_URL = f"http://{PORTAL_HOST}"
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_FINISH_WORKFLOW_ACTION = "cms.reviewing.publish_approved"
WAGTAIL_USER_TIME_ZONES = [TIME_ZONE]
WAGTAILDOCS_EXTENSIONS = ["pdf", "docx", "xlsx", "wps", "et", "ofd", "txt", "zip"]

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TIMEZONE = TIME_ZONE
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULE: dict[str, dict[str, object]] = {
    "sweep-procedures": {
        "task": "workflows.procedures.tasks.sweep",
        "schedule": crontab(hour="0,6,12,18", minute=10),
        "options": {"headers": {"lianshen_schema": "public"}},
    },
    "notice-deadlines": {
        "task": "workflows.watches.tasks.sweep",
        "schedule": crontab(hour="0,6,8,10,12,14,16,18", minute=20),
        "options": {"headers": {"lianshen_schema": "public"}},
    },
    "remind-annual": {
        "task": "workflows.annual.tasks.sweep",
        "schedule": crontab(hour="8,14", minute=40),
        "options": {"headers": {"lianshen_schema": "public"}},
    },
    "resume-batches": {  # of a worker that was killed, or a queue that was lost
        "task": "projects.resume_batches",
        "schedule": crontab(minute="*/10"),
        "options": {"headers": {"lianshen_schema": "public"}},
    },
    "resume-holidays": {  # the same for tenants that a holiday notice is computed in
        "task": "holidays.resume",
        "schedule": crontab(minute="5-59/10"),
        "options": {"headers": {"lianshen_schema": "public"}},
    },
    "chase-duties": {
        "task": "workflows.supervision.tasks.sweep",
        "schedule": crontab(hour="7,9,11,14,16", minute=40),
        "options": {"headers": {"lianshen_schema": "public"}},
    },
    "remind-of-missing-papers": {
        "task": "workflows.deficiency.tasks.sweep",
        "schedule": crontab(hour="7,13", minute=30),
        "options": {"headers": {"lianshen_schema": "public"}},
    },
    "prepare-dispatch": {
        "task": "workflows.dispatch.tasks.sweep",
        "schedule": crontab(hour="8,13", minute=5),
        "options": {"headers": {"lianshen_schema": "public"}},
    },
    "remind-of-terms": {
        "task": "workflows.taskforce.tasks.sweep",
        "schedule": crontab(hour=8, minute=25),
        "options": {"headers": {"lianshen_schema": "public"}},
    },
    "remind-of-filings": {
        "task": "tenants.tasks.every_tenant",
        "args": ["workflows.filings.tasks.remind_tenant"],
        "schedule": crontab(hour="8,14", minute=45),
        "options": {"headers": {"lianshen_schema": "public"}},
    },
    "send-what-waits": {  # of a worker that was killed, or a queue that was lost
        "task": "tenants.tasks.every_tenant",
        "args": ["kernel.outbox.tasks.sweep_tenant"],
        "schedule": crontab(minute="2-59/10"),
        "options": {"headers": {"lianshen_schema": "public"}},
    },
    "forget-deliveries": {
        "task": "tenants.tasks.every_tenant",
        "args": ["kernel.outbox.tasks.forget_tenant"],
        "schedule": crontab(hour=3, minute=55),
        "options": {"headers": {"lianshen_schema": "public"}},
    },
    "forget-answers": {
        "task": "tenants.tasks.every_tenant",
        "args": ["workflows.exchange.tasks.forget_tenant"],
        "schedule": crontab(hour=4, minute=5),
        "options": {"headers": {"lianshen_schema": "public"}},
    },
    "forget-notices": {
        "task": "tenants.tasks.every_tenant",
        "args": ["kernel.notices.tasks.forget_tenant"],
        "schedule": crontab(hour=3, minute=50),
        "options": {"headers": {"lianshen_schema": "public"}},
    },
    "forget-forms": {
        "task": "tenants.tasks.every_tenant",
        "args": ["kernel.once.tasks.forget_tenant"],
        "schedule": crontab(hour=3, minute=55),
        "options": {"headers": {"lianshen_schema": "public"}},
    },
    "reconcile-rollup": {
        "task": "tenants.rollup.tasks.reconcile_all",
        "schedule": crontab(hour=2, minute=30),
        "options": {"headers": {"lianshen_schema": "public"}},
    },
    "check-interchange": {
        "task": "tenants.tasks.every_tenant",
        "args": ["workflows.interchange.tasks.check_tenant"],
        "schedule": crontab(hour=2, minute=50),
        "options": {"headers": {"lianshen_schema": "public"}},
    },
    "clear-sessions": {
        "task": "kernel.accounts.tasks.clear_sessions",
        "schedule": crontab(hour=3, minute=30),
        "options": {"headers": {"lianshen_schema": "public"}},
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    # A page refused or not found is in the trail; its traceback would only bury real faults.
    "loggers": {"django.request": {"level": "ERROR"}, "django.security": {"level": "ERROR"}},
}

# Working days after a half-month within which its report is issued; three are this product's proposal (未核实).
DISPATCH_ISSUE_WITHIN = int(os.environ.get("LIANSHEN_DISPATCH_ISSUE_WITHIN", "3"))

# Where messages may go although the address is this machine's or its link's; nowhere, unless said so.
OUTBOX_ALLOWED_NETWORKS = [
    net for net in os.environ.get("LIANSHEN_OUTBOX_ALLOWED_NETWORKS", "").split(",") if net
]
EMAIL_HOST = os.environ.get("LIANSHEN_EMAIL_HOST", "")  # empty: no mail is sent
EMAIL_PORT = int(os.environ.get("LIANSHEN_EMAIL_PORT", "25"))
EMAIL_HOST_USER = os.environ.get("LIANSHEN_EMAIL_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("LIANSHEN_EMAIL_PASSWORD", "")
EMAIL_USE_TLS = os.environ.get("LIANSHEN_EMAIL_TLS", "") == "1"
EMAIL_TIMEOUT = 15
DEFAULT_FROM_EMAIL = os.environ.get("LIANSHEN_EMAIL_FROM", f"noreply@{PORTAL_HOST}")
