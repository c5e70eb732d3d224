"""Attacks by somebody who knows that each entry counts something: all months of few entries are compared.

What is said of how a figure was made, and of how few persons it may be, tells of the people of these entries.
"""

from collections import defaultdict
from decimal import Decimal
from itertools import combinations_with_replacement
from types import SimpleNamespace
from typing import NamedTuple

import pytest

from evaluation.disclosure import BREAKDOWN, MONEY, Cell
from evaluation.families import COUNTED
from evaluation.figures.groups import Group
from evaluation.figures.indicators import log
from evaluation.figures.sums import MOST_COLUMNS, Sums
from evaluation.models import Family
from evaluation.querysets import MonthlyTotalQuerySet
from evaluation.release_rows import WHOLES, largest_of
from evaluation.telling import NOTHING
from tests.evaluation.worlds import CITY, JANUARY, MONTHS, telling_of

THRESHOLD, MOST_PEOPLE, MOST_ENTRIES = 3, 11, 3
NO_SUMS = dict.fromkeys(MonthlyTotalQuerySet.summable, 0)


class Entry(NamedTuple):
    people: int | None
    new: int | None = None
    cost: Decimal | None = None
    households: int | None = None


SAY_NEW = [Entry(people, new) for people in range(1, MOST_PEOPLE) for new in [None, *range(people + 1)]]
SAY_COST = [Entry(people, cost=cost) for people in range(1, MOST_PEOPLE) for cost in [None, Decimal(10)]]
SAY_HOUSEHOLDS = [
    Entry(people, households=households)
    for people in [None, 3, 4, 5]
    for households in [None, 1, 2, 3, 4]
    if people or households
]
# Entries, what is told of them and by which indicators.
CASES = {
    "who is new": (
        SAY_NEW,
        [Family.SERVED, Family.NEW, Family.NEW_SHARE],
        ["people-reached", "deliveries", "people-known", "new-people", "new-share"],
    ),
    "what it cost": (
        SAY_COST,
        [Family.SERVED, Family.WITH_COST, Family.COST],
        ["people-reached", "deliveries", "people-known", "delivery-cost", "cost-per-person"],
    ),
    "how many households": (
        SAY_HOUSEHOLDS,
        [Family.SERVED, Family.HOUSEHOLDS],
        ["people-served", "deliveries", "people-known", "households"],
    ),
}


@pytest.fixture(autouse=True)
def threshold(settings):
    settings.SUPPRESSION_THRESHOLD = THRESHOLD


def people_in(entries):
    return sum(entry.people or 0 for entry in entries)


def added(entries):
    """The sums of a month."""
    served = [entry for entry in entries if entry.people is not None]
    households = [entry.households for entry in entries if entry.households is not None]
    new = [entry for entry in entries if entry.new is not None]
    cost = [entry for entry in entries if entry.cost is not None]
    found = {
        "entries": len(entries),
        "people_served": people_in(entries),
        "people_served_known": len(served),
        "households": sum(households),
        "households_known": len(households),
        "new_people": sum(entry.new for entry in new),
        "new_people_known": len(new),
        "people_with_new": people_in(new),
        "people_with_cost": people_in(cost),
    }
    found |= dict.fromkeys(["cost_known", "cost_and_people_known"], len(cost))
    found |= dict.fromkeys(["cost", "cost_with_people"], sum(entry.cost for entry in cost))
    return SimpleNamespace(**NO_SUMS | found)


def told(entries, families):
    """Return {family: Telling} of a month of an initiative that the city delivers alone."""
    sums, tellings = added(entries), {}
    for family in families:
        counted, whole = COUNTED[family], tellings.get(WHOLES.get(family), NOTHING)
        kind = None if counted.levels in (BREAKDOWN, MONEY) else 1
        cells = {Cell(JANUARY, kind, CITY, 1 if counted.levels == MONEY else None): counted.reckon(sums)}
        tellings[family] = telling_of(
            cells, MONTHS[:1], counted.tree, whole=whole if family in WHOLES else None
        )
    return tellings


def summed(telling):
    if not telling.told:
        return Sums((0,) * MOST_COLUMNS, (0,) * MOST_COLUMNS, is_cut=True, waits=True)
    counts = telling.told[0].counts
    return Sums((*counts, *(0,) * (MOST_COLUMNS - len(counts))), (0,) * MOST_COLUMNS)


def average(_entries, telling):
    return max((largest_of(COUNTED[Family.SERVED], part) for part in telling.told), default=0)


def seen(entries, families, codes, largest):
    """What anybody reads of a month; how much money it is says nothing of people."""
    tellings = told(entries, families)
    sums = {family: summed(telling) for family, telling in tellings.items()}
    new = sums[Family.NEW].inside[0] if Family.NEW in sums else 0
    reached = largest(entries, tellings[Family.SERVED]) if tellings[Family.SERVED].told else 0
    group = Group(sums, 1, 1, int(max(reached, new)), int(new))
    figures = {code: log.INDICATORS[code][1](group) for code in codes}
    return tuple(
        (figure.state, figure.known, figure.entries, figure.denominator)
        + (() if code == "delivery-cost" else (figure.lower, figure.upper))
        for code, figure in figures.items()
        if code != "cost-per-person" or not figure.is_value
    )


def recovered(entries, families, codes, largest=average):
    """Return (how many small counts are hidden, how many of these are the same in all months alike)."""
    alike = defaultdict(list)
    for number in range(1, MOST_ENTRIES + 1):
        for month in combinations_with_replacement(entries, number):
            if people_in(month) <= MOST_PEOPLE:
                alike[seen(month, families, codes, largest)].append(month)
    hidden = found = 0
    for months in alike.values():
        # Beside these, months of more people or entries would have to be looked at.
        if min(map(people_in, months)) > MOST_PEOPLE - THRESHOLD:
            continue
        for values in zip(*(small_counts(month, families) for month in months), strict=True):
            small = sum(0 < value < THRESHOLD for value in values)
            hidden += small
            found += small if len(set(values)) == 1 else 0
    return hidden, found


def small_counts(month, families):
    sums = added(month)
    people = [COUNTED[family] for family in families if family != Family.COST]
    return [count for counted in people for count in counted.reckon(sums)[: counted.protected]]


@pytest.mark.parametrize("case", CASES)
def test_no_small_count_can_be_found_out_by_whoever_counts_entries(case):
    hidden, found = recovered(*CASES[case])
    assert hidden > 50
    assert found == 0


@pytest.mark.parametrize(("case", "family"), [("who is new", Family.NEW), ("what it cost", Family.COST)])
def test_the_attack_finds_what_the_entries_that_say_it_give_away(case, family, monkeypatch):
    name = "new_people_known" if family == Family.NEW else "cost_known"

    def made_of(group, known, among=None):
        return {"known": group.sum(family, name).lower, "entries": group.entries}

    monkeypatch.setattr(log, "made_of", made_of)
    assert recovered(*CASES[case])[1] > 0


def test_the_attack_finds_what_the_largest_entry_gives_away():
    def largest(entries, _telling):
        return max(entry.people for entry in entries) // THRESHOLD * THRESHOLD

    assert recovered(*CASES["who is new"], largest)[1] > 0


def test_the_attack_finds_households_of_entries_that_count_nothing_else(monkeypatch):
    monkeypatch.setattr("evaluation.families.COUNTED_ALONE", ())
    assert recovered(*CASES["how many households"])[1] > 0


@pytest.mark.parametrize(("code", "unit"), [("delivery-cost", 60), ("cost-per-person", 2)])
def test_of_people_told_before_their_entries_were_nobody_says_how_many_these_are(code, unit):
    counts = {Family.SERVED: (30, 3, 3), Family.COST: (60, 0, 2, 2, 3), Family.WITH_COST: (30, 0)}
    sums = {
        family: Sums((*known, *(0,) * (MOST_COLUMNS - len(known))), (0,) * MOST_COLUMNS)
        for family, known in counts.items()
    }
    figure = log.INDICATORS[code][1](Group(sums, 1, 1, 10, 0))
    assert (figure.value, figure.known, figure.entries) == (unit, None, 3)
