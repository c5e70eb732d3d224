"""Somebody who asks the dashboard for much, keeps each answer, and reckons."""

import csv
import re
from collections import Counter, defaultdict
from functools import cached_property
from io import StringIO
from itertools import combinations, product
from urllib.parse import urlencode

from django.urls import reverse

from tests.bodies import organisation
from tests.evaluation.reckoning import SMALL, Figure, Unknown
from tests.evaluation.small_numbers import BODIES, MONTHS, NAMES, SPLITS
from tests.page_text import cells_of
from tests.places import CITIES

SLUGS = {CITIES[slug]["name"]: slug for slug in BODIES}
QUARTERS = ["2025-Q1", "2025-Q2"]
FILTERS = {"area", "lever", "stage", "kind", "organisation", "city"}
MONEY = ["cost of people", "other cost"]
COST = dict.fromkeys(MONEY, 1)
# {indicator: what it counts}, and of those that are divided what they are divided by.
COUNTS = {
    "people-served": {"served": 1},
    "new-people": {"new": 1},
    "households": {"households": 1},
    "contacts": {"contacts": 1},
    "delivery-cost": COST,
}
SHARES = {
    "new-share": ({"new": 1}, {"asked": 1}),
    "elsewhere-share": ({"elsewhere": 1}, {"asked elsewhere": 1}),
    "cost-per-person": ({"cost of people": 1}, {"of cost": 1}),
}


def without(whole, *parts):
    return {whole: 1} | dict.fromkeys(parts, -1)


# Two parts that are told apart: eleven more and eight fewer are three more to everybody.
NOT_KNOWN_ELSEWHERE = without("served", "elsewhere")
REST = {split: without("served", *codes) for split, codes in SPLITS.items()}
# {kind: what is counted of it}. Nobody is counted in any of these who is not counted in the whole.
KINDS = {
    "served": [{"served": 1}],
    "new": [{"new": 1}, without("asked", "new"), without("served", "asked"), without("served", "new")],
    "elsewhere": [
        {"elsewhere": 1},
        without("asked elsewhere", "elsewhere"),
        without("served", "asked elsewhere"),
        NOT_KNOWN_ELSEWHERE,
    ],
    "of cost": [{"of cost": 1}, without("served", "of cost")],
    "households": [{"households": 1}],
    "contacts": [{"contacts": 1}],
} | {split: [*({code: 1} for code in codes), REST[split]] for split, codes in SPLITS.items()}
TOLD_BY_MONTH = {"served", "households", "contacts"}
NEVER_NEGATIVE = [sides for kind in KINDS.values() for sides in kind if -1 in sides.values()]
MEASURES = [*dict.fromkeys(measure for kind in KINDS.values() for sides in kind for measure in sides), *MONEY]


class Attacker:
    """`truth` is {Unknown: number}, for the one who looks whether they are right."""

    def __init__(self, world, told):
        self.told = told
        self.numbers_read, self.mistaken, self.pairs = Counter(), Counter(), set()
        self.places = {project.pk: world.places_of(project) for project in world.projects}
        self.bodies = {str(organisation(name).public_id): name for name in NAMES}
        self.brought = set(self.months_brought())
        self.lasts = dict(self.last_brought())
        self.counts = {(release.number, place): n for release in told for place, n in release.truth.items()}
        self.truth = {
            Unknown(release.number, place, measure): release.truth.get(place, Counter())[measure]
            for release in told
            for places in self.places.values()
            for place in places
            if (release.number, place.initiative, place.month) in self.brought
            for measure in MEASURES
        }

    def months_brought(self):
        """Yield (release, initiative, month): which months a release brought or corrected is on its page."""
        for release in self.told:
            for initiative, chosen_by in release.initiatives.items():
                for month in release.brought[chosen_by["city"]]:
                    yield release.number, initiative, month

    def ask(self, client, query, read, is_public=False):
        """Return the Figures of an answer of each release, as far as they are as things stood then."""
        found, filters = [], frozenset((name, query[name]) for name in FILTERS & query.keys())
        if len(filters) == 2:
            self.pairs.add(filters)
        for release in self.told:
            rows = read(client, query | {"release": release.number})
            for seen in self.seen(release, query, is_public):
                figures = list(self.figures(release, query, rows, seen))
                held = [figure for figure in figures if figure.holds(self.truth)]
                self.numbers_read[query["indicator"]] += len(held)
                self.mistaken[release.number] += 0 if is_public else len(figures) - len(held)
                found += held
        return found

    def seen(self, release, query, is_public):
        """Yield the initiatives of which an answer may tell.

        To the public, those published then that still are. The money of a city is summed of those that were
        published when it was first told, and nobody has to guess which: the others would not add up.
        """
        if is_public:
            shown = [published(told) for told in self.told]
            yield published(release) & shown[-1]
            if query["indicator"] == "delivery-cost":
                yield from shown
        else:
            yield release.initiatives.keys()

    def figures(self, release, query, rows, seen):
        for row in rows:
            places = list(self.places_of(release, query, row, seen))
            for sides, lower, upper in numbers_in(row, query.get("split")):
                if terms := self.terms(release, places, sides):
                    yield Figure(terms, lower, upper)

    def places_of(self, release, query, row, seen):
        """Yield the places that a row is about, whether or not anybody was served there."""
        months, body = months_of(row["period"]), self.bodies.get(query.get("organisation"))
        for initiative in seen:
            chosen_by = release.initiatives[initiative]
            fits = all(chosen_by[name] == query[name] for name in chosen_by.keys() & query.keys())
            if fits and SLUGS.get(row["city"]) in (None, chosen_by["city"]):
                for place in self.places[initiative]:
                    is_asked = place.month in months and place.kind.startswith(query.get("kind", ""))
                    if is_asked and body in (None, place.body):
                        yield place

    def terms(self, release, places, sides):
        found = defaultdict(int)
        for place in places:
            if number := self.lasts.get((release.number, place.initiative, place.month)):
                for measure, factor in sides.items():
                    found[Unknown(number, place, measure)] += factor
        return frozenset(found.items())

    def last_brought(self):
        """Yield the last release, up to one, in which a month of an initiative can have been changed."""
        for number, initiative, month in sorted(self.brought):
            for release in self.told:
                if number <= release.number:
                    yield (release.number, initiative, month), number

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

    def secrets(self, kind, but=None):
        """Return the small counts of each part of an initiative and time, and their small changes.

        `but` leaves out those in which a body has a part, which knows them. Of what is told by month no
        changes of a quarter: of seventeen more and thirteen less, both told, everybody knows the sum.
        """
        parts = [part for part in self.parts if all(place.body != but for place in part)]
        return self.sums(KINDS[kind], parts, lambda number: abs(number) in SMALL, kind in TOLD_BY_MONTH)

    def amounts(self, but=None):
        """Return what each organisation received of each part, and how much more or less it became."""
        parts = [
            [place for place in part if place.body == body]
            for part in self.parts
            for body in NAMES
            if body != but
        ]
        return self.sums([COST], filter(None, parts), bool)

    def sums(self, kinds, parts, is_meant, is_by_month=False):
        """Return what is counted of each part in each release, and its change, where the number is meant."""
        found = []
        for part in parts:
            numbers = [self.counted(release, part) for release in self.told]
            has_changes = not is_by_month or len({place.month for place in part}) == 1
            for sides in kinds:
                sums = [sum(n * counts[name] for name, n in sides.items()) for counts in numbers]
                releases = list(zip(self.told, sums, strict=True))
                found += [self.terms(told, part, sides) for told, number in releases if is_meant(number)]
                if has_changes and sides is not NOT_KNOWN_ELSEWHERE:
                    found += [
                        self.change(part, sides, before, now)
                        for (before, fewer), (now, more) in combinations(releases, 2)
                        if is_meant(more - fewer)
                    ]
        return list(dict.fromkeys(found))

    def counted(self, release, part):
        found = Counter()
        for place in part:
            number = self.lasts.get((release.number, place.initiative, place.month))
            found.update(self.counts.get((number, place), {}))
        return found

    def change(self, part, sides, before, now):
        found = Counter(dict(self.terms(now, part, sides)))
        found.subtract(dict(self.terms(before, part, sides)))
        return frozenset((unknown, factor) for unknown, factor in found.items() if factor)

    @cached_property
    def parts(self):
        """The places of each month and quarter of an initiative, and of its kinds and bodies."""
        groups = defaultdict(list)
        for place in (place for places in self.places.values() for place in places):
            for when in [place.month, (place.month.month + 2) // 3]:
                for kind, body in product(["", place.kind], [None, place.body]):
                    groups[place.initiative, when, kind, body].append(place)
        return list(groups.values())


def published(told):
    return {initiative for initiative, chosen_by in told.initiatives.items() if chosen_by["published"]}


def from_csv(client, query):
    return list(csv.DictReader(StringIO(answer("csv", client, query).getvalue().decode())))


def from_json(client, query):
    return [
        {name: "" if value is None else str(value) for name, value in row.items()}
        for row in answer("json", client, query).json()["figures"]
    ]


def from_page(client, query):
    """The rows of the tables of a page: by month or by quarter, and of the categories of the whole time."""
    page = answer("show", client, query).text
    periods = [f"{month:%Y-%m}" for month in MONTHS] if query["by"] == "month" else QUARTERS
    whole = f"{query['from']}/{query['to']}"
    rows = rows_of_table(page, "dashboard-caption", [(period, "") for period in [*periods, whole]])
    if split := query.get("split"):
        rows += rows_of_table(
            page, "categories-caption", [(whole, code) for code in [*SPLITS[split], "rest"]]
        )
    return [row | {"indicator": query["indicator"]} for row in rows]


def rows_of_table(page, caption, columns):
    _heading, *rows = cells_of(page, caption)
    return [
        {"city": city, "period": period, "category": category, "known": "", **read_cell(cell)}
        for city, *cells in rows
        for (period, category), cell in zip(columns, cells, strict=True)
    ]


def read_cell(cell):
    numbers = [number.replace(",", "") for number in re.findall(r"[0-9][0-9,.]*", cell)]
    lower = numbers[0] if numbers and "at most" not in cell else ""
    upper = numbers[-1] if numbers and "at least" not in cell else ""
    state = "s" if cell.startswith("not shown") else "" if numbers else "m"
    return {"lower": lower, "upper": upper, "state": state}


def answer(name, client, query):
    address = f"{reverse(f'dashboard:{name}')}?{urlencode(query)}"
    response = client.get(address, headers={"accept-language": "en"})
    assert response.status_code == 200, response.content
    return response


def numbers_in(row, split):
    """Yield ({measure: factor}, lower end, upper end) of what a row tells."""
    code = row["indicator"]
    if code in SHARES:
        for sides, name in zip(SHARES[code], ["numerator", "denominator"], strict=True):
            if row[name]:
                yield sides, float(row[name]), float(row[name])
            elif row["state"] == "m" and row["known"] and name == "denominator":
                yield sides, 0, 0
        return
    sides = sides_of(code, split, row["category"])
    if row["state"] == "s":
        yield sides, float(row["lower"] or 0), float(row["upper"] or "inf")
    elif row["state"] == "":
        # Of different persons only a range is told; its upper end is the sum.
        yield sides, float(row["upper"]), float(row["upper"])
    elif row["state"] == "m" and row["known"]:
        yield sides, 0, 0


def sides_of(code, split, category):
    if not category:
        return COUNTS[code]
    return REST[split] if category == "rest" else {category: 1}


def months_of(code):
    """Return the months of a period as files write it."""
    first, _slash, last = code.partition("/")
    if "Q" in code:
        return [month for month in MONTHS if (month.month + 2) // 3 == int(code[-1])]
    return [month for month in MONTHS if first <= f"{month:%Y-%m}" <= (last or first)]
