"""What somebody who knows the rule can tell apart: all small worlds, in groups that look alike."""

from collections import defaultdict
from functools import partial
from itertools import product

from evaluation.disclosure import PEOPLE, Cell, Tree, people_may_be_told
from evaluation.telling import Retelling

CITY, A, B, C = None, 7, 8, 9
JANUARY, FEBRUARY, MARCH, APRIL = range(4)
TWO_MONTHS = (JANUARY, FEBRUARY)
MONTHS, QUARTER = [(JANUARY, JANUARY), (FEBRUARY, FEBRUARY)], [(JANUARY, MARCH)]


def cells_of(months=(JANUARY,), kinds=(1,), bodies=(CITY,)):
    return [Cell(*place) for place in product(months, kinds, bodies)]


def tree_of(threshold, levels=PEOPLE, protected=1):
    return Tree(levels, partial(people_may_be_told, threshold=threshold), protected)


def telling_of(cells, periods, tree, versions=(), **options):
    return Retelling(cells, periods, tree, list(versions), **options).tell()


def seen(telling):
    """What anybody can read of it."""
    nodes = frozenset((part.node, part.counts, part.is_divided) for part in telling.told)
    return nodes, tuple(telling.waiting)


def worlds_of(places, most, components=1):
    """Return all worlds with at most so many people, as {Cell: counts}."""
    worlds = []
    for numbers in product(range(most + 1), repeat=len(places) * components):
        if sum(numbers) <= most:
            counts = [numbers[n : n + components] for n in range(0, len(numbers), components)]
            # Who served nobody has no row.
            worlds.append({cell: count for cell, count in zip(places, counts, strict=True) if any(count)})
    return worlds


def people_of(world):
    return sum(map(sum, world.values()))


def apart_for(body, alike):
    """The same groups as an organisation tells them apart, which knows what it delivered itself.

    Worlds are tuples of the states of the world in one release after the other.
    """
    groups = defaultdict(list)
    for key, worlds in alike.items():
        for states in worlds:
            own = [(cell, counts) for state in states for cell, counts in state.items() if cell.body == body]
            groups[key, tuple(own)].append(states)
    return groups


def recovered(alike, places, most, threshold, components=1):
    """Return (how many small counts are hidden, how many of these are the same in all worlds alike).

    A count is that of a cell in one release, or what it has gained or lost since the first. Groups beside
    which worlds with more people would have to be looked at are left out.
    """
    hidden = found = 0
    for worlds in alike.values():
        if min(max(map(people_of, states)) for states in worlds) > most - threshold:
            continue
        for cell, component in product(places, range(components)):
            for values in zip(*(counts_of(states, cell, component) for states in worlds), strict=True):
                small = sum(0 < abs(value) < threshold for value in values)
                hidden += small
                found += small if len(set(values)) == 1 else 0
    return hidden, found


def counts_of(states, cell, component):
    values = [state[cell][component] if cell in state else 0 for state in states]
    return [*values, *(value - values[0] for value in values[1:])]
