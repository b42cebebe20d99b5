"""Behind https. Refuses to start without its secrets."""

import os

from config.settings.base import *  # noqa: F403
from config.settings.base import PORTAL_HOST

SECRET_KEY = os.environ["LIANSHEN_SECRET_KEY"]
PORT = ""
SESSION_COOKIE_NAME = "__Host-lianshen_session"
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_NAME = "__Host-lianshen_csrf"
CSRF_COOKIE_SECURE = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# Else every failure would count for the proxy, and anyone could lock anyone out.
AXES_CLIENT_IP_CALLABLE = "kernel.accounts.client_address.address_behind_proxy"
SECURE_SSL_REDIRECT = True
SECURE_HSTS_SECONDS = 31_536_000
WAGTAILADMIN_BASE_URL = f"https://{PORTAL_HOST}"
