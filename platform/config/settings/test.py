"""Tests: real PostgreSQL and Redis, cheap passwords, tasks in-process."""

import os

from config.settings.base import *  # noqa: F403
from config.settings.base import CACHES, DATABASES, STATIC_ROOT, STORAGES

SECRET_KEY = "tests-only-" + "0" * 50
PORT = os.environ.get("LIANSHEN_PORT", "8000")
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # WhiteNoise warns about a missing one
# Workers of one run have databases of their own, but share the Redis.
CACHES["default"]["KEY_PREFIX"] = os.environ.get("PYTEST_XDIST_WORKER", "")
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True
DATABASES = {
    "default": {
        **DATABASES["default"],
        "CONN_MAX_AGE": 0,
        "TEST": {"NAME": os.environ.get("LIANSHEN_TEST_DB", "test_lianshen")},
    }
}
OUTBOX_ALLOWED_NETWORKS = ["127.0.0.0/8", "::1/128"]  # the servers of the tests
