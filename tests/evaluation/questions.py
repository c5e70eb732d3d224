"""Fifty questions to the dashboard, and what answers them."""

import csv
import json
from datetime import date
from decimal import Decimal
from io import StringIO
from random import Random

from django.urls import reverse

from tests.bodies import organisation
from tests.evaluation.dashboard_recount import CATEGORIES, Recount
from tests.evaluation.recount_definitions import LOG, MONEY
from tests.evaluation.recount_rows import asked_for, month_after, months_of
from tests.places import city

CODES = [*LOG, *MONEY, "third-sector-partners", "adaptations", "months-closed"]
VIEWS = ["panels", "ranking", "heatmap", "map", "table"]
# Who asks, with what they read: their own city as it stands, and of others what is not published.
READERS = {"anonymous": (None, False), "researcher": (None, True), "parma_lead": ("parma", True)}
MONTHS = months_of(date(2025, 6, 1), date(2026, 5, 1))
FILTERS = {
    "area": ["FAM", "POV", "ELD", "DIS"],
    "innovation": ["COM", "ANZ", "MIN"],
    "lever": ["RICSOC", "NUDGE"],
    "stage": ["experiment", "adopted", "design"],
    "kind": ["A", "A4", "A4-PSW", "B1"],
    "organisation": ["cooperativa", "associazione"],
}
MARKS = {"s": "not shown", "m": "– no data", "n": "n/a not applicable"}
DRAWN = {"s": "not shown", "m": "–", "n": "n/a"}


def question(number):
    """Return (who asks, what an address asks); each indicator is asked for by several readers."""
    random, code = Random(number), CODES[number % len(CODES)]
    first, last = sorted(random.choice(MONTHS) for _ in range(2))
    asked = {"indicator": code, "from": f"{first:%Y-%m}", "to": f"{last:%Y-%m}"}
    asked |= {"by": random.choice(["month", "quarter", "year"]), "view": VIEWS[number % len(VIEWS)]}
    if random.random() < 0.4:
        asked["city"] = random.choice(["parma", "verona"])
    if random.random() < 0.6:
        name = random.choice(list(FILTERS))
        asked[name] = random.choice(FILTERS[name])
    if code in MONEY:
        asked["basis"] = random.choice(["budgeted", "committed", "paid"])
    if code == "people-served":
        # Of one kind or organisation, people are not told apart.
        asked = {name: value for name, value in asked.items() if name not in {"kind", "organisation"}}
        view = random.choice(["breakdown", "panels"])
        asked |= {"split": list(CATEGORIES)[number // len(CODES)], "view": view}
    if random.random() < 0.15:
        asked["release"] = "1"
    return list(READERS)[(number + 2 * (number // len(CODES))) % len(READERS)], asked


QUESTIONS = [question(number) for number in range(50)]
# Of everything, since what is narrowed down may begin lower.
RANGES = [
    ("researcher", {"indicator": "people-reached", "from": "2025-01", "to": "2025-12", "by": by})
    for by in ["month", "quarter"]
]


class Reading:
    """A question and all that answers it, asked for at once: nothing here asks the database later."""

    def __init__(self, logs, reader, asked, client):
        self.reader, self.asked, self.client = reader, asked, client
        self.cities = [city(slug) for slug in ("parma", "verona") if asked.get("city", slug) == slug]
        own, sees_all = READERS[reader]
        self.own = {city(own).pk} if own and "release" not in asked else set()
        body = organisation(asked["organisation"]) if "organisation" in asked else None
        self.given = asked | ({"organisation": str(body.public_id)} if body else {})
        counted = asked | ({"organisation": body.pk} if body else {})
        self.recount = Recount(counted, *logs, self.own, sees_all)
        self.page, self.json = self.get("show"), self.get("json").json()["figures"]
        self.answer = self.page.context["answer"]
        self.rows = list(csv.DictReader(StringIO(self.get("csv").getvalue().decode())))
        self.drawing = json.loads(self.get("svg").content)

    def get(self, name):
        url = reverse(f"dashboard:{name}")
        response = self.client.get(url, self.given, headers={"accept-language": "en"})
        assert response.status_code == 200
        return response

    @property
    def periods(self):
        first, last = (date.fromisoformat(f"{self.asked[name]}-01") for name in ["from", "to"])
        is_own = all(one.pk in self.own for one in self.cities)
        return asked_for(self.asked["indicator"], first, last, self.asked["by"], is_own)

    @property
    def whole(self):
        return [month for months in self.periods for month in months]

    @property
    def before(self):
        """As many months before."""
        whole = self.whole
        return months_of(month_after(whole[0], -len(whole)), month_after(whole[0], -1))

    @property
    def filters(self):
        """What a file is to say that its figures are restricted to."""
        return [f"{name}={self.given[name]}" for name in [*FILTERS, "basis"] if name in self.given]

    @property
    def figures(self):
        """Return [(cities, months, Figure)] of all that is answered but the breakdown."""
        answer, periods, every = self.answer, self.periods, [one.pk for one in self.cities]
        whole, before = self.whole, self.before
        pairs = list(zip(answer.periods, periods, strict=True))
        return [
            *(([pk], months, answer.cells[pk, period]) for pk in every for period, months in pairs),
            *(([pk], whole, answer.totals[pk]) for pk in every),
            *(([pk], before, answer.before[pk]) for pk in every),
            *((every, months, answer.network[period]) for period, months in pairs),
            (every, whole, answer.overall),
        ]


def written(row):
    """Return the number or range of a row of the CSV as a page in English writes it."""
    low, high = (row[name] and spell(row[name]) for name in ["lower", "upper"])
    if low == high:
        return low
    if not high:
        return f"at least {low}"
    return f"{low}–{high}" if low else f"at most {high}"


def spell(number):
    return f"{Decimal(number):,}"


def is_apart(row):
    return not row["state"] and bool({"outside", "partial", "live"} & set(row["apart"].split()))


def in_table(row):
    said = ", ".join(filter(None, [MARKS.get(row["state"]), written(row)]))
    return f"{said} *" if is_apart(row) else said


def drawn(row):
    """Return the mark that stands in a picture for a row."""
    return DRAWN.get(row["state"]) or written(row)


def by_city(rows):
    found = {}
    for row in rows:
        found.setdefault(row["city"], []).append(row)
    return found
