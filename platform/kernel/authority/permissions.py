"""Roles (角色) and what each may do: the whole matrix on one page."""

from enum import StrEnum

from kernel.labelled import Labelled


class Role(Labelled):
    """What a person is in a tenant; `.label` is what pages say."""

    OFFICE = "office", "机制办公室"
    DEPARTMENT = "department", "审批部门"
    REPRESENTATIVE = "representative", "首席代表"
    HELPER = "helper", "帮办代办员"
    LEADER = "leader", "召集人"
    SUPERVISION = "supervision", "督查室"
    EDITOR = "editor", "公开发布员"


class Permission(StrEnum):
    """One thing a person may do; views name theirs and the tests list them all."""

    DESK_VIEW = "desk.view"
    MECHANISM_VIEW = "mechanism.view"
    MECHANISM_CHANGE = "mechanism.change"
    CATALOGUE_VIEW = "catalogue.view"
    CATALOGUE_VERIFY = "catalogue.verify"
    PROMISES_CHANGE = "promises.change"
    PROJECTS_VIEW = "projects.view"
    PROJECTS_IMPORT = "projects.import"
    PROJECTS_CHANGE = "projects.change"
    PROJECTS_COMMENT = "projects.comment"
    PROJECTS_CONFIRM = "projects.confirm"
    PROCEDURES_VIEW = "procedures.view"
    PROCEDURES_MOVE = "procedures.move"
    WATCHES_HANDLE = "watches.handle"
    METER_CHANGE = "meter.change"
    PAPERS_VIEW = "papers.view"
    PAPERS_ISSUE = "papers.issue"
    DEFICIENCY_HANDLE = "deficiency.handle"
    ASSIGNMENTS_VIEW = "assignments.view"
    ASSIGNMENTS_CHANGE = "assignments.change"
    ASSIGNMENTS_ANSWER = "assignments.answer"
    MEETINGS_VIEW = "meetings.view"
    MEETINGS_CHANGE = "meetings.change"
    MEETINGS_CONSENT = "meetings.consent"
    DISPATCH_VIEW = "dispatch.view"
    DISPATCH_CHANGE = "dispatch.change"
    DISPATCH_REVIEW = "dispatch.review"
    SUPERVISION_VIEW = "supervision.view"
    SUPERVISION_CHASE = "supervision.chase"
    FILINGS_VIEW = "filings.view"
    FILINGS_SEND = "filings.send"
    FILINGS_RECEIVE = "filings.receive"
    FILINGS_MEASURES = "filings.measures"
    INTERCHANGE_VIEW = "interchange.view"
    INTERCHANGE_FILL = "interchange.fill"
    INTERCHANGE_PREPARE = "interchange.prepare"
    INTERCHANGE_OVERSEE = "interchange.oversee"
    OVERVIEW_VIEW = "overview.view"
    OVERVIEW_CHANGE = "overview.change"
    DISCLOSURE_VIEW = "disclosure.view"
    DISCLOSURE_PREPARE = "disclosure.prepare"
    DISCLOSURE_RELEASE = "disclosure.release"
    CALENDARS_VIEW = "calendars.view"
    CALENDARS_CHANGE = "calendars.change"
    EXCHANGE_VIEW = "exchange.view"
    EXCHANGE_CHANGE = "exchange.change"
    TRAIL_VIEW = "trail.view"
    MEMBERS_VIEW = "members.view"
    MEMBERS_CHANGE = "members.change"


#: What only the city's own console offers, whatever the role.
CITY_ONLY = frozenset(
    {
        Permission.OVERVIEW_VIEW,
        Permission.OVERVIEW_CHANGE,
        Permission.CATALOGUE_VERIFY,
        Permission.CALENDARS_CHANGE,
    }
)
#: What the city's console does not offer: it has nobody above it to file to.
BELOW_CITY_ONLY = frozenset({Permission.FILINGS_SEND})

#: What the office itself does not do: a convener agrees with what it asks, departments file with it.
NOT_THE_OFFICES = frozenset({Permission.MEETINGS_CONSENT, Permission.FILINGS_MEASURES})

_READ = frozenset(
    {
        Permission.DESK_VIEW,
        Permission.MECHANISM_VIEW,
        Permission.CATALOGUE_VIEW,
        Permission.PROJECTS_VIEW,
        Permission.PROCEDURES_VIEW,
        Permission.CALENDARS_VIEW,
        Permission.ASSIGNMENTS_VIEW,
        Permission.MEETINGS_VIEW,
        Permission.DISPATCH_VIEW,
    }
)

GRANTS: dict[Role, frozenset[Permission]] = {
    Role.OFFICE: frozenset(Permission) - NOT_THE_OFFICES,
    Role.DEPARTMENT: _READ
    | {
        Permission.PROJECTS_COMMENT,
        Permission.PROCEDURES_MOVE,
        Permission.WATCHES_HANDLE,
        Permission.CATALOGUE_VERIFY,
        Permission.DEFICIENCY_HANDLE,
        Permission.ASSIGNMENTS_ANSWER,
        Permission.SUPERVISION_VIEW,
        Permission.FILINGS_VIEW,
        Permission.FILINGS_MEASURES,
        Permission.INTERCHANGE_VIEW,
        Permission.INTERCHANGE_FILL,
    },
    Role.REPRESENTATIVE: _READ
    | {
        Permission.PROJECTS_COMMENT,
        Permission.PROCEDURES_MOVE,
        Permission.WATCHES_HANDLE,
        Permission.DEFICIENCY_HANDLE,
        Permission.ASSIGNMENTS_ANSWER,
        Permission.SUPERVISION_VIEW,
        Permission.FILINGS_VIEW,
        Permission.FILINGS_MEASURES,
        Permission.INTERCHANGE_VIEW,
        Permission.INTERCHANGE_FILL,
    },
    Role.HELPER: _READ,
    Role.LEADER: _READ
    | {
        Permission.FILINGS_VIEW,
        Permission.INTERCHANGE_VIEW,
        Permission.INTERCHANGE_OVERSEE,
        Permission.OVERVIEW_VIEW,
        Permission.DISCLOSURE_VIEW,
        Permission.DISCLOSURE_RELEASE,
        Permission.TRAIL_VIEW,
        Permission.PAPERS_VIEW,
        Permission.MEETINGS_CONSENT,
        Permission.DISPATCH_REVIEW,
        Permission.SUPERVISION_VIEW,
    },
    Role.SUPERVISION: _READ
    | {
        Permission.FILINGS_VIEW,
        Permission.INTERCHANGE_VIEW,
        Permission.INTERCHANGE_OVERSEE,
        Permission.OVERVIEW_VIEW,
        Permission.EXCHANGE_VIEW,
        Permission.TRAIL_VIEW,
        Permission.PAPERS_VIEW,
        Permission.SUPERVISION_VIEW,
        Permission.SUPERVISION_CHASE,
    },
    Role.EDITOR: frozenset({Permission.DESK_VIEW, Permission.CATALOGUE_VIEW})
    | {
        Permission.PROJECTS_VIEW,
        Permission.DISCLOSURE_VIEW,
        Permission.DISCLOSURE_PREPARE,
    },
}


def grants(role: str, *, in_city: bool) -> frozenset[Permission]:
    """What ``role`` may do in a tenant; ``in_city`` says whether that tenant is the city."""
    given = GRANTS[Role(role)]
    return given - (BELOW_CITY_ONLY if in_city else CITY_ONLY)
