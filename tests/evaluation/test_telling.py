"""Attacks by somebody who keeps old releases: all pairs of worlds that look the same in both are compared."""

import random
from collections import defaultdict
from functools import cache

import pytest

from evaluation.disclosure import Cell
from tests.evaluation.worlds import (
    CITY,
    FEBRUARY,
    JANUARY,
    MARCH,
    MONTHS,
    QUARTER,
    TWO_MONTHS,
    A,
    B,
    apart_for,
    cells_of,
    recovered,
    seen,
    telling_of,
    tree_of,
    worlds_of,
)

THRESHOLD = 3
THREE_MONTHS = (JANUARY, FEBRUARY, MARCH)
BY_MONTH = [*MONTHS, (MARCH, MARCH)]
# Places, most people, periods, how many of these the first release has.
CASES = {
    "two months": (cells_of(TWO_MONTHS), 10, MONTHS, 2),
    "three months": (cells_of(THREE_MONTHS), 6, BY_MONTH, 3),
    "a month that comes later": (cells_of(THREE_MONTHS), 7, BY_MONTH, 2),
    "a quarter by month": (cells_of(THREE_MONTHS), 6, QUARTER, 1),
    "three kinds": (cells_of(kinds=(1, 2, 3)), 6, MONTHS[:1], 1),
    "city and organisation": (cells_of(bodies=(CITY, A)), 12, MONTHS[:1], 1),
    "two kinds of city and organisation": (cells_of(kinds=(1, 2), bodies=(CITY, A)), 5, MONTHS[:1], 1),
    "city and two organisations": (cells_of(bodies=(CITY, A, B)), 8, MONTHS[:1], 1),
}


def first_state(world, periods):
    return {cell: counts for cell, counts in world.items() if cell.month <= periods[-1][1]}


@cache
def alike_in(case):
    return pairs_alike(*CASES[case])


def pairs_alike(places, most, periods, first, tell_anew=None):
    """All pairs of worlds, in groups that look the same in both releases."""
    tree = tree_of(THRESHOLD)
    tell_anew = tell_anew or (lambda world, told: telling_of(world, periods, tree, [told]))
    worlds, alike = worlds_of(places, most), defaultdict(list)
    for world in worlds:
        before = first_state(world, periods[:first])
        telling = telling_of(before, periods[:first], tree)
        for now in worlds:
            alike[seen(telling), seen(tell_anew(now, telling.told))].append((before, now))
    return alike


@pytest.mark.parametrize("case", CASES)
def test_no_small_count_and_no_small_change_can_be_found_out_from_two_releases(case):
    places, most, *_ = CASES[case]
    hidden, found = recovered(alike_in(case), places, most, THRESHOLD)
    assert hidden > 100
    assert found == 0


@pytest.mark.parametrize("case", [name for name, (places, *_) in CASES.items() if places[-1].body])
def test_an_organisation_finds_out_nothing_of_others_from_two_releases(case):
    places, most, *_ = CASES[case]
    others = [cell for cell in places if cell.body != A]
    hidden, found = recovered(apart_for(A, alike_in(case)), others, most, THRESHOLD)
    assert hidden > 100
    assert found == 0


def test_the_attack_finds_what_telling_anew_without_looking_back_gives_away():
    places, most, periods, first = CASES["two months"]
    forgetful = pairs_alike(
        places, most, periods, first, lambda world, told: telling_of(world, periods, tree_of(THRESHOLD))
    )
    assert recovered(forgetful, places, most, THRESHOLD)[1] > 100


def test_nothing_is_found_out_from_three_releases():
    """Of so many triples as one can look at, chosen by chance; alike are all that were looked at."""
    chosen, tree = random.Random(7), tree_of(THRESHOLD)
    worlds, alike = worlds_of(cells_of(TWO_MONTHS), 9), defaultdict(list)
    firsts = chosen.sample(worlds, 5)
    for first in firsts:
        one = telling_of(first, MONTHS, tree)
        for second in worlds:
            two = telling_of(second, MONTHS, tree, [one.told])
            for third in worlds:
                three = telling_of(third, MONTHS, tree, [one.told, two.told])
                alike[seen(one), seen(two), seen(three)].append((second, third))
    hidden, found = recovered(alike, cells_of(TWO_MONTHS), 9, THRESHOLD)
    assert hidden > 1000
    assert found == 0


def told_people(telling):
    return {(part.node.first, part.node.last): part.counts[0] for part in telling.told if part.node.depth < 2}


def retold(before, now, **options):
    tree = tree_of(THRESHOLD)
    told = telling_of({Cell(*cell): (n,) for cell, n in before.items()}, MONTHS, tree).told
    return telling_of({Cell(*cell): (n,) for cell, n in now.items()}, MONTHS, tree, [told], **options)


JAN, FEB = (JANUARY, 1, CITY), (FEBRUARY, 1, CITY)


def test_a_correction_of_many_people_is_told():
    assert told_people(retold({JAN: 20, FEB: 20}, {JAN: 26, FEB: 20})) == {MONTHS[0]: 26, MONTHS[1]: 20}


def test_a_correction_of_few_people_waits():
    assert told_people(retold({JAN: 20, FEB: 20}, {JAN: 22, FEB: 20})) == {MONTHS[0]: 20, MONTHS[1]: 20}


def test_what_has_become_small_is_told_no_more():
    telling = retold({JAN: 20, FEB: 20}, {JAN: 2, FEB: 20})
    assert told_people(telling) == {MONTHS[1]: 20}
    assert telling.waiting == [MONTHS[0]]


def test_a_month_that_is_open_again_stays_as_it_was():
    assert told_people(retold({JAN: 20, FEB: 20}, {FEB: 30}, open_months={JANUARY})) == {
        MONTHS[0]: 20,
        MONTHS[1]: 30,
    }


def test_a_part_that_was_hidden_once_is_never_told():
    before = {(JANUARY, 1, CITY): 20, (JANUARY, 2, CITY): 2}
    telling = retold(before, {(JANUARY, 1, CITY): 20, (JANUARY, 2, CITY): 8})
    assert [part.counts for part in telling.told] == [(28,)]


def both_told(world, before=(None, None)):
    """Tell the people served by month, and the new ones and the others, the two counts, by quarter."""
    served = {cell: (sum(counts),) for cell, counts in world.items()}
    whole = telling_of(served, MONTHS, tree_of(THRESHOLD), [before[0]] if before[0] is not None else [])
    versions = [before[1]] if before[1] is not None else []
    parts = telling_of(world, [TWO_MONTHS], tree_of(THRESHOLD, protected=2), versions, whole=whole)
    return whole, parts


def test_who_was_served_and_who_was_new_give_nothing_away_together():
    worlds, alike = worlds_of(cells_of(TWO_MONTHS), 11, components=2), defaultdict(list)
    for world in worlds:
        alike[tuple(map(seen, both_told(world)))].append((world,))
    hidden, found = recovered(alike, cells_of(TWO_MONTHS), 11, THRESHOLD, components=2)
    assert hidden > 100
    assert found == 0


def test_who_was_served_and_who_was_new_give_nothing_away_in_two_releases():
    worlds, alike = worlds_of(cells_of(TWO_MONTHS), 6, components=2), defaultdict(list)
    for first in worlds:
        one = both_told(first)
        for second in worlds:
            two = both_told(second, [telling.told for telling in one])
            alike[tuple(map(seen, [*one, *two]))].append((first, second))
    hidden, found = recovered(alike, cells_of(TWO_MONTHS), 6, THRESHOLD, components=2)
    assert hidden > 100
    assert found == 0
