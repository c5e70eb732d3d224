"""What somebody can reckon from figures: an integer program whose unknowns are the true counts."""

from typing import NamedTuple

import numpy
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

SMALL = range(1, 5)
# More people than are in any place.
MOST = 200


class Unknown(NamedTuple):
    release: int
    place: object
    measure: str


class Figure(NamedTuple):
    """A number told of a sum of unknowns, {Unknown: factor}, or the ends between which it lies."""

    terms: frozenset
    lower: float
    upper: float

    def holds(self, truth):
        return self.lower <= value(self.terms, truth) <= self.upper


def value(terms, truth):
    return sum(factor * truth[unknown] for unknown, factor in terms)


class Program:
    """All that is known of some unknowns, whose true values are {Unknown: number}."""

    def __init__(self, figures, truth):
        self.truth = truth
        self.columns = {unknown: number for number, unknown in enumerate(truth)}
        figures = list(dict.fromkeys(figures))
        self.constraints = LinearConstraint(
            self.matrix([figure.terms for figure in figures]),
            numpy.array([figure.lower for figure in figures]),
            numpy.array([figure.upper for figure in figures]),
        )

    def matrix(self, sums):
        entries = [
            (row, self.columns[unknown], factor)
            for row, terms in enumerate(sums)
            for unknown, factor in terms
        ]
        rows, columns, factors = zip(*entries, strict=True)
        return coo_array((factors, (rows, columns)), shape=(len(sums), len(self.columns))).tocsr()

    def solve(self, objective):
        """Return values of all unknowns at which a sum of them is least."""
        found = milp(
            objective,
            integrality=numpy.ones(len(self.columns)),
            bounds=Bounds(0, MOST),
            constraints=self.constraints,
            options={"mip_rel_gap": 0},
        )
        assert found.success, found.message
        return numpy.rint(found.x)

    def recovered(self, targets, lots, rounds=6):
        """Return those of some sums that are the same in every world which tells these figures.

        A world in which it is another frees a sum from suspicion, and one world may free many: so worlds are
        first asked for in which many are far from the truth. What is left is taken one by one.
        """
        sums = self.matrix(targets)
        truth = sums @ numpy.array(list(self.truth.values()))
        left = numpy.arange(len(targets))
        for _round in range(rounds):
            signs = numpy.array([lots.choice([-1, 1]) for _target in left])
            left = left[self.same(sums[left], truth[left], signs)]
        return [targets[n] for n in left if self.is_fixed(sums[[n]], truth[[n]])]

    def same(self, sums, truth, signs):
        return sums @ self.solve(signs @ sums) == truth

    def is_fixed(self, sums, truth):
        return all(self.same(sums, truth, numpy.array([sign])).all() for sign in [1, -1])
