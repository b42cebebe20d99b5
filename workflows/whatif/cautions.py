"""What a scenario takes for granted (提示): assumptions that the catalogue or a law does not bear out."""

from collections.abc import Iterable

from kernel.plan import Strength
from workflows.catalogue.wording import DEFICIENCIES
from workflows.whatif.queries import Stand
from workflows.whatif.scenario import Change, Kind, Scenario, named

_WEAKER = (None, Strength.SOFT, Strength.DEFICIENT)


def cautions(scenario: Scenario, stands: Iterable[Stand]) -> list[str]:
    """A sentence for each assumption that some project's terms speak against, each said once."""
    said: dict[str, None] = {}
    for stand in stands:
        for change in scenario.changes:
            if words := _caution(change, scenario, stand):
                said.setdefault(words)
    return list(said)


def _caution(change: Change, scenario: Scenario, stand: Stand) -> str:
    names = stand.names
    if change.kind is Kind.EDGE:
        return _of_edge(change, stand)
    if change.subject not in names:
        return ""
    name = named(change.subject, names)
    known = stand.deficiency.get(change.subject, "")
    mark = DEFICIENCIES.get(known, "没有写明")
    if change.kind is Kind.COMMIT and known != "C":
        return f"{name}在目录里是“{mark}”，实行告知承诺要先有制度依据。"
    if change.kind is Kind.LACK and known not in ("M", "C"):
        return f"{name}在目录里是“{mark}”，容缺受理要先核实能否容缺。"
    return ""


def _of_edge(change: Change, stand: Stand) -> str:
    for edge in stand.graph.edges:
        if (edge.before, edge.after) != change.ends or not edge.basis:
            continue
        if edge.strength is Strength.HARD and change.strength in _WEAKER:
            chain = "→".join(named(code, stand.names) for code in change.ends)
            return f"{chain}写有依据（{edge.basis}），放宽要先改依据或者经法制审核。"
    return ""
