"""Row 8: any list page on a log of many rows, against the same page on one of few."""

from datetime import date
from typing import NamedTuple

from django.test import Client
from django.urls import reverse

from cities.models import City
from initiatives.keyset import write_cursor
from initiatives.models import Initiative, Intervention, InterventionKind
from thirdsector.models import Organisation
from will_portal.accounts.models import User
from will_portal.local.bench.explain import explain, title
from will_portal.local.bench.generator import KINDS
from will_portal.local.bench.measure import Statements, compared, in_turns, seconds

TRIES = 40
TARGET = 1.5
FEW = 5_000
# In the middle of the time that the log covers: half of it is newer.
DEEP = date(2024, 4, 1)


class Page(NamedTuple):
    name: str
    person: str
    url: str


def log(**asked):
    return reverse("log:list", query=asked)


def pages():
    """The pages as they are addressed in the present database."""
    city = City.objects.order_by("cadastral_code").first()
    staff, partner = f"staff-{city.slug}-0@bench.example", "representative-0@bench.example"
    initiative = Initiative.objects.get(code="BENCH-0000").public_id
    body = Organisation.objects.get(name="Cooperativa di misura 000").public_id
    kinds = InterventionKind.objects.usable().order_by("code").values_list("code", flat=True)
    common, rare = kinds[0], kinds[KINDS - 1]
    deep = write_cursor(Intervention.objects.filter(city=city, day__lt=DEEP).order_by("-day", "-pk")[0])
    return [
        Page("the log of a city, first page", staff, log()),
        Page("the log of a city, in the middle", staff, log(older=deep)),
        Page("a common kind", staff, log(kind=common)),
        Page("a rare kind", staff, log(kind=rare)),
        Page("a rare kind of an initiative", staff, log(kind=rare, initiative=initiative)),
        Page("to be confirmed", staff, log(state="waiting")),
        Page("withdrawn", staff, log(state="withdrawn")),
        Page("an initiative", staff, log(initiative=initiative)),
        Page("an initiative, in the middle", staff, log(initiative=initiative, older=deep)),
        Page("an organisation, for the city", staff, log(body=body)),
        Page("an organisation, for itself", partner, log()),
        Page("the page to confirm from", staff, reverse("log:to_confirm")),
        Page("the months of a city", staff, reverse("log:months")),
        Page("the public list of initiatives", "", reverse("initiatives:list")),
        Page("the directory of organisations", "", reverse("thirdsector:list")),
    ]


class Visit:
    """Somebody before a page of one side, signed in; made while that side is used."""

    def __init__(self, side, page):
        self.side, self.url, self.client = side, page.url, Client()
        if page.person:
            self.client.force_login(User.objects.get(email=page.person))

    def __call__(self):
        with self.side.used():
            return seconds(self.open)

    def explain(self):
        with self.side.used(), Statements().watched() as statements:
            self.open()
        title(f"{self.url}, {self.side.rows:,} rows")
        with self.side.used():
            for _taken, statement, params in statements.sent:
                if statement.startswith("SELECT"):
                    explain(statement, params)

    def open(self):
        answer = self.client.get(self.url)
        if answer.status_code != 200:
            raise AssertionError(f"{self.url} answers {answer.status_code}")


def compare(few, many, show):
    """Yield a line for each page, medians of its server time in turns on both sides."""
    visits = []
    for side in (many, few):
        with side.used():
            visits.append([(page.name, Visit(side, page)) for page in pages()])
    for (name, ours), (_same, others) in zip(*visits, strict=True):
        if show:
            ours.explain(), others.explain()
        work, against = f"{name}, {many.rows:,} rows", f"the same, {few.rows:,} rows"
        yield compared(8, work, against, in_turns(ours, others, TRIES), TARGET)
