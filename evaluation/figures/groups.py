"""What is known of a city, or of several, in a period: from this each indicator makes its figure."""

from dataclasses import dataclass, field
from functools import reduce
from typing import NamedTuple

from evaluation.families import COUNTED
from evaluation.figures.sums import NOTHING, Sums
from evaluation.models import Family

# Sums of these are no counts.
AMOUNTS = {"hours", "volunteer_hours", "with_people", "without_people"}


class Sum(NamedTuple):
    """A sum that lies from `lower` to `upper`, both included; None for no known end."""

    lower: object
    upper: object
    is_exact: bool


class Population(NamedTuple):
    residents: int
    years: frozenset


@dataclass(frozen=True)
class Group:
    """`published` of the `months` in the programme are in the sums; `apart` as in Figure.

    `least_reached` and `least_new` are the least numbers of different people, and of those who are new.
    """

    sums: dict
    published: int
    months: int
    least_reached: int = 0
    least_new: int = 0
    unconfirmed: int = 0
    population: Population | None = None
    apart: frozenset = field(default_factory=frozenset)

    def of(self, family) -> Sums:
        return self.sums.get(family, NOTHING)

    def sum(self, family, column):
        sums, place = self.of(family), COUNTED[family].columns.index(column)
        lower, cut = sums.inside[place], sums.cut[place]
        if column not in AMOUNTS:
            lower, cut = int(lower), int(cut)
        return Sum(lower, None if sums.waits else lower + cut, sums.is_exact)

    @property
    def entries(self):
        """How many entries there are, or None where that is not told."""
        found = self.sum(Family.SERVED, "entries")
        return found.lower if found.is_exact else None


def together(one, other):
    if one is None or other is None:
        return one or other
    return Population(one.residents + other.residents, one.years | other.years)


def added(groups):
    """Return some groups as one; all at once, since a page has a hundred sums of ten cities."""
    if len(groups) == 1:
        return groups[0]
    families = set().union(*(group.sums for group in groups))
    return Group(
        {family: Sums.total([group.of(family) for group in groups]) for family in families},
        sum(group.published for group in groups),
        sum(group.months for group in groups),
        max(group.least_reached for group in groups),
        max(group.least_new for group in groups),
        sum(group.unconfirmed for group in groups),
        reduce(together, [group.population for group in groups]),
        frozenset().union(*(group.apart for group in groups)),
    )
