"""Attacks by somebody who knows the rule: all worlds that look the same from outside are compared."""

from collections import defaultdict
from itertools import product

import pytest

from evaluation import disclosure
from evaluation.disclosure import BODY, MONTH, Cell, runs, tell

CITY, A, B, C = None, 7, 8, 9
JANUARY, FEBRUARY, MARCH, APRIL = range(4)


def cells_of(months=(JANUARY,), kinds=(1,), bodies=(CITY,)):
    return [Cell(*place) for place in product(months, kinds, bodies)]


def published(cells, periods, threshold, deepest):
    """What anybody can read: nodes told with their counts, and which months wait."""
    found, waiting = runs(cells, periods, threshold)
    told = [part for run in found for part in tell(cells, run, periods, threshold, deepest)]
    return frozenset((part.node, part.counts, part.is_divided) for part in told), waiting


def worlds_alike(places, most, periods, threshold, deepest, components=1):
    """All worlds with at most so many people, in groups that look the same from outside."""
    alike = defaultdict(list)
    for numbers in product(range(most + 1), repeat=len(places) * components):
        if sum(numbers) <= most:
            counts = [numbers[n : n + components] for n in range(0, len(numbers), components)]
            world = dict(zip(places, counts, strict=True))
            # Who served nobody has no row.
            logged = {cell: count for cell, count in world.items() if any(count)}
            alike[published(logged, periods, threshold, deepest)].append(world)
    return alike


def recovered(alike, places, threshold):
    """Return (how many small counts are hidden, how many of these have one value in all worlds alike)."""
    hidden = found = 0
    for worlds in alike.values():
        for cell, component in product(places, range(len(worlds[0][places[0]]))):
            values = [world[cell][component] for world in worlds]
            small = sum(0 < value < threshold for value in values)
            hidden += small
            found += small if len(set(values)) == 1 else 0
    return hidden, found


MONTHS, QUARTER = [(JANUARY, JANUARY), (FEBRUARY, FEBRUARY)], [(JANUARY, MARCH)]
TWO_MONTHS = (JANUARY, FEBRUARY)
# Places, most people, periods, threshold, how deep it is told, how many counts belong together.
CASES = {
    "months by kind": (cells_of(TWO_MONTHS, (1, 2)), 8, MONTHS, 3, BODY),
    "a quarter by month": (cells_of((JANUARY, FEBRUARY, MARCH)), 9, QUARTER, 3, MONTH),
    "a quarter that waits for the next": (
        cells_of((JANUARY, FEBRUARY, MARCH, APRIL)),
        8,
        [TWO_MONTHS, (MARCH, APRIL)],
        3,
        MONTH,
    ),
    "city and organisation by kind": (cells_of(kinds=(1, 2), bodies=(CITY, A)), 8, MONTHS[:1], 3, BODY),
    "city and organisation by month": (cells_of(TWO_MONTHS, bodies=(CITY, A)), 8, MONTHS, 3, BODY),
    "city and organisation in a quarter": (cells_of(TWO_MONTHS, bodies=(CITY, A)), 8, [TWO_MONTHS], 3, BODY),
    "city and two organisations": (cells_of(bodies=(CITY, A, B)), 14, MONTHS[:1], 5, BODY),
    "three organisations": (cells_of(bodies=(A, B, C)), 14, MONTHS[:1], 4, BODY),
    "new people and the others": (cells_of(TWO_MONTHS), 10, [TWO_MONTHS], 3, MONTH, 2),
}


@pytest.mark.parametrize("case", CASES)
def test_no_small_count_can_be_found_out_by_whoever_knows_the_rule(case):
    places, most, periods, threshold, deepest, *components = CASES[case]
    alike = worlds_alike(places, most, periods, threshold, deepest, *components)
    hidden, found = recovered(alike, places, threshold)
    assert hidden > 50
    assert found == 0


def known_to(body, alike, most):
    """The same worlds as an organisation tells them apart, which knows what it delivered itself.

    Without those beside which worlds with more people are missing.
    """
    apart = defaultdict(list)
    for seen, worlds in alike.items():
        for world in worlds:
            own = tuple(counts for cell, counts in world.items() if cell.body == body)
            apart[seen, own].append(world)
    return {key: worlds for key, worlds in apart.items() if min(map(people_of, worlds)) <= most}


def people_of(world):
    return sum(map(sum, world.values()))


@pytest.mark.parametrize("case", [name for name, (places, *_) in CASES.items() if places[-1].body])
def test_no_small_count_of_others_can_be_found_out_by_an_organisation(case):
    places, most, periods, threshold, deepest = CASES[case]
    alike = known_to(A, worlds_alike(places, most, periods, threshold, deepest), most - threshold)
    others = [cell for cell in places if cell.body != A]
    hidden, found = recovered(alike, others, threshold)
    assert hidden > 50
    assert found == 0


def small_cells_alone(cells, periods, threshold, deepest):
    """What the first idea of suppression tells: the total, and every cell that is not small."""
    shown = frozenset((cell, counts) for cell, counts in cells.items() if counts[0] >= threshold)
    return shown, disclosure.added(cells.values()) if cells else ()


def test_the_attack_finds_what_hiding_small_cells_alone_gives_away(monkeypatch):
    monkeypatch.setitem(globals(), "published", small_cells_alone)
    places, most, periods, threshold, deepest = CASES["months by kind"]
    _hidden, found = recovered(worlds_alike(places, most, periods, threshold, deepest), places, threshold)
    assert found > 0


@pytest.mark.parametrize("case", ["city and organisation by month", "three organisations"])
def test_the_threshold_alone_gives_away_what_one_of_several_organisations_did(case, monkeypatch):
    monkeypatch.setattr(disclosure, "TOGETHER", 1)
    places, most, periods, threshold, deepest = CASES[case]
    _hidden, found = recovered(worlds_alike(places, most, periods, threshold, deepest), places, threshold)
    assert found > 0


def test_what_is_told_adds_up_to_what_was_counted():
    cells = dict(zip(cells_of(TWO_MONTHS, (1, 2), (CITY, A)), [(n,) for n in range(9, 17)], strict=True))
    told = [part for run in runs(cells, [TWO_MONTHS], 5)[0] for part in tell(cells, run, [TWO_MONTHS], 5)]
    for depth in [MONTH, disclosure.KIND, BODY]:
        assert sum(part.counts[0] for part in told if part.node.depth == depth) == sum(range(9, 17))


def test_an_organisation_cannot_reckon_what_the_other_did():
    cells = {Cell(JANUARY, 1, A): (30,), Cell(JANUARY, 1, B): (3,)}
    assert runs(cells, MONTHS[:1], 5) == ([], (JANUARY, JANUARY))


def test_a_run_ends_only_where_it_may():
    cells = {Cell(month, 1, CITY): (20,) for month in TWO_MONTHS}
    assert runs(cells, MONTHS, 5, ends={FEBRUARY}) == ([TWO_MONTHS], None)
