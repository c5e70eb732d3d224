"""The figures of the dashboard counted anew in plain Python, entry by entry, as the registry defines them.

What others read of a city is counted from the rows of the moment in which the release was made, and its own
figures from those of today.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from django.conf import settings

from cities.models import ContextFigure, ProgrammeMembership
from initiatives.models import FundingSource, InterventionKind
from tests.evaluation.recount_definitions import (
    LOG,
    MISSING,
    MONEY,
    NOT_APPLICABLE,
    PER_RESIDENT,
    Said,
    quotient,
    said,
)
from tests.evaluation.recount_rows import BY_QUARTER, Log, month_after, start_of

CATEGORIES = {
    "sex": ["F", "M"],
    "age": ["0-17", "18-29", "30-54", "55-64", "65-74", "75+"],
    "citizenship": ["ITL", "FRGAPO"],
}


class Span(NamedTuple):
    """How many months are read of how many in the programme, and why not like with like."""

    published: int
    months: int
    apart: set
    population_year: int | None


def ancestors(codes, code):
    """Yield a code and those that it is part of."""
    while code:
        yield code
        code = codes[code]


@dataclass
class Recount:
    """`own` are the cities that are read as they stand `now`, the others as they were `then`.

    `question` has the names and codes of an address; `sees_all` says whether what is not published is read.
    """

    question: dict
    then: Log
    now: Log
    own: set
    sees_all: bool

    def __post_init__(self):
        self.code = self.question["indicator"]
        kinds = InterventionKind.objects.values_list("id", "code", "parent_id")
        parents = {code: parent for _id, code, parent in kinds}
        self.kinds = {pk: set(ancestors(parents, code)) for pk, code, _parent in kinds}
        parents = dict(FundingSource.objects.values_list("code", "parent_id"))
        # Above all is a heading of all sources.
        self.sources = {code: [code, *ancestors(parents, code)][-2] for code in parents}
        self.stays = list(ProgrammeMembership.objects.values())
        figures = ContextFigure.objects.filter(series__code="resident-population")
        self.residents = list(figures.values_list("city", "year", "value"))

    def log(self, city):
        return self.now if city in self.own else self.then

    # Whose figures, and of when

    def is_readable(self, row, by_all):
        """Whether others read of an initiative: the public what was published then and still is."""
        if by_all:
            return row["published_at"] is not None or row["stage"] != "idea"
        today = self.now.initiatives[row["id"]]
        return row["published_at"] is not None and today["published_at"] is not None

    def is_asked_for(self, row):
        area, asked = self.question.get("area"), self.question.get
        return (
            area in [None, *row["user_areas"]]
            and asked("innovation") in [None, row["innovation_area"]]
            and asked("lever") in [None, row["innovation_lever"]]
            and asked("stage") in [None, row["stage"]]
        )

    @cached_property
    def chosen(self):
        """Return {city: ids of its initiatives}."""
        found = defaultdict(set)
        for city in {row["city_id"] for row in self.now.initiatives.values()}:
            for row in self.log(city).initiatives.values():
                is_read = city in self.own or self.is_readable(row, self.sees_all)
                if row["city_id"] == city and is_read and self.is_asked_for(row):
                    found[city].add(row["id"])
        return found

    def published(self, city, months):
        return [month for month in months if (city, month) in self.log(city).closed]

    def is_member(self, city, month):
        return any(
            stay["city_id"] == city
            and stay["joined"] < month_after(month)
            and (stay["left"] is None or stay["left"] > month)
            for stay in self.stays
        )

    def members(self, cities, months):
        return [(city, month) for city in cities for month in months if self.is_member(city, month)]

    def is_settled(self, city, month):
        """Whether a month is published, or can no more become so since nothing was logged in it."""
        log = self.log(city)
        logged = [
            e
            for e in log.entries
            if e["city_id"] == city and e["month"] == month and e["withdrawn_at"] is None
        ]
        is_over = month_after(month) + timedelta(days=settings.MONTH_CLOSING_DAYS) <= log.day
        return (city, month) in log.closed or (is_over and not logged)

    def is_told(self, city, month):
        """Whether the quarter of a month is told to others."""
        first = start_of(month, "quarter")
        return all(self.is_settled(city, month_after(first, number)) for number in range(3))

    # Entries

    def present(self, city, months):
        """Return the entries that are not withdrawn, of what is asked for."""
        kind, body = self.question.get("kind"), self.question.get("organisation")
        return [
            entry
            for entry in self.log(city).entries
            if entry["initiative_id"] in self.chosen[city]
            and entry["month"] in months
            and entry["withdrawn_at"] is None
            and (kind is None or kind in self.kinds[entry["kind_id"]])
            and (body is None or entry["delivered_by_id"] == body)
        ]

    def is_known(self, city, months):
        is_live = city in self.own and bool(self.present(city, months))
        return is_live or bool(self.published(city, months))

    def read(self, city, months):
        """Return the confirmed entries of the months that are read."""
        months = months if city in self.own else self.published(city, months)
        return [entry for entry in self.present(city, months) if entry["confirmed_at"]]

    def told(self, city, months):
        """Return those of whole quarters only."""
        entries = self.read(city, months)
        if city in self.own:
            return entries
        return [entry for entry in entries if self.is_told(city, entry["month"])]

    def waiting(self, cities, months):
        return sum(
            entry["confirmed_at"] is None
            for city in cities
            if city in self.own
            for entry in self.present(city, months)
        )

    def population(self, city, last):
        """Return (residents, year): the latest 31 December that was over when the month ended, or None."""
        known = [
            (year, value)
            for place, year, value in self.residents
            if place == city and date(year, 12, 31) < month_after(last)
        ]
        return max(known, default=None)

    def counted(self, cities, months):
        """Return those of these cities that are in a figure: of which something is known, residents too."""
        known = [city for city in cities if self.is_known(city, months)]
        if self.code not in PER_RESIDENT:
            return known
        return [city for city in known if self.population(city, months[-1])] or known

    def span(self, cities, months):
        known = self.counted(cities, months)
        spans = [self.span_of(city, months) for city in known or cities]
        years = [self.population(city, months[-1]) for city in known if self.code in PER_RESIDENT]
        return Span(
            sum(read for read, _months, _apart in spans),
            sum(number for _read, number, _apart in spans),
            set().union(*(apart for _read, _months, apart in spans)),
            min((year for year, _residents in filter(None, years)), default=None),
        )

    def span_of(self, city, months):
        members = {month for _city, month in self.members([city], months)}
        closed = self.published(city, months)
        read = [month for month in months if month <= self.now.day] if city in self.own else closed
        reasons = {
            "outside": len(members) < len(months),
            "partial": not members <= set(read),
            "live": bool(members & set(read) - set(closed)),
        }
        return len(members & set(read)), len(members), {reason for reason, holds in reasons.items() if holds}

    # Figures

    def say(self, cities, months):
        """Return what is Said of these cities together in these months."""
        if self.code in LOG:
            return self.say_of_log(cities, months)
        if self.question.get("kind") or self.question.get("organisation"):
            return NOT_APPLICABLE
        if self.code == "months-closed":
            return self.months_closed(cities, months)
        counts = {"third-sector-partners": self.organisations, "adaptations": self.adapting}
        found = counts.get(self.code, self.money)(cities, months)
        if found == MISSING and not self.members(cities, months):
            return NOT_APPLICABLE
        return found

    def say_of_log(self, cities, months, count=None):
        """`count` is that of a part of the people; parts, too, are told by quarter."""
        by_quarter = count is not None or self.code in BY_QUARTER
        known = self.counted(cities, months)
        if not known:
            return MISSING if self.members(cities, months) else NOT_APPLICABLE
        count = count or LOG[self.code]
        if self.code in PER_RESIDENT:
            populations = [self.population(city, months[-1]) for city in known]
            if None in populations:
                return MISSING
            count = count(sum(int(residents) for _year, residents in populations))
        every = [entry for city in known for entry in self.read(city, months)]
        read = self.told if by_quarter else self.read
        entries = [entry for city in known for entry in read(city, months)]
        return count(every, entries)

    def part(self, cities, months, split, category):
        """Return how many of the people served are of one category."""
        if self.question.get("kind") or self.question.get("organisation"):
            return NOT_APPLICABLE
        name = {"sex": "sex", "age": "age_band", "citizenship": "citizenship"}[split]

        def count(every, entries):
            if every and not said(entries, "people_served"):
                return MISSING
            by_code = defaultdict(int)
            for entry in entries:
                # Nobody changes the parts of an entry here.
                for part in self.now.parts[entry["id"]]:
                    by_code[part[name]] += part["people"]
            apart = {code: by_code[code] for code in CATEGORIES[split]}
            rest = sum(said(entries, "people_served")) - sum(apart.values())
            number = apart.get(category, rest)
            return Said("", number, number)

        return self.say_of_log(cities, months, count)

    def months_closed(self, cities, months):
        if any(self.question.get(name) for name in ["area", "innovation", "lever", "stage"]):
            return NOT_APPLICABLE
        due = [
            (city, month)
            for city, month in self.members(cities, months)
            if month_after(month) + timedelta(days=settings.MONTH_CLOSING_DAYS) <= self.log(city).day
        ]
        if not due:
            return MISSING if self.members(cities, months) else NOT_APPLICABLE
        closed = sum((city, month) in self.log(city).closed for city, month in due)
        return quotient(closed, len(due), 100)

    def money(self, cities, months):
        years = {month.year for month in months}
        lines = [
            line
            for city in cities
            for line in self.log(city).lines
            if line["initiative_id"] in self.chosen[city]
            and line["year"] in years
            and line["basis"] == self.question.get("basis", "budgeted")
        ]
        recurring = [line for line in lines if line["recurring"]]
        return MONEY[self.code](self.paid(lines), self.paid(recurring)) if lines else MISSING

    def paid(self, lines):
        """Return {who pays: EUR}, by the uppermost codes of the sources."""
        found = defaultdict(Decimal)
        for line in lines:
            found[self.sources[line["funding_source_id"]]] += line["amount"]
        return found

    def organisations(self, cities, months):
        if not any(self.chosen[city] for city in cities):
            return MISSING
        first, end = months[0], month_after(months[-1])
        found = {
            partner["organisation_id"]
            for city in cities
            for partner in self.log(city).partners
            if partner["initiative_id"] in self.chosen[city]
            and (partner["since"] is None or partner["since"] < end)
            and (partner["until"] is None or partner["until"] >= first)
        }
        return Said("", len(found), len(found))

    def adapting(self, cities, months):
        """What others adapted is known from the release, their own city's as well."""
        if not any(self.chosen[city] for city in cities):
            return MISSING
        found = set()
        for row in self.then.initiatives.values():
            origin = self.now.initiatives.get(row["adapted_from_id"])
            if origin is None or origin["city_id"] == row["city_id"]:
                continue
            is_ours = origin["city_id"] in cities and origin["id"] in self.chosen[origin["city_id"]]
            if is_ours and self.is_readable(row, self.sees_all):
                found.add(row["city_id"])
        return Said("", len(found), len(found))
