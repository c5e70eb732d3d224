"""Somebody who asks the dashboard for much, keeps each answer, and reckons."""

import csv
from collections import defaultdict
from io import StringIO
from urllib.parse import urlencode

from django.urls import reverse

from tests.evaluation.reckoning import SMALL, Figure, Unknown, value
from tests.evaluation.small_numbers import BODIES, CLOSED_FIRST, MONTHS, REOPENED, Counts
from tests.page_text import cells_of
from tests.places import CITIES

SLUGS = {CITIES[slug]["name"]: slug for slug in BODIES}
SERVED, NEW, ASKED = {"served": 1}, {"new": 1}, {"asked": 1}
NOT_NEW, NOT_ASKED = {"asked": 1, "new": -1}, {"served": 1, "asked": -1}
WOMEN, MEN, OTHERS = {"women": 1}, {"men": 1}, {"served": 1, "women": -1, "men": -1}
CATEGORIES = {"": SERVED, "F": WOMEN, "M": MEN, "rest": OTHERS}
# Nobody is counted among these who is not counted in the whole.
NEVER_NEGATIVE = [NOT_NEW, NOT_ASKED, OTHERS]
SECRETS = [SERVED, NEW, {"served": 1, "new": -1}, NOT_NEW, NOT_ASKED, WOMEN, MEN, OTHERS]


class Attacker:
    """`truth` is {Unknown: number}, for the one who looks whether they are right."""

    def __init__(self, world, told):
        self.told = told
        self.numbers_read = 0
        self.places = {project.pk: world.places_of(project) for project in world.projects}
        self.brought = set(self.months_brought())
        self.truth = {
            Unknown(release.number, place, measure): getattr(release.truth.get(place, Counts()), measure)
            for release in told
            for places in self.places.values()
            for place in places
            if (release.number, place.initiative, place.month) in self.brought
            for measure in Counts._fields
        }

    def months_brought(self):
        """Yield (release, initiative, month): which months a release brought or corrected is on its page."""
        first, second = self.told
        for initiative, chosen_by in second.initiatives.items():
            closed, opened = CLOSED_FIRST[chosen_by["city"]], REOPENED[chosen_by["city"]]
            for month in MONTHS:
                if month in closed:
                    yield first.number, initiative, month
                if month in opened or month not in closed:
                    yield second.number, initiative, month

    def ask(self, client, query, read):
        """Return the Figures of an answer of each release."""
        return [figure for release in self.told for figure in self.figures(client, release, query, read)]

    def figures(self, client, release, query, read):
        for row in read(client, query | {"release": release.number}):
            places = list(self.places_of(release, query, row))
            for sides, lower, upper in numbers_in(row):
                if terms := self.terms(release, places, sides):
                    self.numbers_read += 1
                    yield Figure(terms, lower, upper)

    def places_of(self, release, query, row):
        """Yield the places that a row is about, whether or not anybody was served there."""
        months = months_of(row["period"])
        for initiative, chosen_by in release.initiatives.items():
            fits = all(chosen_by[name] == query[name] for name in chosen_by.keys() & query.keys())
            if fits and SLUGS.get(row["city"]) in (None, chosen_by["city"]):
                for place in self.places[initiative]:
                    if place.month in months and place.kind.startswith(query.get("kind", "")):
                        yield place

    def terms(self, release, places, sides):
        found = defaultdict(int)
        for place in places:
            if number := self.brought_by(release, place):
                for measure, factor in sides.items():
                    found[Unknown(number, place, measure)] += factor
        return frozenset(found.items())

    def brought_by(self, release, place):
        """Return the last release, up to one, in which the month of a place can have been changed."""
        numbers = range(release.number, 0, -1)
        return next((n for n in numbers if (n, place.initiative, place.month) in self.brought), None)

    def known_before(self):
        """Return the Figures that say what is never negative."""
        places = dict.fromkeys((unknown.release, unknown.place) for unknown in self.truth)
        return [
            Figure(frozenset((Unknown(*place, measure), n) for measure, n in sides.items()), 0, float("inf"))
            for place in places
            for sides in NEVER_NEGATIVE
        ]

    def own_of(self, body):
        """Return the Figures that an organisation has of what it delivered itself."""
        return [
            Figure(frozenset({(unknown, 1)}), number, number)
            for unknown, number in self.truth.items()
            if unknown.place.body == body
        ]

    def secrets(self, but=None):
        """Return the small counts of each part of an initiative and month, and their small changes.

        `but` leaves out those in which a body has a part, which knows them.
        """
        found = []
        for part in self.parts(but):
            for sides in SECRETS:
                before, now = (self.terms(release, part, sides) for release in self.told)
                change = now | {(unknown, -factor) for unknown, factor in before}
                found += [before, now, change] if before and before != now else [now]
        return [terms for terms in dict.fromkeys(found) if abs(value(terms, self.truth)) in SMALL]

    def parts(self, but):
        groups = defaultdict(list)
        for place in (place for places in self.places.values() for place in places):
            for part in [place, place[:3], place[:2], (*place[:2], "by", place.body)]:
                groups[part].append(place)
        return [part for part in groups.values() if but is None or all(place.body != but for place in part)]


def from_csv(client, query):
    return list(csv.DictReader(StringIO(answer("csv", client, query).getvalue().decode())))


def from_json(client, query):
    return [
        {name: "" if value is None else str(value) for name, value in row.items()}
        for row in answer("json", client, query).json()["figures"]
    ]


def from_page(client, query):
    """The rows of the page's table, which is by month."""
    _heading, *rows = cells_of(answer("show", client, query).text, "dashboard-caption")
    periods = [*(f"{month:%Y-%m}" for month in MONTHS), "2025-01/2025-06"]
    return [
        row_of_cell(city, period, cell, query)
        for city, *cells in rows
        for period, cell in zip(periods, cells, strict=True)
    ]


def row_of_cell(city, period, cell, query):
    number = cell.rstrip(" *").replace(",", "")
    ends = {"lower": number, "upper": number} if number.isdigit() else {"lower": "", "upper": ""}
    state = "" if number.isdigit() else "s" if cell == "not shown" else "m"
    return {"city": city, "period": period, "category": "", "state": state} | ends | query


def answer(name, client, query):
    address = f"{reverse(f'dashboard:{name}')}?{urlencode(query)}"
    response = client.get(address, headers={"accept-language": "en"})
    assert response.status_code == 200, response.content
    return response


def numbers_in(row):
    """Yield ({measure: factor}, lower end, upper end) of what a row tells."""
    if row["state"] not in {"", "s"}:
        return
    if row["indicator"] == "new-share":
        for sides, name in [(NEW, "numerator"), (ASKED, "denominator")]:
            if row[name]:
                yield sides, float(row[name]), float(row[name])
    else:
        sides = NEW if row["indicator"] == "new-people" else CATEGORIES[row["category"]]
        yield sides, float(row["lower"] or 0), float(row["upper"] or "inf")


def months_of(code):
    """Return the months of a period as files write it."""
    first, _slash, last = code.partition("/")
    if "Q" in code:
        return [month for month in MONTHS if (month.month + 2) // 3 == int(code[-1])]
    return [month for month in MONTHS if first <= f"{month:%Y-%m}" <= (last or first)]
