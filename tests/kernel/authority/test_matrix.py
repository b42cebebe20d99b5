"""The permission matrix: every address against every role. An address missing here fails.

A row says which permission the address asks for; the roles that hold it are written out below, so
that a change of either has to be made twice, on purpose.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from config import urls_console
from kernel.authority.permissions import Permission, Role, grants
from tenants.models import Tenant

P = Permission

#: None: open without signing in.
ADDRESSES: dict[str, Permission | None] = {
    "accounts:sign_in": None,
    "accounts:sign_out": None,
    "accounts:enter": None,
    "accounts:switch": P.DESK_VIEW,
    "accounts:members": P.MEMBERS_VIEW,
    "accounts:set_out": None,
    "accounts:back": None,
    "accounts:link": None,
    "accounts:identities": P.MEMBERS_VIEW,
    "accounts:unlink": P.MEMBERS_CHANGE,
    "mechanism:chart": P.MECHANISM_VIEW,
    "mechanism:seats": P.MECHANISM_VIEW,
    "mechanism:export": P.MECHANISM_VIEW,
    "mechanism:seat": P.MECHANISM_VIEW,
    "mechanism:unit": P.MECHANISM_VIEW,
    "catalogue:matters": P.CATALOGUE_VIEW,
    "catalogue:export": P.CATALOGUE_VIEW,
    "catalogue:no_basis": P.CATALOGUE_VIEW,
    "catalogue:matter": P.CATALOGUE_VIEW,
    "catalogue:confirm": P.CATALOGUE_VERIFY,
    "promises:listing": P.CATALOGUE_VIEW,
    "promises:export": P.CATALOGUE_VIEW,
    "promises:edit": P.PROMISES_CHANGE,
    "promises:save": P.PROMISES_CHANGE,
    "promises:add_party": P.PROMISES_CHANGE,
    "promises:remove_party": P.PROMISES_CHANGE,
    "desk:home": P.DESK_VIEW,
    "console:search": P.DESK_VIEW,
    "projects:index": P.PROJECTS_VIEW,
    "projects:export": P.PROJECTS_VIEW,
    "projects:new": P.PROJECTS_CHANGE,
    "projects:waiting": P.PROJECTS_COMMENT,
    "projects:handle": P.PROJECTS_CONFIRM,
    "projects:upload": P.PROJECTS_IMPORT,
    "projects:template": P.PROJECTS_IMPORT,
    "projects:intake": P.PROJECTS_IMPORT,
    "projects:intake_errors": P.PROJECTS_IMPORT,
    "projects:intake_file": P.PROJECTS_IMPORT,
    "projects:intake_apply": P.PROJECTS_IMPORT,
    "projects:intake_discard": P.PROJECTS_IMPORT,
    "projects:send_all": P.PROJECTS_CHANGE,
    "projects:confirm_all": P.PROJECTS_CONFIRM,
    "projects:batch": P.PROJECTS_VIEW,
    "projects:resume": P.PROJECTS_CHANGE,
    "projects:project": P.PROJECTS_VIEW,
    "projects:edit": P.PROJECTS_CHANGE,
    "projects:confirm": P.PROJECTS_CONFIRM,
    "projects:comment": P.PROJECTS_COMMENT,
    "projects:move": P.PROJECTS_CHANGE,
    "annual:index": P.PROJECTS_VIEW,
    "annual:open": P.PROJECTS_CHANGE,
    "annual:year": P.PROJECTS_VIEW,
    "annual:export": P.PROJECTS_VIEW,
    "annual:calendar": P.PROJECTS_CHANGE,
    "annual:move": P.PROJECTS_CHANGE,
    "annual:replies": P.PROJECTS_VIEW,
    "annual:urge": P.PROJECTS_CHANGE,
    "annual:comments": P.PROJECTS_VIEW,
    "annual:changes": P.PROJECTS_VIEW,
    "annual:issue": P.PROJECTS_CONFIRM,
    "annual:compare": P.PROJECTS_VIEW,
    "annual:version": P.PROJECTS_VIEW,
    "procedures:list": P.PROCEDURES_VIEW,
    "procedures:export": P.PROCEDURES_VIEW,
    "procedures:detail": P.PROCEDURES_VIEW,
    "procedures:dates": P.PROCEDURES_VIEW,
    "procedures:dates_json": P.PROCEDURES_VIEW,
    "procedures:plan": P.PROCEDURES_VIEW,
    "procedures:plan_json": P.PROCEDURES_VIEW,
    "procedures:plan_export": P.PROCEDURES_VIEW,
    "procedures:rebaseline": P.PROJECTS_CHANGE,
    "procedures:bundle": P.PROJECTS_CHANGE,
    "procedures:unbundle": P.PROJECTS_CHANGE,
    "procedures:lamp_rules": P.PROCEDURES_VIEW,
    "procedures:lamp_rule": P.MECHANISM_CHANGE,
    "procedures:move": P.PROCEDURES_MOVE,
    "procedures:correct": P.PROCEDURES_MOVE,
    "watches:alerts": P.PROCEDURES_VIEW,
    "watches:take_note": P.WATCHES_HANDLE,
    "watches:validity": P.PROCEDURES_VIEW,
    "watches:indicators": P.PROCEDURES_VIEW,
    "watches:indicator": P.PROCEDURES_VIEW,
    "meter:list": P.PROCEDURES_VIEW,
    "meter:export": P.PROCEDURES_VIEW,
    "meter:project": P.PROCEDURES_VIEW,
    "meter:json": P.PROCEDURES_VIEW,
    "meter:rules": P.PROCEDURES_VIEW,
    "meter:change": P.METER_CHANGE,
    "whatif:list": P.PROCEDURES_VIEW,
    "whatif:list_answer": P.PROCEDURES_VIEW,
    "whatif:export": P.PROCEDURES_VIEW,
    "whatif:gains": P.PROCEDURES_VIEW,
    "whatif:project": P.PROCEDURES_VIEW,
    "whatif:answer": P.PROCEDURES_VIEW,
    "filings:list": P.FILINGS_VIEW,
    "filings:inbox": P.FILINGS_RECEIVE,
    "filings:calendar": P.PAPERS_VIEW,
    "filings:file": P.FILINGS_VIEW,
    "filings:write": P.FILINGS_SEND,
    "filings:measures": P.FILINGS_MEASURES,
    "filings:new_measure": P.FILINGS_MEASURES,
    "filings:measure": P.FILINGS_MEASURES,
    "filings:send_measure": P.FILINGS_MEASURES,
    "filings:new": P.FILINGS_SEND,
    "filings:send": P.FILINGS_SEND,
    "filings:detail": P.FILINGS_VIEW,
    "filings:acknowledge": P.FILINGS_RECEIVE,
    "filings:return": P.FILINGS_RECEIVE,
    "effects:list": P.PAPERS_VIEW,
    "overview:season": P.OVERVIEW_VIEW,
    "overview:projects": P.OVERVIEW_VIEW,
    "overview:project": P.OVERVIEW_VIEW,
    "overview:procedures": P.OVERVIEW_VIEW,
    "overview:reconciliation": P.OVERVIEW_VIEW,
    "overview:breakdown": P.OVERVIEW_VIEW,
    "overview:wall": P.OVERVIEW_VIEW,
    "overview:tiles": P.OVERVIEW_CHANGE,
    "overview:days": P.OVERVIEW_VIEW,
    "overview:ledger": P.OVERVIEW_VIEW,
    "overview:repair": P.OVERVIEW_VIEW,
    "overview:reconcile": P.OVERVIEW_VIEW,
    "disclosure:index": P.DISCLOSURE_VIEW,
    "disclosure:prepare": P.DISCLOSURE_PREPARE,
    "disclosure:prepare_matters": P.DISCLOSURE_PREPARE,
    "disclosure:prepare_projects": P.DISCLOSURE_PREPARE,
    "disclosure:prepare_mechanism": P.DISCLOSURE_PREPARE,
    "disclosure:release_many": P.DISCLOSURE_RELEASE,
    "disclosure:draft": P.DISCLOSURE_VIEW,
    "disclosure:preview": P.DISCLOSURE_VIEW,
    "disclosure:release": P.DISCLOSURE_RELEASE,
    "disclosure:reject": P.DISCLOSURE_RELEASE,
    "disclosure:withdraw": P.DISCLOSURE_RELEASE,
    "holidays:year": P.CALENDARS_VIEW,
    "holidays:export": P.CALENDARS_VIEW,
    "holidays:verify": P.CALENDARS_CHANGE,
    "holidays:drafts": P.CALENDARS_VIEW,
    "holidays:new": P.CALENDARS_CHANGE,
    "holidays:template": P.CALENDARS_CHANGE,
    "holidays:draft": P.CALENDARS_VIEW,
    "holidays:edit": P.CALENDARS_CHANGE,
    "holidays:preview": P.CALENDARS_CHANGE,
    "holidays:apply": P.CALENDARS_CHANGE,
    "holidays:discard": P.CALENDARS_CHANGE,
    "holidays:resume": P.CALENDARS_CHANGE,
    "deficiency:ledger": P.PROCEDURES_VIEW,
    "deficiency:rules": P.PROCEDURES_VIEW,
    "deficiency:rule": P.MECHANISM_CHANGE,
    "deficiency:new": P.DEFICIENCY_HANDLE,
    "deficiency:risk": P.PROCEDURES_VIEW,
    "deficiency:detail": P.PROCEDURES_VIEW,
    "deficiency:move": P.DEFICIENCY_HANDLE,
    "meetings:list": P.MEETINGS_VIEW,
    "meetings:new": P.MEETINGS_CHANGE,
    "meetings:month": P.MEETINGS_VIEW,
    "meetings:meeting": P.MEETINGS_VIEW,
    "meetings:edit": P.MEETINGS_CHANGE,
    "meetings:agenda": P.MEETINGS_CHANGE,
    "meetings:own_item": P.MEETINGS_CHANGE,
    "meetings:invitees": P.MEETINGS_CHANGE,
    "meetings:step": P.MEETINGS_CHANGE,
    "meetings:consent": P.MEETINGS_CONSENT,
    "meetings:paper_consent": P.MEETINGS_CHANGE,
    "meetings:reply": P.MEETINGS_VIEW,
    "meetings:record": P.MEETINGS_CHANGE,
    "meetings:resolve": P.MEETINGS_CHANGE,
    "meetings:unsheeted": P.MEETINGS_CHANGE,
    "meetings:draft": P.MEETINGS_CHANGE,
    "meetings:calendar": P.MEETINGS_VIEW,
    "policies:list": P.MEETINGS_VIEW,
    "policies:new": P.MEETINGS_CHANGE,
    "policies:policy": P.MEETINGS_VIEW,
    "dispatch:list": P.DISPATCH_VIEW,
    "dispatch:compile": P.DISPATCH_CHANGE,
    "dispatch:report": P.DISPATCH_VIEW,
    "dispatch:compare": P.DISPATCH_VIEW,
    "dispatch:file": P.DISPATCH_VIEW,
    "dispatch:write": P.DISPATCH_CHANGE,
    "dispatch:read": P.DISPATCH_VIEW,
    "dispatch:figure": P.DISPATCH_VIEW,
    "dispatch:step": P.DISPATCH_CHANGE,
    "dispatch:review": P.DISPATCH_REVIEW,
    "mechanism:changes": P.MECHANISM_VIEW,
    "mechanism:orders": P.MECHANISM_VIEW,
    "mechanism:order": P.MECHANISM_VIEW,
    "mechanism:add_scan": P.MECHANISM_CHANGE,
    "mechanism:file_order": P.MECHANISM_CHANGE,
    "orders:list": P.MECHANISM_CHANGE,
    "orders:draft": P.MECHANISM_CHANGE,
    "orders:head": P.MECHANISM_CHANGE,
    "orders:add": P.MECHANISM_CHANGE,
    "orders:act": P.MECHANISM_CHANGE,
    "taskforce:members": P.MECHANISM_VIEW,
    "taskforce:person": P.MECHANISM_VIEW,
    "taskforce:second": P.MECHANISM_CHANGE,
    "taskforce:day": P.MECHANISM_CHANGE,
    "taskforce:month": P.MECHANISM_VIEW,
    "taskforce:term": P.MECHANISM_CHANGE,
    "notices:list": P.DESK_VIEW,
    "notices:see_all": P.DESK_VIEW,
    "notices:open": P.DESK_VIEW,
    "notices:see": P.DESK_VIEW,
    "exchange:systems": P.EXCHANGE_VIEW,
    "exchange:document": P.EXCHANGE_VIEW,
    "exchange:new": P.EXCHANGE_CHANGE,
    "exchange:system": P.EXCHANGE_VIEW,
    "exchange:edit": P.EXCHANGE_CHANGE,
    "exchange:switch": P.EXCHANGE_CHANGE,
    "exchange:give_key": P.EXCHANGE_CHANGE,
    "exchange:revoke": P.EXCHANGE_CHANGE,
    # A key opens these, not a session: tests/workflows/exchange holds each against the neighbour's.
    "api:openapi-json": None,
    "api:api-root": None,
    "api:me": None,
    "api:matters": None,
    "api:projects": None,
    "api:procedures": None,
    "api:tasks": None,
    "api:procedure": None,
    "api:dates": None,
    "api:lines": None,
    "api:tell": None,
    "api:nowhere": None,
    "outbox:list": P.EXCHANGE_VIEW,
    "outbox:delivery": P.EXCHANGE_VIEW,
    "outbox:retry": P.EXCHANGE_CHANGE,
    "outbox:drop": P.EXCHANGE_CHANGE,
    "outbox:receivers": P.EXCHANGE_VIEW,
    "outbox:receiver": P.EXCHANGE_VIEW,
    "outbox:new": P.EXCHANGE_CHANGE,
    "outbox:edit": P.EXCHANGE_CHANGE,
    "outbox:secret": P.EXCHANGE_CHANGE,
    "outbox:move": P.EXCHANGE_CHANGE,
    "supervision:list": P.SUPERVISION_VIEW,
    "supervision:board": P.SUPERVISION_VIEW,
    "supervision:rules": P.SUPERVISION_VIEW,
    "supervision:rule_new": P.SUPERVISION_CHASE,
    "supervision:case": P.SUPERVISION_VIEW,
    "supervision:reply": P.ASSIGNMENTS_ANSWER,
    "supervision:act": P.SUPERVISION_CHASE,
    "papers:file": P.DESK_VIEW,
    "issuing:paper": P.DESK_VIEW,
    "issuing:void": P.PAPERS_ISSUE,
    "issuing:pdf": P.DESK_VIEW,
    "issuing:docx": P.DESK_VIEW,
    "filings:letter": P.FILINGS_VIEW,
    "letters:guidance": P.PROCEDURES_VIEW,
    "letters:issue_guidance": P.PROJECTS_CHANGE,
    "letters:guidance_file": P.PROCEDURES_VIEW,
    "letters:new_notice": P.PROCEDURES_MOVE,
    "letters:notice_file": P.PROCEDURES_VIEW,
    "assignments:list": P.ASSIGNMENTS_VIEW,
    "assignments:new": P.ASSIGNMENTS_CHANGE,
    "assignments:hand_over": P.ASSIGNMENTS_CHANGE,
    "assignments:write_off": P.ASSIGNMENTS_CHANGE,
    "assignments:figures": P.ASSIGNMENTS_VIEW,
    "assignments:upload": P.ASSIGNMENTS_ANSWER,
    "issuing:list": P.PAPERS_VIEW,
    "issuing:letterheads": P.PAPERS_VIEW,
    "issuing:new_letterhead": P.PAPERS_ISSUE,
    "issuing:attach": P.PAPERS_ISSUE,
    "assignments:sheet": P.ASSIGNMENTS_VIEW,
    "assignments:edit": P.ASSIGNMENTS_CHANGE,
    "assignments:discard": P.ASSIGNMENTS_CHANGE,
    "assignments:cancel": P.ASSIGNMENTS_CHANGE,
    "assignments:move": P.ASSIGNMENTS_VIEW,
    "assignments:feed": P.ASSIGNMENTS_ANSWER,
    "assignments:ask": P.ASSIGNMENTS_ANSWER,
    "assignments:answer": P.ASSIGNMENTS_CHANGE,
    "interchange:overview": P.INTERCHANGE_VIEW,
    "interchange:check": P.INTERCHANGE_PREPARE,
    "interchange:gaps": P.INTERCHANGE_VIEW,
    "interchange:subject": P.INTERCHANGE_VIEW,
    "interchange:processes": P.INTERCHANGE_VIEW,
    "interchange:new_process": P.INTERCHANGE_PREPARE,
    "interchange:standard": P.INTERCHANGE_VIEW,
    "interchange:batches": P.INTERCHANGE_OVERSEE,
    "interchange:prepare": P.INTERCHANGE_PREPARE,
    "interchange:batch": P.INTERCHANGE_OVERSEE,
    "interchange:batch_file": P.INTERCHANGE_OVERSEE,
    "interchange:places": P.INTERCHANGE_OVERSEE,
    "trail:list": P.TRAIL_VIEW,
}

ROLES: dict[Permission, str] = {
    P.DESK_VIEW: "office department representative helper leader supervision editor",
    P.MECHANISM_VIEW: "office department representative helper leader supervision",
    P.MECHANISM_CHANGE: "office",
    P.CATALOGUE_VIEW: "office department representative helper leader supervision editor",
    P.CATALOGUE_VERIFY: "office department",
    P.PROMISES_CHANGE: "office",
    P.PROJECTS_VIEW: "office department representative helper leader supervision editor",
    P.PROJECTS_IMPORT: "office",
    P.PROJECTS_CHANGE: "office",
    P.PROJECTS_COMMENT: "office department representative",
    P.PROJECTS_CONFIRM: "office",
    P.PROCEDURES_VIEW: "office department representative helper leader supervision",
    P.PROCEDURES_MOVE: "office department representative",
    P.WATCHES_HANDLE: "office department representative",
    P.METER_CHANGE: "office",
    P.PAPERS_VIEW: "office leader supervision",
    P.PAPERS_ISSUE: "office",
    P.DEFICIENCY_HANDLE: "office department representative",
    P.ASSIGNMENTS_VIEW: "office department representative helper leader supervision",
    P.ASSIGNMENTS_CHANGE: "office",
    P.ASSIGNMENTS_ANSWER: "office department representative",
    P.MEETINGS_VIEW: "office department representative helper leader supervision",
    P.MEETINGS_CHANGE: "office",
    P.MEETINGS_CONSENT: "leader",
    P.DISPATCH_VIEW: "office department representative helper leader supervision",
    P.DISPATCH_CHANGE: "office",
    P.DISPATCH_REVIEW: "office leader",
    P.SUPERVISION_VIEW: "office department representative leader supervision",
    P.SUPERVISION_CHASE: "office supervision",
    P.FILINGS_VIEW: "office department representative leader supervision",
    P.FILINGS_MEASURES: "department representative",
    P.FILINGS_SEND: "office",
    P.FILINGS_RECEIVE: "office",
    P.INTERCHANGE_VIEW: "office department representative leader supervision",
    P.INTERCHANGE_FILL: "office department representative",
    P.INTERCHANGE_PREPARE: "office",
    P.INTERCHANGE_OVERSEE: "office leader supervision",
    P.OVERVIEW_VIEW: "office leader supervision",
    P.OVERVIEW_CHANGE: "office",
    P.DISCLOSURE_VIEW: "office leader editor",
    P.DISCLOSURE_PREPARE: "office editor",
    P.DISCLOSURE_RELEASE: "office leader",
    P.CALENDARS_VIEW: "office department representative helper leader supervision",
    P.CALENDARS_CHANGE: "office",
    P.EXCHANGE_VIEW: "office supervision",
    P.EXCHANGE_CHANGE: "office",
    P.TRAIL_VIEW: "office leader supervision",
    P.MEMBERS_VIEW: "office",
    P.MEMBERS_CHANGE: "office",
}


def walk(patterns: list[Any], prefix: str = "", names: str = "") -> Iterator[tuple[str, str, Any]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{names}{pattern.namespace}:" if pattern.namespace else names
            yield from walk(pattern.url_patterns, prefix + str(pattern.pattern), inner)
        elif isinstance(pattern, URLPattern):
            yield f"{names}{pattern.name}", prefix + str(pattern.pattern), pattern.callback


VIEWS = {name: view for name, _, view in walk(get_resolver(urls_console.__name__).url_patterns)}


def test_every_address_of_the_console_is_in_the_matrix() -> None:
    assert set(VIEWS) == set(ADDRESSES)


@pytest.mark.parametrize("name", sorted(VIEWS))
def test_the_address_asks_for_what_the_matrix_says(name: str) -> None:
    assert hasattr(VIEWS[name], "permission"), f"{name} has neither @requires nor @open_to_all"
    assert VIEWS[name].permission == ADDRESSES[name]


def test_every_permission_is_given_to_the_roles_written_here() -> None:
    assert set(ROLES) == set(Permission)
    for permission, names in ROLES.items():
        holders = {role for role in Role if permission in grants(role, in_city=True)}
        holders |= {role for role in Role if permission in grants(role, in_city=False)}
        assert holders == set(names.split()), permission


def test_what_is_the_citys_alone_is_offered_nowhere_else() -> None:
    for role in Role:
        assert not grants(role, in_city=False) & {
            P.OVERVIEW_VIEW,
            P.OVERVIEW_CHANGE,
            P.CATALOGUE_VERIFY,
            P.CALENDARS_CHANGE,
        }
        assert P.FILINGS_SEND not in grants(role, in_city=True)


def address(path: str) -> str:
    """A path with something plausible in each of its holes."""
    return "/" + "".join(
        {"<int": "1", "<slug": "x", "<str": "X-1", "<uuid": "0" * 32}.get(part.split(":")[0], part)
        if part.startswith("<")
        else part
        for part in _pieces(path)
    )


def _pieces(path: str) -> Iterator[str]:
    while "<" in path:
        before, _, rest = path.partition("<")
        hole, _, path = rest.partition(">")
        yield before
        yield f"<{hole}" if ":" in hole else f"<str:{hole}"
    yield path


PATHS = {name: path for name, path, _ in walk(get_resolver(urls_console.__name__).url_patterns)}
CLOSED = sorted(name for name, permission in ADDRESSES.items() if permission and name in PATHS)


@pytest.mark.parametrize("role", list(Role))
def test_each_role_is_let_in_exactly_where_the_matrix_says(
    role: Role,
    city: Tenant,
    zhungeer: Tenant,
    member: Callable[..., Any],
    console: Callable[..., Client],
) -> None:
    for tenant in (city, zhungeer):
        browser = console(tenant, member(tenant, role))
        for name in CLOSED:
            may = ADDRESSES[name] in grants(role, in_city=tenant.is_city)
            for method in (browser.get, browser.post):
                status = method(address(PATHS[name])).status_code
                if may:
                    assert status != 403, (name, tenant.slug)
                else:
                    assert status in (403, 405), (name, tenant.slug, status)
                assert status < 500, (name, tenant.slug)


def test_the_stranger_and_the_neighbour_find_nothing_anywhere(
    zhungeer: Tenant, dalate: Tenant, member: Callable[..., Any], console: Callable[..., Client]
) -> None:
    stranger = member(dalate, "office")
    stranger.memberships.all().delete()
    for outsider in (stranger, member(dalate, "office")):
        browser = console(zhungeer, outsider)
        for name in CLOSED:
            for method in (browser.get, browser.post):
                assert method(address(PATHS[name])).status_code == 404, name


def test_the_unknown_are_asked_to_sign_in(zhungeer: Tenant, console: Callable[..., Client]) -> None:
    browser = console(zhungeer)
    for name in CLOSED:
        answer = browser.get(address(PATHS[name]))
        assert answer.status_code == 302, name
        assert answer["Location"].startswith("/sign-in/?next="), name
