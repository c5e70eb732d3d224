"""Attacks by somebody who knows the rule: all worlds that look the same from outside are compared."""

from collections import defaultdict
from decimal import Decimal

import pytest

from evaluation import disclosure
from evaluation.disclosure import BREAKDOWN, MONEY, PEOPLE, Cell, Tree, added, money_may_be_told
from evaluation.telling import Telling
from tests.evaluation.worlds import (
    APRIL,
    CITY,
    FEBRUARY,
    JANUARY,
    MARCH,
    MONTHS,
    QUARTER,
    TWO_MONTHS,
    A,
    B,
    C,
    apart_for,
    cells_of,
    recovered,
    seen,
    telling_of,
    tree_of,
    worlds_of,
)

# Places, most people, periods, threshold, levels, how many counts belong together.
CASES = {
    "months by kind": (cells_of(TWO_MONTHS, (1, 2)), 8, MONTHS, 3, PEOPLE),
    "a quarter by month": (cells_of((JANUARY, FEBRUARY, MARCH)), 9, QUARTER, 3, BREAKDOWN),
    "a quarter that waits for the next": (
        cells_of((JANUARY, FEBRUARY, MARCH, APRIL)),
        8,
        [TWO_MONTHS, (MARCH, APRIL)],
        3,
        BREAKDOWN,
    ),
    "city and organisation by kind": (cells_of(kinds=(1, 2), bodies=(CITY, A)), 8, MONTHS[:1], 3, PEOPLE),
    "city and organisation by month": (cells_of(TWO_MONTHS, bodies=(CITY, A)), 8, MONTHS, 3, PEOPLE),
    "city and organisation in a quarter": (
        cells_of(TWO_MONTHS, bodies=(CITY, A)),
        8,
        [TWO_MONTHS],
        3,
        PEOPLE,
    ),
    "city and two organisations": (cells_of(bodies=(CITY, A, B)), 14, MONTHS[:1], 5, PEOPLE),
    "three organisations": (cells_of(bodies=(A, B, C)), 14, MONTHS[:1], 4, PEOPLE),
    "new people and the others": (cells_of(TWO_MONTHS), 10, [TWO_MONTHS], 3, BREAKDOWN, 2),
}


def worlds_alike(places, most, periods, threshold, levels, components=1, look=None):
    """All worlds of a case, as tuples of one release, in groups that look the same from outside."""
    tree = tree_of(threshold, levels, components)
    look = look or (lambda world: seen(telling_of(world, periods, tree)))
    alike = defaultdict(list)
    for world in worlds_of(places, most, components):
        alike[look(world)].append((world,))
    return alike


@pytest.mark.parametrize("case", CASES)
def test_no_small_count_can_be_found_out_by_whoever_knows_the_rule(case):
    places, most, _periods, threshold, _levels, *components = CASES[case]
    hidden, found = recovered(worlds_alike(*CASES[case]), places, most, threshold, *components)
    assert hidden > 50
    assert found == 0


@pytest.mark.parametrize("case", [name for name, (places, *_) in CASES.items() if places[-1].body])
def test_no_small_count_of_others_can_be_found_out_by_an_organisation(case):
    places, most, _periods, threshold, _levels = CASES[case]
    others = [cell for cell in places if cell.body != A]
    hidden, found = recovered(apart_for(A, worlds_alike(*CASES[case])), others, most, threshold)
    assert hidden > 50
    assert found == 0


def small_cells_hidden(threshold):
    """What the first idea of suppression tells: the total, and every cell that is not small."""
    return lambda world: (
        frozenset((cell, counts) for cell, counts in world.items() if counts[0] >= threshold),
        added(world.values()) if world else (),
    )


def test_the_attack_finds_what_hiding_small_cells_alone_gives_away():
    places, most, threshold = cells_of(kinds=(1, 2)), 10, 3
    look = small_cells_hidden(threshold)
    alike = worlds_alike(places, most, MONTHS[:1], threshold, PEOPLE, look=look)
    assert recovered(alike, places, most, threshold)[1] > 0


@pytest.mark.parametrize("case", ["city and organisation by month", "three organisations"])
def test_the_threshold_alone_gives_away_what_one_of_several_organisations_did(case, monkeypatch):
    monkeypatch.setattr(disclosure, "TOGETHER", 1)
    places, most, _periods, threshold, _levels = CASES[case]
    assert recovered(worlds_alike(*CASES[case]), places, most, threshold)[1] > 0


def test_what_is_told_adds_up_to_what_was_counted():
    cells = dict(zip(cells_of(TWO_MONTHS, (1, 2), (CITY, A)), [(n,) for n in range(9, 17)], strict=True))
    told = telling_of(cells, [TWO_MONTHS], tree_of(5)).told
    for depth in [disclosure.MONTH, disclosure.KIND, disclosure.BODY]:
        assert sum(part.counts[0] for part in told if part.node.depth == depth) == sum(range(9, 17))


def test_an_organisation_cannot_reckon_what_the_other_did():
    cells = {Cell(JANUARY, 1, A): (30,), Cell(JANUARY, 1, B): (3,)}
    telling = telling_of(cells, MONTHS[:1], tree_of(5))
    assert telling.told == []
    assert telling.waiting == [(JANUARY, JANUARY)]


def test_a_run_ends_only_where_it_may():
    cells = {Cell(month, 1, CITY): (20,) for month in TWO_MONTHS}
    telling = telling_of(cells, MONTHS, tree_of(5), whole=Telling([], [], frozenset({TWO_MONTHS})))
    assert [(part.node.first, part.node.last) for part in telling.told] == [TWO_MONTHS]


def euros(**amounts):
    bodies = {"city": CITY, "a": A, "b": B, "c": C}
    return {bodies[name]: (Decimal(amount),) for name, amount in amounts.items()}


@pytest.mark.parametrize(
    ("amounts", "may"),
    [
        (euros(city=100), True),
        (euros(a=100), False),
        (euros(a=100, city=25), True),
        (euros(a=100, city=24), False),
        (euros(a=100, b=90), False),
        (euros(a=100, b=90, c=25), True),
        (euros(a=100, b=90, c=20, city=4), False),
        (euros(a=0, b=0), True),
    ],
)
def test_money_is_told_where_the_second_organisation_cannot_reckon_the_first(amounts, may):
    assert money_may_be_told(amounts, Decimal("0.25")) is may


def test_money_of_a_city_is_divided_only_where_each_initiative_may_be_told():
    tree = Tree(MONEY, lambda parts: money_may_be_told(parts, Decimal("0.25")))
    safe = {
        Cell(JANUARY, None, body, initiative): (Decimal(10),) for body in [A, B, C] for initiative in [1, 2]
    }
    told = telling_of(safe, QUARTER, tree).told
    assert {part.node.initiative for part in told} == {1, 2}
    alone = safe | {Cell(JANUARY, None, A, 3): (Decimal(5),)}
    told = telling_of(alone, QUARTER, tree).told
    assert [(part.node.initiative, part.counts) for part in told] == [(None, (65,))]
