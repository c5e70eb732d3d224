"""What somebody can reckon from figures: an integer program whose unknowns are the true counts."""

from typing import NamedTuple

import numpy
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

SMALL = range(1, 5)
# More people than are in any place, and more euro.
MOST = 200
MOST_EURO = 20_000


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

    def is_of(self, measures):
        return all(unknown.measure in measures for unknown, _factor in self.terms)


def value(terms, truth):
    return sum(factor * truth[unknown] for unknown, factor in terms)


class Program:
    """All that is known of the unknowns of some measures, whose true values are {Unknown: number}."""

    def __init__(self, figures, truth, measures, most=MOST):
        self.truth = {unknown: number for unknown, number in truth.items() if unknown.measure in measures}
        self.columns = {unknown: number for number, unknown in enumerate(self.truth)}
        self.most = most
        figures = [figure for figure in dict.fromkeys(figures) if figure.is_of(measures)]
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
            bounds=Bounds(0, self.most),
            constraints=self.constraints,
            options={"mip_rel_gap": 0},
        )
        assert found.success, found.message
        return numpy.rint(found.x)

    def recovered(self, targets, lots, rounds=6):
        """Yield those of some sums that are the same in every world which tells these figures.

        A world in which it is another frees a sum from suspicion, and one world may free many: so worlds are
        first asked for in which many are far from the truth. What is left is taken one by one.
        """
        return self.suspected(targets, lots, rounds, [-1, 1], lambda found, truth: found == truth)

    def estimated(self, targets, lots, share, rounds=6):
        """Yield those of some sums that are nowhere further from the truth than by a share of it, away from
        zero: as somebody would know them who takes the most that they can be.
        """
        return self.suspected(targets, lots, rounds, [-1, 0], lambda found, truth: found / truth < 1 + share)

    def suspected(self, targets, lots, rounds, directions, is_close):
        sums = self.matrix(targets)
        truth = sums @ numpy.array(list(self.truth.values()))
        left = numpy.arange(len(targets))

        def close(numbers, signs):
            return is_close(sums[numbers] @ self.solve(signs @ sums[numbers]), truth[numbers])

        for _round in range(rounds):
            if len(left):
                signs = numpy.array([lots.choice(directions) for _target in left])
                left = left[close(left, signs)]
        for number in left:
            if all(close([number], numpy.array([sign])).all() for sign in [-1, 1]):
                yield targets[number]
