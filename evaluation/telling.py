"""What a release tells where earlier ones told something else: nobody must learn more from the difference.

Whoever keeps an old release knows every node of it. So what is told anew is never finer than it was in any
earlier release, and what a node has gained or lost since each of them is itself told only if it might be told
as a count of its own. Where it might not, what was told before stays as it is: a correction of two people
waits for others. What has become too small to be told is told no more, with all of its run. Months that are
open again stay as they were. Runs do not grow and parts are not put together: either would tell which part
of them had shrunk, and by how little.
"""

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import chain, takewhile

from evaluation.disclosure import tell


@dataclass(frozen=True)
class Telling:
    """The nodes told, the (first, last) months that wait, and those of the runs told as they are now."""

    told: list
    waiting: list
    current: frozenset

    def covers(self, run, months):
        """Whether these months lie in runs that are told as they are now, and that lie in a run."""
        inside = [(first, last) for first, last in self.current if run[0] <= first and last <= run[1]]
        return all(any(first <= month <= last for first, last in inside) for month in months)

    @cached_property
    def nodes(self):
        """The nodes told as they are now."""
        return {
            part.node
            for part in self.told
            if any(first <= part.node.first and part.node.last <= last for first, last in self.current)
        }


NOTHING = Telling([], [], frozenset())


@dataclass
class Retelling:
    """A tree that is told anew: `versions` are lists of Told, one for each earlier release, the current last.

    Periods are (first, last) months in order, all of them published. `whole` is the Telling of the counts
    that these divide: they are told only where it tells what they add up to, as it is now, and no finer.
    Otherwise what it hides, or what it has not told yet of a correction, would follow from their sum.
    """

    cells: dict
    periods: list
    tree: object
    versions: list
    open_months: frozenset = frozenset()
    whole: Telling | None = None

    @property
    def current(self):
        return self.versions[-1] if self.versions else []

    @cached_property
    def months(self):
        months = defaultdict(dict)
        for cell, counts in self.cells.items():
            months[cell.month][cell] = counts
        return months

    def inside(self, run):
        return dict(
            chain.from_iterable(
                cells.items() for month, cells in self.months.items() if run[0] <= month <= run[1]
            )
        )

    @cached_property
    def told_runs(self):
        return {(part.node.first, part.node.last) for version in self.versions for part in version}

    @cached_property
    def atoms(self):
        """The periods as (first, last), those in one that were in one run of any earlier release."""
        atoms = []
        for first, last in self.periods:
            if atoms and any(start <= atoms[-1][1] and first <= end for start, end in self.told_runs):
                atoms[-1] = (atoms[-1][0], last)
            else:
                atoms.append((first, last))
        return atoms

    def told_in(self, version, atom):
        return [part for part in version if atom[0] <= part.node.first and part.node.last <= atom[1]]

    def was_told(self, atom):
        return any(start <= atom[1] and atom[0] <= end for start, end in self.told_runs)

    def is_open(self, atom):
        return any(atom[0] <= month <= atom[1] for month in self.open_months)

    def tell(self):
        told, waiting, current, done = [], [], set(), 0
        while done < len(self.atoms):
            count, found = self.next_run(done)
            run = (self.atoms[done][0], self.atoms[done + count - 1][1])
            if found is None:
                waiting.append(run)
            else:
                told += found
                if not any(part is old for part in found for old in self.current):
                    current.add(run)
            done += count
        return Telling(told, waiting, frozenset(current))

    def next_run(self, start):
        """Return how many atoms from this one on make a run, and what is told of it, None if it waits."""
        atom = self.atoms[start]
        if self.was_told(atom):
            return 1, self.anew(atom)
        waiting = 1
        for count, (_first, last) in enumerate(takewhile(self.is_free, self.atoms[start:]), start=1):
            if not self.is_whole((atom[0], last)):
                continue
            if self.may_be_told((atom[0], last)):
                return count, self.fresh((atom[0], last))
            waiting = count
        return waiting, None

    def anew(self, run):
        """What is told of a run that was told before: it stays a run, and as it was where it has to."""
        kept = self.told_in(self.current, run) or None
        if self.is_open(run):
            return kept
        cells, earlier = self.inside(run), Earlier.of(self, run)
        if not self.tree.is_safe(cells) or earlier.are_lost_in(tell(cells, run, self.periods, self.tree)):
            return None
        if not self.is_whole(run):
            return kept
        found = tell(cells, run, self.periods, self.tree, partial(self.may_be_divided, earlier))
        return kept if earlier.are_lost_in(found) or not earlier.may_become(cells) else found

    def fresh(self, run):
        return tell(self.inside(run), run, self.periods, self.tree, self.are_whole)

    def may_be_divided(self, earlier, node, parts):
        return self.are_whole(node, parts) and earlier.may_be_divided(node, parts)

    def are_whole(self, _node, parts):
        return self.whole is None or all(part in self.whole.nodes for part, _inside in parts)

    def is_whole(self, run):
        return self.whole is None or self.whole.covers(run, {cell.month for cell in self.inside(run)})

    def is_free(self, atom):
        return not self.was_told(atom) and not self.is_open(atom)

    def may_be_told(self, run):
        return self.tree.is_safe(self.inside(run))


@dataclass
class Earlier:
    """The undivided nodes of a run in each earlier release."""

    tree: object
    leaves: list

    @classmethod
    def of(cls, retelling, run):
        told = [retelling.told_in(version, run) for version in retelling.versions]
        return cls(retelling.tree, [[part for part in parts if not part.is_divided] for parts in told])

    def may_become(self, cells, node=None):
        """Whether what these cells of a node (None: the run) have gained or lost since each may be told."""
        now = self.tree.parts(cells)
        return all(
            self.tree.may_be_told(difference(now, [leaf.parts for leaf in leaves if self.is_of(leaf, node)]))
            for leaves in self.leaves
        )

    def is_of(self, leaf, node):
        return node is None or leaf.node.within(node, self.tree)

    def are_lost_in(self, told):
        """Whether something is told as one that was divided."""
        undivided = [part.node for part in told if not part.is_divided]
        return any(
            leaf.node != node and leaf.node.within(node, self.tree)
            for leaves in self.leaves
            for leaf in leaves
            for node in undivided
        )

    def may_be_divided(self, node, parts):
        if any(node.within(leaf.node, self.tree) for leaves in self.leaves for leaf in leaves):
            return False
        return all(self.may_become(inside, part) for part, inside in parts)


def difference(now, before):
    """Return {body: counts} now without what it was, and only where it is another."""
    changes = dict(now)
    for parts in before:
        for body, counts in parts.items():
            present = changes.get(body, (0,) * len(counts))
            changes[body] = tuple(new - old for new, old in zip(present, counts, strict=True))
    return {body: counts for body, counts in changes.items() if any(counts)}
