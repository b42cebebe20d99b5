"""Released samples (示例公开) for the demonstration city."""

from datetime import date

from kernel.trail import Actor
from workflows.disclosure import actions
from workflows.disclosure.queries import confirmed_projects

PROJECTS = 6


def release_samples(*, on: date, preparer: Actor, releaser: Actor, projects: int = PROJECTS) -> int:
    """Prepare and release every promised matter, the mechanism and the first confirmed projects of
    the current tenant; returns how many went out. Run again it releases only what changed."""
    numbers = confirmed_projects().values_list("number", flat=True)[:projects]
    outcomes = (
        actions.prepare_matters(on=on, actor=preparer),
        actions.prepare_mechanism(on=on, actor=preparer),
        actions.prepare_projects(numbers=list(numbers), on=on, actor=preparer),
    )
    drafts = [draft for outcome in outcomes for draft in outcome.prepared]
    for draft in drafts:
        actions.release(number=draft.pk, actor=releaser)
    return len(drafts)
