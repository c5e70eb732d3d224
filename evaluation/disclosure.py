"""Disclosure control: what may be told of small counts of people.

The cells of an initiative (month, kind, delivering body) hang in a fixed tree: runs of months, months, kinds,
bodies. A node is divided only where all its parts may be told, and a run that may not be told waits for the
next one. What is told are the nodes at which this ends, whatever the filter, the period, the format or the
release: so no combination of published figures tells less than a node, and not even somebody who knows this
rule can tell which part of an undivided node is small, nor whether one of them is zero.

Source of the method: the frequency threshold of Hundepool et al., Statistical Disclosure Control (2012),
chapter 5, on a hierarchy that is cut and never recombined, instead of cells suppressed table by table: nobody
can list beforehand which tables readers will ask for.
"""

from collections import defaultdict
from dataclasses import dataclass
from typing import NamedTuple


class Cell(NamedTuple):
    """What is counted together at the finest; `body` is the organisation that delivered, None the city."""

    month: int
    kind: int | None
    body: int | None


@dataclass(frozen=True)
class Node:
    """A part of the tree: months from `first` to `last`, of one kind and body or, where None, of all."""

    first: int
    last: int
    depth: int
    kind: int | None = None
    body: int | None = None


RUN, MONTH, KIND, BODY = range(4)
# So many times the threshold where several delivered: with less, that their parts may not be told would now
# and then say how much they are.
TOGETHER = 2


@dataclass(frozen=True)
class Told:
    """A node with its counts; `is_divided` where its parts are told too, and a filter may ask for them."""

    node: Node
    counts: tuple
    is_divided: bool


def added(vectors):
    return tuple(map(sum, zip(*vectors, strict=True)))


def may_be_told(cells, threshold):
    """Whether each count of these {Cell: counts} together is zero or at least the threshold.

    And what is left of it when an organisation takes away what it delivered itself, which it knows.
    """
    if not cells:
        return True
    total = added(cells.values())
    of_body = defaultdict(list)
    for cell, counts in cells.items():
        if cell.body is not None:
            of_body[cell.body].append(counts)
    parts = [added(owns) for owns in of_body.values()]
    return all(count == 0 or abs(count) >= threshold for count in total) and all(
        abs(count) >= TOGETHER * threshold and abs(count - own) >= threshold
        for part in parts
        for count, own in zip(total, part, strict=True)
        if own not in (0, count)
    )


def runs(cells, periods, threshold, ends=None):
    """Put periods together until they may be told; return ([run], run that waits or None).

    Periods and runs are (first, last) months, in order; a run may end only with one of the months in `ends`.
    """
    found, first = [], None
    for start, last in periods:
        first = start if first is None else first
        inside = {cell: counts for cell, counts in cells.items() if first <= cell.month <= last}
        if (ends is None or last in ends) and may_be_told(inside, threshold):
            found.append((first, last))
            first = None
    return found, None if first is None else (first, periods[-1][1])


def tell(cells, run, periods, threshold, deepest=BODY):
    """Return what is told of a run, as [Told] from the months down; nothing is finer than `deepest`.

    Only a run that is one of the periods is divided: several were put together since one could not be told.
    """
    first, last = run
    inside = {cell: counts for cell, counts in cells.items() if first <= cell.month <= last}
    node = Node(first, last, RUN if first < last else MONTH)
    if not inside:
        return []
    if run not in periods:
        return [Told(node, total_of(inside), False)]
    return list(divided(node, inside, threshold, deepest))


def divided(node, cells, threshold, deepest):
    parts = parts_of(node, cells) if node.depth < deepest else []
    is_divided = bool(parts) and all(may_be_told(inside, threshold) for _part, inside in parts)
    if not (is_divided and node.depth == RUN):
        yield Told(node, total_of(cells), is_divided)
    if is_divided:
        for part, inside in parts:
            yield from divided(part, inside, threshold, deepest)


def total_of(cells):
    return added(cells.values())


def parts_of(node, cells):
    """Return [(part, its cells)] one level below a node."""
    groups = defaultdict(dict)
    for cell, counts in sorted(cells.items(), key=str):
        groups[part_of(node, cell)][cell] = counts
    return list(groups.items())


def part_of(node, cell):
    if node.depth == RUN:
        return Node(cell.month, cell.month, MONTH)
    if node.depth == MONTH:
        return Node(cell.month, cell.month, KIND, cell.kind)
    return Node(cell.month, cell.month, BODY, cell.kind, cell.body)
