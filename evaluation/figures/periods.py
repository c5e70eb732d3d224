"""Months, quarters and years; a month is known by its first day."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.utils.dates import MONTHS, MONTHS_3
from django.utils.translation import gettext as _

from initiatives.calendar import months_before

LENGTHS = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True, order=True)
class Period:
    """From the first to the last of some months that follow each other, each as its first day."""

    first: date
    last: date

    @property
    def length(self):
        return months_between(self.first, self.last) + 1

    @cached_property
    def months(self):
        return [months_before(self.first, -number) for number in range(self.length)]

    @property
    def day_after(self):
        return months_before(self.last, -1)

    @property
    def before(self):
        """The period of the same length that ends where this one begins."""
        return Period(months_before(self.first, self.length), months_before(self.first, 1))

    def __str__(self):
        return self.spell(MONTHS)

    @property
    def short(self):
        return self.spell(MONTHS_3)

    def spell(self, names):
        first, last = self.first, self.last
        if self.length == 12 and first.month == 1:
            return str(first.year)
        if self.length == 3 and first.month % 3 == 1:
            return _("Q%(quarter)s %(year)s") % {"quarter": last.month // 3, "year": first.year}
        if first == last:
            return f"{names[first.month]} {first.year}"
        start = names[first.month] if first.year == last.year else f"{names[first.month]} {first.year}"
        return f"{start} – {names[last.month]} {last.year}"

    @property
    def code(self):
        """As files and addresses write it: 2025-03, 2025-Q1, 2025, or 2025-02/2025-11."""
        if self.length == 12 and self.first.month == 1:
            return f"{self.first:%Y}"
        if self.length == 3 and self.first.month % 3 == 1:
            return f"{self.first:%Y}-Q{self.last.month // 3}"
        if self.first == self.last:
            return f"{self.first:%Y-%m}"
        return f"{self.first:%Y-%m}/{self.last:%Y-%m}"


def months_between(first, last):
    return (last.year - first.year) * 12 + last.month - first.month


def around(month, every):
    """Return the whole month, quarter or year in which a month lies."""
    length = LENGTHS[every]
    first = month.replace(month=(month.month - 1) // length * length + 1)
    return Period(first, months_before(first, 1 - length))


def divide(first, last, every):
    """Return the months, quarters or years between two months; the first and last one may be cut."""
    found = []
    while first <= last:
        end = min(around(first, every).last, last)
        found.append(Period(first, end))
        first = months_before(end, -1)
    return found
