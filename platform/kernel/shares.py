"""Shares with their uncertainty (占比与区间), and which of them stand out. Pure Python."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import comb, sqrt

MINIMUM = 5  # cases below which a share is not judged
LEVEL = 0.05
TOO_FEW = "样本不足，不作比较"
_Z = 1.959963984540054  # two-sided 95 %


@dataclass(frozen=True, slots=True)
class Share:
    """``hits`` of ``of`` cases."""

    hits: int = 0
    of: int = 0

    @property
    def judged(self) -> bool:
        """There are enough cases to say anything."""
        return self.of >= MINIMUM

    @property
    def rate(self) -> float | None:
        return self.hits / self.of if self.judged else None

    @property
    def interval(self) -> tuple[float, float] | None:
        return wilson(self.hits, self.of) if self.judged else None

    @property
    def words(self) -> str:
        """30.0%, or why there is no figure."""
        return f"少于{MINIMUM}件，不评价" if self.rate is None else percent(self.rate)

    @property
    def interval_words(self) -> str:
        return "".join(
            f"{percent(low)} 至 {percent(high)}" for low, high in filter(None, [self.interval])
        )

    def __add__(self, other: "Share") -> "Share":
        return Share(self.hits + other.hits, self.of + other.of)

    def __sub__(self, other: "Share") -> "Share":
        return Share(self.hits - other.hits, self.of - other.of)


def percent(rate: float) -> str:
    return f"{100 * rate:.1f}%"


def wilson(hits: int, of: int) -> tuple[float, float]:
    """The 95 % score interval of Wilson for ``hits`` of ``of`` (more than none), within 0 and 1."""
    rate, square = hits / of, _Z * _Z
    middle = rate + square / (2 * of)
    reach = _Z * sqrt(rate * (1 - rate) / of + square / (4 * of * of))
    whole = 1 + square / of
    return max(0.0, (middle - reach) / whole), min(1.0, (middle + reach) / whole)


def compared(before: Share, since: Share, *, fewer: str, more: str) -> str:
    """What two shares let one say: a difference only where their intervals lie apart, nothing of too few."""
    if not (before.interval and since.interval):
        return TOO_FEW
    return apart(before.interval, since.interval, fewer=fewer, more=more)


def apart(before: tuple[float, float], since: tuple[float, float], *, fewer: str, more: str) -> str:
    """Which of two intervals lies below the other, if either does."""
    if since[1] < before[0]:
        return fewer
    return more if since[0] > before[1] else "看不出差别"


def tail(hits: int, of: int, all_hits: int, all_of: int) -> float:
    """How likely ``of`` cases drawn blindly out of ``all_of``, ``all_hits`` of them hits, hold
    ``hits`` or more: Fisher's exact test, one-sided, counted out in whole numbers."""
    ways = sum(
        comb(all_hits, found) * comb(all_of - all_hits, of - found)
        for found in range(hits, min(of, all_hits) + 1)
    )
    return ways / comb(all_of, of)


def holm(chances: Mapping[str, float]) -> dict[str, float]:
    """Each chance made up for their number after Holm: the smallest times all, the next times one
    less, and so on, never falling and at most 1."""
    adjusted: dict[str, float] = {}
    reached = 0.0
    ranked = sorted(chances.items(), key=lambda pair: pair[1])
    for place, (name, chance) in enumerate(ranked):
        reached = max(reached, min(1.0, chance * (len(ranked) - place)))
        adjusted[name] = reached
    return adjusted


def outliers(shares: Mapping[str, Share]) -> dict[str, float]:
    """Names whose share is higher than that of all the others together beyond chance, with the
    adjusted chance. Together they raise a false alarm in less than 5 % of blind draws.

    A name is judged with 5 cases or more, against others who have 5 or more between them.
    """
    total = sum(shares.values(), Share())
    chances = {
        name: tail(share.hits, share.of, total.hits, total.of)
        for name, share in shares.items()
        if share.judged and (total - share).judged
    }
    return {name: chance for name, chance in holm(chances).items() if chance < LEVEL}
