"""Whether what a release would tell is what the one before told: then nothing has to be told anew.

A run whose undivided nodes hold just what they held is told as it was: such a node is never divided any
further (evaluation.telling), it has neither gained nor lost anything since the last release, and since each
one before as much as when it was told. Most nights this is so of all initiatives but a few, and telling them
anew takes much longer than looking.
"""

from collections import defaultdict

from evaluation.disclosure import added
from evaluation.figures.periods import Period
from evaluation.release_store import node_of


def is_unchanged(counted, cells, periods, current, open_months):
    """Whether each cell of the periods is in a current undivided node, and each of these holds what it held.

    What waits might be told by now.
    """
    if any(row.waits for row in current):
        return False
    months = {month for first, last in periods for month in Period(first, last).months}
    leaves = [(row, node_of(counted, row)) for row in current if not row.is_divided]
    held = held_by(
        [node for _row, node in leaves],
        {cell: counts for cell, counts in cells.items() if cell.month in months},
        counted.tree.levels,
    )
    return held is not None and all(
        months.issuperset(months_of(node)) and still_holds(counted.tree, row, inside)
        for (row, node), inside in zip(leaves, held, strict=True)
        # What is open again stays as it was.
        if open_months.isdisjoint(months_of(node))
    )


def months_of(node):
    return Period(node.first, node.last).months


def held_by(nodes, cells, levels):
    """Return the cells of each of these nodes; None if there is one that is in none of them."""
    numbers = defaultdict(dict)
    for number, node in enumerate(nodes):
        for month in months_of(node):
            numbers[node.depth][place(node, month, levels[: node.depth])] = number
    held = [{} for _node in nodes]
    for cell, counts in cells.items():
        places = ((depth, place(cell, cell.month, levels[:depth])) for depth in numbers)
        number = next((numbers[depth][at] for depth, at in places if at in numbers[depth]), None)
        if number is None:
            return None
        held[number][cell] = counts
    return held


def place(thing, month, levels):
    """Where a cell lies, or a node of which a number of levels is fixed."""
    return month, *(getattr(thing, level) for level in levels if level != "month")


def still_holds(tree, row, cells):
    """Whether a node has these counts, by organisation too, and may still be told."""
    return (
        bool(cells)
        and added(cells.values()) == row.counts
        and tree.parts(cells) == row.by_body
        and tree.may_be_told(row.by_body)
    )
