"""Constructs that were measured to leak or lose something are not in the code."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = [
    path
    for top in ("platform", "tenants", "workflows", "cms", "public_site", "deploy")
    for path in (ROOT / top).rglob("*.py")
    if "migrations" not in path.parts
]
TEMPLATES = [
    path
    for top in ("platform", "tenants", "workflows", "cms", "public_site")
    for path in (ROOT / top).rglob("*.html")
]

BANNED = {
    "with tenant: keeps one stack for all threads": r"^\s*with (self\.)?tenant\s*:",
    "schemas are crossed only in the gateway": r"\b(tenant_context|schema_context)\b",
    "clone_schema renames constraints": r"clone_schema|TENANT_LIMIT_SET_CALLS\s*=\s*True",
    "no portal for unknown hosts": r"SHOW_PUBLIC_IF_NO_TENANT_FOUND\s*=\s*True",
    "cookies are host-only": r"(SESSION|CSRF)_COOKIE_DOMAIN",
    "no async views: they run on a connection without a tenant": r"async def ",
    "no Django save signals": r"\b(post_save|pre_save|post_delete|pre_delete)\b",
    "the sites framework is global": r"django\.contrib\.sites",
    "guardian's anonymous user is one per schema": r"ANONYMOUS_USER_NAME\s*=\s*[\"']",
    "templates escape": r"\|safe\b|mark_safe\(",
    "csrf stays on": r"csrf_exempt",
}


@pytest.mark.parametrize("why", BANNED)
def test_banned_construct_is_absent(why: str) -> None:
    pattern = re.compile(BANNED[why], re.MULTILINE)
    allowed = {ROOT / "tenants" / "gateway.py"} if "gateway" in why else set()
    found = [
        f"{path.relative_to(ROOT)}: {match.group().strip()}"
        for path in SOURCES
        if path not in allowed
        for match in pattern.finditer(path.read_text("utf-8"))
    ]
    assert not found


@pytest.mark.parametrize("why", BANNED)
def test_each_ban_can_fail(why: str) -> None:
    sample = {
        "with tenant: keeps one stack for all threads": "    with tenant:\n",
        "schemas are crossed only in the gateway": "with schema_context('t_x'):",
        "clone_schema renames constraints": "clone_schema(",
        "no portal for unknown hosts": "SHOW_PUBLIC_IF_NO_TENANT_FOUND = True",
        "cookies are host-only": "SESSION_COOKIE_DOMAIN = '.localhost'",
        "no async views: they run on a connection without a tenant": "async def view(request):",
        "no Django save signals": "post_save.connect(x)",
        "the sites framework is global": "'django.contrib.sites'",
        "guardian's anonymous user is one per schema": 'ANONYMOUS_USER_NAME = "anon"',
        "templates escape": "{{ x|safe }}",
        "csrf stays on": "@csrf_exempt",
    }[why]
    assert re.search(BANNED[why], sample, re.MULTILINE)


def test_templates_carry_no_inline_script_or_style() -> None:
    inline = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>|\sstyle=|<style\b|\son[a-z]+=\"", re.I)
    found = [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path in TEMPLATES
        for match in inline.finditer(path.read_text("utf-8"))
    ]
    assert not found


def test_pages_load_nothing_from_another_host() -> None:
    remote = re.compile(r"(?:src|href)=\"(?:https?:)?//")
    found = [str(p.relative_to(ROOT)) for p in TEMPLATES if remote.search(p.read_text("utf-8"))]
    assert not found
