"""The moves of a room as one table (状态与步骤): what is open, what is refused, and the picture of it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from django.db.models import TextChoices

from kernel.refusal import Refused

S = TypeVar("S", bound=TextChoices)
M = TypeVar("M", bound="Step[Any]")


@dataclass(frozen=True)
class Step(Generic[S]):
    """One allowed step: from which states to which, and the words on its button. Rooms add what else
    they ask of a step."""

    name: str
    label: str
    sources: frozenset[S]
    target: S


@dataclass(frozen=True)
class Moves(Generic[M]):
    """The steps of a thing in the order pages show them.

    ``of`` is what the thing is called in a refusal, ``refused`` the exception raised, ``begins`` the
    words over the arrow into the first of ``states``. ``every`` are the steps of all things of the
    kind, where ``steps`` are those of some.
    """

    steps: tuple[M, ...]
    of: str
    states: type[TextChoices]
    refused: type[Refused]
    begins: str = ""
    every: tuple[M, ...] = ()

    def __iter__(self) -> Iterator[M]:
        return iter(self.steps)

    def where(self, keep: Callable[[M], bool]) -> "Moves[M]":
        """Of these the steps that some of the things can take."""
        return replace(self, steps=tuple(filter(keep, self)), every=self.every or self.steps)

    def open(self, state: str) -> tuple[M, ...]:
        """The steps that ``state`` allows."""
        return tuple(step for step in self if state in step.sources)

    def take(self, state: str, name: str) -> M:
        """The named step, if ``state`` allows it; else ``refused`` with the steps that are open."""
        for step in self.open(state):
            if step.name == name:
                return step
        label = next((step.label for step in self.every or self if step.name == name), name)
        others = "、".join(step.label for step in self.open(state)) or "没有可办的步骤"
        raise self.refused(
            f"{self.of}现为“{self.states(state).label}”，不能“{label}”。现在可办：{others}。"
            "如与页面不符，可能刚刚有人办过，请刷新。"
        )

    def diagram(self) -> str:
        """A Mermaid state diagram for the room's README; a test keeps it current."""
        states = list(self.states)
        begins = f": {self.begins}" if self.begins else ""
        lines = ["stateDiagram-v2", f"    [*] --> {states[0].label}{begins}"]
        lines += [
            f"    {source.label} --> {step.target.label}: {step.label}"
            for step in self
            for source in states
            if source in step.sources
        ]
        lines += [
            f"    {state.label} --> [*]"
            for state in states
            if all(step.target == state for step in self.open(state))
        ]
        return "\n".join(lines)
