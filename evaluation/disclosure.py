"""Disclosure control: what may be told of small counts of people, and of the money of few organisations.

The cells of an initiative (month, kind, delivering body) hang in a fixed tree: runs of months, months, kinds,
bodies. A node is divided only where all its parts may be told, and a run that may not be told waits for the
next one (evaluation.telling). What is told are the nodes at which this ends, whatever the filter, the period,
the format or the release: so no combination of published figures tells less than a node, and not even
somebody who knows this rule can tell which part of an undivided node is small, nor whether one of them is
zero. Money hangs in a tree of its own, since what few organisations cost is known only among the initiatives
of a whole city.

Source of the method: the frequency threshold and the p% rule of Hundepool et al., Statistical Disclosure
Control (2012), chapters 4 and 5, on a hierarchy that is cut and never recombined, instead of cells suppressed
table by table: nobody can list beforehand which tables readers will ask for.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple


class Cell(NamedTuple):
    """What is counted together at the finest; `body` is the organisation that delivered, None the city."""

    month: int
    kind: int | None
    body: int | None
    initiative: int | None = None


@dataclass(frozen=True)
class Node:
    """A part of the tree: months from `first` to `last`, and what `depth` levels of the tree fix of them."""

    first: int
    last: int
    depth: int
    initiative: int | None = None
    kind: int | None = None
    body: int | None = None

    def within(self, other, tree):
        """Whether it is a part of another node of the same tree, or the same."""
        fixed = [level for level in tree.levels[: other.depth] if level != "month"]
        return (
            other.depth <= self.depth
            and other.first <= self.first
            and self.last <= other.last
            and all(getattr(self, level) == getattr(other, level) for level in fixed)
        )


PEOPLE = ("month", "kind", "body")
BREAKDOWN = ("month",)
MONEY = ("initiative", "month")
RUN, MONTH, KIND, BODY = range(4)
# So many times the threshold where several delivered: with less, that their parts may not be told would now
# and then say how much they are.
TOGETHER = 2


@dataclass(frozen=True)
class Tree:
    """What is fixed level after level below a run, and whether {body: counts} may be told.

    Only the first `protected` counts are asked about; others, such as hours, are told with them or not.
    """

    levels: tuple
    may_be_told: Callable
    protected: int = 1

    def parts(self, cells):
        return {body: counts[: self.protected] for body, counts in by_body(cells).items()}

    def is_safe(self, cells):
        return self.may_be_told(self.parts(cells))


@dataclass(frozen=True)
class Told:
    """A node with its counts; `is_divided` where its parts are told too, and a filter may ask for them.

    `parts` are the counts of each body, None the city: they are no part of what is told.
    """

    node: Node
    counts: tuple
    is_divided: bool
    parts: dict


def added(vectors):
    return tuple(map(sum, zip(*vectors, strict=True)))


def by_body(cells):
    bodies = defaultdict(list)
    for cell, counts in cells.items():
        bodies[cell.body].append(counts)
    return {body: added(vectors) for body, vectors in bodies.items()}


def people_may_be_told(parts, threshold):
    """Whether each count of these {body: counts} together is zero or at least the threshold.

    And what is left of it when an organisation takes away what it delivered itself, which it knows. Counts
    may be differences between two releases.
    """
    if not parts:
        return True
    total = added(parts.values())
    owns = [counts for body, counts in parts.items() if body is not None]
    return all(count == 0 or abs(count) >= threshold for count in total) and all(
        abs(count) >= TOGETHER * threshold and abs(count - own) >= threshold
        for counts in owns
        for count, own in zip(total, counts, strict=True)
        if own not in (0, count)
    )


def money_may_be_told(parts, share):
    """Whether the second largest organisation could not reckon the amount of the largest too closely.

    What all but these two cost, the city's own included, must be at least this share of the largest. Where no
    organisation cost anything there is nothing to protect. For each amount of {body: amounts}.
    """
    return all(is_spread(amounts, share) for amounts in columns(parts))


def is_spread(amounts, share):
    organisations = sorted(abs(amount) for body, amount in amounts.items() if body is not None)
    largest = organisations[-1] if organisations else 0
    rest = sum(map(abs, amounts.values())) - sum(organisations[-2:])
    return not largest or rest >= share * largest


def columns(parts):
    """Yield {body: amount} for each amount."""
    for amounts in zip(*parts.values(), strict=True):
        yield dict(zip(parts, amounts, strict=True))


def within(cells, first, last):
    return {cell: counts for cell, counts in cells.items() if first <= cell.month <= last}


def tell(cells, run, periods, tree, may_divide=None):
    """Return what is told of a run, as [Told] from the top down.

    Only a run that is one of the periods is divided: several were put together since one could not be told.
    `may_divide(node, parts)` may have more against it.
    """
    first, last = run
    inside = within(cells, first, last)
    node = Node(first, last, RUN)
    if first == last and tree.levels[0] == "month":
        node = replace(node, depth=MONTH)
    if not inside:
        return []
    if run not in periods:
        return [told(node, inside, tree, False)]
    return list(divided(node, inside, tree, may_divide))


def divided(node, cells, tree, may_divide=None):
    parts = parts_of(node, cells, tree)
    is_divided = bool(parts) and all(tree.is_safe(inside) for _part, inside in parts)
    is_divided = is_divided and (may_divide is None or may_divide(node, parts))
    if not (is_divided and node.depth == RUN):
        yield told(node, cells, tree, is_divided)
    if is_divided:
        for part, inside in parts:
            yield from divided(part, inside, tree, may_divide)


def told(node, cells, tree, is_divided):
    return Told(node, added(cells.values()), is_divided, tree.parts(cells))


def parts_of(node, cells, tree):
    """Return [(part, its cells)] one level below a node."""
    if node.depth == len(tree.levels):
        return []
    groups = defaultdict(dict)
    for cell, counts in cells.items():
        groups[part_of(node, cell, tree.levels[node.depth])][cell] = counts
    return list(groups.items())


def part_of(node, cell, level):
    if level == "month":
        return replace(node, first=cell.month, last=cell.month, depth=node.depth + 1)
    return replace(node, depth=node.depth + 1, **{level: getattr(cell, level)})
