"""Reading the sums: months added up to quarters and years, initiatives to cities and to the programme.

What adds up is added when it is read. What does not, is not: the people of several entries may be the same
persons, so how many there are is a range; a rate is a numerator and a denominator, and is made anew at every
level. Units: persons, households, contacts and entries are counts, hours are hours, costs are EUR.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db import connections, models
from django.db.models import DateField, F, Max, Sum
from django.db.models.functions import Cast, Trunc

from initiatives.triggers import MEASURES

AMOUNTS = ["hours", "volunteer_hours", "cost", "cost_with_people"]


class Known(NamedTuple):
    """A sum, and how many know what is summed, of how many."""

    total: int | Decimal
    known: int
    of: int

    @property
    def value(self):
        """The sum, or None where nobody knows it: that is no zero."""
        return self.total if self.known else None

    @property
    def is_complete(self):
        return self.known == self.of


class Between(NamedTuple):
    """How many different persons there are, as far as counts without identities can say."""

    lower: int
    upper: int

    @property
    def is_exact(self):
        return self.lower == self.upper


class Rate(NamedTuple):
    """A quotient that is made anew wherever its two sides are added up, and never averaged."""

    numerator: int | Decimal
    denominator: int
    # How many entries know both: none is not known, and over 0 it is not applicable.
    known: int

    @property
    def value(self):
        """The quotient, or None where there is nothing to divide by."""
        return Decimal(self.numerator) / self.denominator if self.denominator else None


@dataclass(frozen=True)
class Totals:
    """What the entries of a group add up to.

    `period` is the first day of the month, quarter or year, or None; `group` has the values of what was
    grouped by, in that order. `people_served` counts a person anew in each entry.
    """

    period: date | None
    group: tuple
    entries: int
    people_served: Known
    new_people: Known
    living_elsewhere: Known
    households: Known
    contacts: Known
    hours: Known
    volunteer_hours: Known
    cost: Known
    # Different persons, of the entries that know their people.
    reached: Between
    # Different persons who came to an initiative for the first time, of the entries that know it.
    newly_reached: Between
    # Of the entries that know the people served and what is asked about them; EUR by person served.
    new_share: Rate
    elsewhere_share: Rate
    cost_per_person: Rate


@dataclass(frozen=True)
class People:
    """The people of a group, as far as entries tell them apart by sex, age and citizenship.

    `period` and `group` as in Totals, `people` and `reached` as its people_served and reached.
    """

    period: date | None
    group: tuple
    people: int
    new_people: Known
    reached: Between
    newly_reached: Between


class RollupQuerySet(models.QuerySet):
    # The columns that add up, and the most people that one entry is known to have had.
    summable = []
    largest = None

    def confirmed(self):
        return self.filter(confirmed=True)

    def between(self, first, until):
        """The months from one to before another, each as its first day; ValueError if it is another day."""
        if first.day != 1 or until.day != 1:
            raise ValueError("A month is given as its first day.")
        return self.filter(month__gte=first, month__lt=until)

    def of_cities(self, cities):
        return self.filter(city__in=cities)

    def of_initiatives(self, initiatives):
        return self.filter(initiative__in=initiatives)

    def summed(self, *, every=None, per=()):
        """Return what the rows add up to, in the order of its groups; all of them make one, if only of zeros.

        `every` is "month", "quarter" or "year"; `per` are paths to a column as in `values()`: "city",
        "initiative__stage", "sex". One query, however many rows.

        How many different persons there are is a range, since nobody is identified: those who are new to an
        initiative are different persons, and so are those of one entry, so the largest such number is the
        least that there can have been, and the sum is the most.
        """
        return [self.read(*found) for found in self.grouped(every, per)]

    def grouped(self, every, per):
        """Yield (period, group, {column: figure}), as `summed`."""
        groups = {f"group_{number}": F(path) for number, path in enumerate(per)}
        keys = {"period": first_day(every)} | groups if every else groups
        sql, params = self.by_initiative(keys)
        # Counts are made integers again, since sums of sums are none.
        outer = [*keys, *(added(name) for name in self.summable), *LOWER]
        order = f"GROUP BY {', '.join(keys)} ORDER BY {', '.join(keys)}" if keys else ""
        with connections[self.db].cursor() as cursor:
            cursor.execute(f"SELECT {', '.join(outer)} FROM ({sql}) AS by_initiative {order}", params)
            names = [column.name for column in cursor.description]
            for row in cursor.fetchall():
                found = dict(zip(names, row, strict=True))
                yield found.pop("period", None), tuple(found.pop(name) for name in groups), found

    def by_initiative(self, keys):
        """SQL of the sums by these keys and by initiative, within which new people are different persons."""
        sums = {f"sum_{name}": Sum(name) for name in self.summable}
        rows = self.order_by().annotate(**keys).values(*keys, "initiative")
        rows = rows.annotate(**sums, largest=Max(self.largest))
        # Where nothing can match, the sum of it is still a row.
        return rows.query.get_compiler(self.db, elide_empty=False).as_sql()


def first_day(every):
    if every == "month":
        return F("month")
    return Cast(Trunc("month", every, output_field=DateField()), DateField())


def added(name):
    kind = "numeric" if name in AMOUNTS else "bigint"
    return f"coalesce(sum(sum_{name}), 0)::{kind} AS {name}"


LOWER = [
    "coalesce(max(greatest(largest, sum_new_people)), 0)::bigint AS fewest_reached",
    "coalesce(max(sum_new_people), 0)::bigint AS fewest_new",
]


class MonthlyTotalQuerySet(RollupQuerySet):
    summable = ["entries", *MEASURES, *(f"{name}_known" for name in MEASURES)]
    summable += ["people_with_new", "people_with_elsewhere"]
    summable += ["people_with_cost", "cost_with_people", "cost_and_people_known"]
    largest = F("largest_entry")

    def read(self, period, group, found):
        entries = found["entries"]
        return Totals(
            period,
            group,
            entries,
            **{name: Known(found[name], found[f"{name}_known"], entries) for name in MEASURES},
            reached=Between(found["fewest_reached"], found["people_served"]),
            newly_reached=Between(found["fewest_new"], found["new_people"]),
            new_share=Rate(found["new_people"], found["people_with_new"], found["new_people_known"]),
            elsewhere_share=Rate(
                found["living_elsewhere"], found["people_with_elsewhere"], found["living_elsewhere_known"]
            ),
            cost_per_person=Rate(
                found["cost_with_people"], found["people_with_cost"], found["cost_and_people_known"]
            ),
        )


class MonthlyPeopleQuerySet(RollupQuerySet):
    summable = ["entries", "people", "new_people", "new_people_known"]
    largest = F("largest_part")

    def read(self, period, group, found):
        return People(
            period,
            group,
            found["people"],
            new_people=Known(found["new_people"], found["new_people_known"], found["entries"]),
            reached=Between(found["fewest_reached"], found["people"]),
            newly_reached=Between(found["fewest_new"], found["new_people"]),
        )
