"""A seeded city on one machine, over plain http on *.localhost."""

import os

from config.settings.base import *  # noqa: F403
from config.settings.base import INSTALLED_APPS

SECRET_KEY = os.environ.get("LIANSHEN_SECRET_KEY", "demo-only-" + "0" * 50)
PORT = os.environ.get("LIANSHEN_PORT", "8000")
INSTALLED_APPS = [*INSTALLED_APPS, "config.demo"]
OUTBOX_ALLOWED_NETWORKS = ["127.0.0.0/8", "::1/128"]  # to try it out on one machine
