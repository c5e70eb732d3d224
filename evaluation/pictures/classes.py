"""Five classes of values with about as many in each, to tell more from less at a glance."""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from math import ceil

from will_portal.common.numbers import spell_number

COUNT = 5


@dataclass(frozen=True)
class Classes:
    """`spans` has the lowest and highest value that each class holds, in ascending order.

    Equal values share a class, so there may be fewer than five.
    """

    spans: tuple

    @classmethod
    def of(cls, values):
        ordered = sorted(values)
        if not ordered:
            return cls(())
        tops = sorted({ordered[ceil(len(ordered) * part / COUNT) - 1] for part in range(1, COUNT + 1)})
        firsts = [0, *(bisect_right(ordered, top) for top in tops[:-1])]
        return cls(tuple((ordered[first], top) for first, top in zip(firsts, tops, strict=True)))

    def number(self, value):
        """Return the class of one of the values, from 1."""
        return 1 + bisect_left([top for _low, top in self.spans], value)

    def legend(self, decimals):
        return [
            {"number": number, "text": spell_span(low, high, decimals)}
            for number, (low, high) in enumerate(self.spans, 1)
        ]


def spell_span(low, high, decimals):
    low, high = spell_number(low, decimals), spell_number(high, decimals)
    return low if low == high else f"{low}–{high}"
