"""A seeded city on one machine, over plain http on *.localhost."""

import os

from config.settings.base import *  # noqa: F403
from config.settings.base import INSTALLED_APPS

SECRET_KEY = os.environ.get("LIANSHEN_SECRET_KEY", "demo-only-" + "0" * 50)
PORT = os.environ.get("LIANSHEN_PORT", "8000")
INSTALLED_APPS = [*INSTALLED_APPS, "config.demo"]
