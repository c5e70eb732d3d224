"""What is counted together and protected together, and how it is reckoned from the sums of the log.

The counts of a family lie in `ReleasedFigure.counts` in the order of its columns; the first `protected` of
them decide what may be told. Units: persons, households, contacts and entries are counts, hours are hours,
costs are EUR.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from django.conf import settings

from evaluation.disclosure import BREAKDOWN, MONEY, PEOPLE, Tree, money_may_be_told, people_may_be_told
from evaluation.models import Family
from initiatives.codes import AgeBand, Citizenship, Sex

# Of a breakdown: whom nobody told apart.
REST = "rest"
# Entries may count nothing else, and each counts at least one. How many entries there are is told with the
# people: four of them must not say that the number that is hidden here, being below five, is four.
COUNTED_ALONE = {Family.HOUSEHOLDS, Family.CONTACTS}


@dataclass(frozen=True)
class Counted:
    """How a family is told: by which periods at the finest, in which tree, and what it counts.

    `reckon` takes a row of sums, with the fields of MonthlyTotal, to the counts; of a breakdown it takes the
    codes of people to a column.
    """

    family: Family
    every: str
    levels: tuple
    columns: tuple
    protected: int
    reckon: Callable

    @property
    def tree(self):
        if self.levels == MONEY:
            return Tree(self.levels, amounts_may_be_told, self.protected)
        may_be_told = partial(people_may_be_told, threshold=threshold_of(self.family))
        return Tree(self.levels, may_be_told, self.protected)

    @property
    def is_breakdown(self):
        return REST in self.columns


def threshold_of(family):
    """Return the least number of those whom a family counts, other than 0, that may be told."""
    return settings.SUPPRESSION_THRESHOLD + (family in COUNTED_ALONE)


def amounts_may_be_told(parts):
    """As money_may_be_told, of the two amounts and of their sum, which everybody can reckon."""
    with_sums = {body: (*amounts, sum(amounts)) for body, amounts in parts.items()}
    return money_may_be_told(with_sums, settings.SUPPRESSION_MONEY_SHARE)


def of_people(family, every, *columns):
    """A family whose columns are measures, the first of them protected."""
    return Counted(
        family, every, PEOPLE, columns, 1, lambda row: tuple(getattr(row, name) for name in columns)
    )


def divided(family, part, whole, *known):
    """Those of whom something is true, those of whom it is not, and those of whom nobody knows."""

    def reckon(row):
        true, told = getattr(row, part), getattr(row, whole)
        return (true, told - true, row.people_served - told, *(getattr(row, name) for name in known))

    return Counted(family, "quarter", PEOPLE, ("true", "false", "unknown", *known), 3, reckon)


def new(row):
    return row.new_people, row.people_served - row.new_people, row.new_people_known


def with_cost(row):
    people = row.people_with_cost, row.people_served - row.people_with_cost
    return *people, row.cost_known, row.cost_and_people_known


def cost(row):
    amounts = row.cost_with_people, row.cost - row.cost_with_people
    return *amounts, row.cost_known, row.cost_and_people_known, row.entries


def broken_down(family, codes, reckon):
    columns = (*dict.fromkeys(codes), REST)
    return Counted(family, "quarter", BREAKDOWN, columns, len(columns), reckon)


COUNTED = {
    counted.family: counted
    for counted in [
        of_people(
            Family.SERVED,
            "month",
            *["people_served", "entries", "people_served_known"],
            *["hours", "hours_known", "volunteer_hours", "volunteer_hours_known"],
        ),
        of_people(Family.HOUSEHOLDS, "month", "households", "households_known"),
        of_people(Family.CONTACTS, "month", "contacts", "contacts_known"),
        Counted(Family.NEW, "quarter", PEOPLE, ("new_people", "others", "new_people_known"), 2, new),
        divided(Family.NEW_SHARE, "new_people", "people_with_new", "new_people_known"),
        divided(Family.ELSEWHERE, "living_elsewhere", "people_with_elsewhere", "living_elsewhere_known"),
        Counted(
            Family.WITH_COST,
            "quarter",
            # What it divides is no finer.
            BREAKDOWN,
            ("true", "unknown", "cost_known", "cost_and_people_known"),
            2,
            with_cost,
        ),
        broken_down(Family.SEX, [Sex.F, Sex.M], lambda sex, age, citizenship: sex),
        broken_down(
            Family.AGE, [band for band in AgeBand if band != AgeBand.ND], lambda sex, age, citizenship: age
        ),
        broken_down(
            Family.CITIZENSHIP,
            [Citizenship.ITL, Citizenship.FRGAPO],
            lambda sex, age, citizenship: citizenship,
        ),
        Counted(
            Family.COST,
            "quarter",
            MONEY,
            ("with_people", "without_people", "cost_known", "cost_and_people_known", "entries"),
            2,
            cost,
        ),
    ]
}
