"""Two cities whose log is full of small numbers: closed and told, then corrected and told again.

What is true is read from the log itself, not from its sums: {place: Counts} after each release.
"""

from collections import defaultdict
from datetime import date
from itertools import product
from typing import NamedTuple

from django.utils import timezone

from cities.models import City
from evaluation.releases import make_release
from evaluation.updating import roll_up
from initiatives.actions.months import close_month, reopen_month
from initiatives.codes import InnovationLever
from initiatives.models import Intervention, InterventionPeople, MonthClosing, Partner
from tests.bodies import organisation
from tests.places import key
from tests.projects import initiative, kind
from thirdsector.codes import UserArea

MONTHS = [date(2025, month, 1) for month in range(1, 7)]
JANUARY, FEBRUARY, MARCH, APRIL, MAY, JUNE = MONTHS
# By each of these pairs one initiative is chosen, of some in each city.
PAIRS = [
    {"area": area.value, "lever": lever.value}
    for area, lever in product(list(UserArea)[:5], list(InnovationLever)[:6])
]
BODIES = {"parma": "cooperativa", "verona": "associazione"}
KINDS = ["A4", "B1"]
# What each city had not closed yet at the first release, and what it opened again after it.
LATE = {"parma": [APRIL], "verona": [JUNE]}
CLOSED_FIRST = {slug: [month for month in MONTHS if month not in LATE[slug]] for slug in LATE}
REOPENED = {"parma": [JANUARY, MAY], "verona": [FEBRUARY, MARCH]}
UNTOLD = {"age_band": "ND", "citizenship": "ND"}


class Place(NamedTuple):
    """What is counted together at the finest; `body` is empty where the city itself delivers."""

    initiative: int
    month: date
    kind: str
    body: str


class Counts(NamedTuple):
    """People served, the new ones, those of entries that know who is new, women and men."""

    served: int = 0
    new: int = 0
    asked: int = 0
    women: int = 0
    men: int = 0


class Told(NamedTuple):
    """A release, {(place): Counts} as they were then, and how each initiative could be chosen."""

    number: int
    truth: dict
    initiatives: dict


class World:
    """`initiatives` is {pk: {"city": ..., "area": ..., "lever": ..., "stage": ...}}."""

    def __init__(self, cast, lots, pairs):
        self.cast, self.lots = cast, lots
        self.kinds = {code: kind(code) for code in KINDS}
        self.bodies = {name: organisation(name) for name in BODIES.values()}
        self.initiatives = {}
        self.projects = []
        self.partners = set()
        for number, pair in enumerate(pairs):
            for slug in BODIES if number % 5 == 0 else [list(BODIES)[number % 2]]:
                self.add(slug, **pair)

    def add(self, slug, area, lever):
        stage = self.lots.choice(["experiment", "evaluation"])
        code = f"{slug[:2].upper()}-2025-{len(self.projects) + 1:02}"
        project = initiative(
            slug, code=code, public_id=key(code), user_areas=[area], innovation_lever=lever, stage=stage
        )
        if len(self.projects) % 2:
            self.partners.add(project.pk)
            body = self.bodies[BODIES[slug]]
            Partner.objects.create(initiative=project, organisation=body, role="implementer")
        self.initiatives[project.pk] = {"city": slug, "area": area, "lever": lever, "stage": stage}
        self.projects.append(project)

    def places_of(self, project):
        bodies = ["", BODIES[project.city.slug]] if project.pk in self.partners else [""]
        return [Place(project.pk, month, code, body) for month in MONTHS for code in KINDS for body in bodies]

    @property
    def places(self):
        return [place for project in self.projects for place in self.places_of(project)]

    def log(self):
        self.entries = []
        for project in self.projects:
            # Some initiatives are small, most have small months, and some have small parts only.
            usual, rare = self.lots.choice([((1, 6), 0.3), ((3, 20), 0.3), ((8, 30), 0.08)])
            shares = self.lots.choice([0.9, 0.4]), self.lots.choice([0.8, 0.2, 0])
            for place in self.places_of(project):
                if self.lots.random() < shares[0] * (shares[1] if place.body else 1):
                    span = usual if self.lots.random() > rare else (1, 4)
                    self.entries.append(self.entry(project, place, span))
        tell_apart(Intervention.objects.bulk_create(self.entries), self.lots)

    def entry(self, project, place, span):
        served = self.lots.randint(*span)
        by = getattr(self.cast, f"{project.city.slug}_staff")
        return Intervention(
            initiative=project,
            city=project.city,
            kind=self.kinds[place.kind],
            delivered_by=self.bodies.get(place.body),
            day=place.month.replace(day=9),
            people_served=served,
            new_people=self.lots.choice([None, 0, served, *[self.lots.randint(0, served)] * 3]),
            entered_by=by,
            confirmed_by=by,
            confirmed_at=timezone.now(),
        )

    def correct(self):
        """Change some entries of the months that are open again."""
        corrected = [
            saved
            for saved in self.entries
            if saved.day.replace(day=1) in REOPENED[saved.city.slug] and self.lots.random() < 0.4
        ]
        InterventionPeople.objects.filter(intervention__in=corrected).delete()
        for saved in corrected:
            change = self.lots.choice([-20, -6, -5, -2, -1, 0, 1, 2, 5, 7, 20])
            served = max(0, saved.people_served + change)
            new = [None, self.lots.randint(0, served), min(saved.new_people or 0, served)]
            saved.people_served, saved.new_people = served, self.lots.choice(new)
            saved.version += 1
        Intervention.objects.bulk_update(corrected, ["people_served", "new_people", "version"])
        tell_apart(corrected, self.lots)

    def move(self):
        """Some initiatives are chosen by something else from now on."""
        for project in self.lots.sample(self.projects, len(self.projects) // 4):
            stage = self.lots.choice(["adopted", "stopped"])
            type(project).objects.filter(pk=project.pk).update(stage=stage)
            self.initiatives[project.pk] = self.initiatives[project.pk] | {"stage": stage}

    def close(self, months):
        for slug, some in months.items():
            for month in some:
                by = getattr(self.cast, f"{slug}_lead")
                close_month(city=City.objects.get(slug=slug), month=month, by=by)

    def reopen(self):
        for slug, months in REOPENED.items():
            for closing in MonthClosing.objects.in_force().filter(city__slug=slug, month__in=months):
                reopen_month(closing=closing, reason="Late.", by=getattr(self.cast, f"{slug}_lead"))

    def told(self, published):
        """Sum what is closed and make the release of the night; only what is published is counted as told."""
        roll_up()
        release = make_release()
        truth = {
            place: counts
            for place, counts in counted().items()
            if place.month in published[self.initiatives[place.initiative]["city"]]
        }
        return Told(release.number, truth, dict(self.initiatives))

    def tell_twice(self):
        self.log()
        self.close(CLOSED_FIRST)
        before = self.told(CLOSED_FIRST)
        self.reopen()
        self.correct()
        self.move()
        self.close(REOPENED)
        self.close(LATE)
        return [before, self.told(dict.fromkeys(BODIES, MONTHS))]


def tell_apart(entries, lots):
    """Say of some entries who are women and who men; of some only in part."""
    parts = []
    for saved in entries:
        served = saved.people_served
        women = lots.choice([0, served, lots.randint(0, served)])
        men = served - women if lots.random() < 0.7 else 0
        parts += [
            InterventionPeople(intervention=saved, sex=sex, people=people, **UNTOLD)
            for sex, people in [("F", women), ("M", men)]
            if people
        ]
    InterventionPeople.objects.bulk_create(parts)


def counted():
    """Return {place: Counts} of the log as it stands."""
    found = defaultdict(lambda: [0] * len(Counts._fields))
    names = {organisation(name).pk: name for name in BODIES.values()}
    codes = {kind(code).pk: code for code in KINDS}
    for saved in Intervention.objects.prefetch_related("breakdown"):
        place = Place(
            saved.initiative_id,
            saved.day.replace(day=1),
            codes[saved.kind_id],
            names.get(saved.delivered_by_id, ""),
        )
        told = {part.sex: part.people for part in saved.breakdown.all()}
        asked = saved.people_served if saved.new_people is not None else 0
        counts = saved.people_served, saved.new_people or 0, asked, told.get("F", 0), told.get("M", 0)
        found[place] = [a + b for a, b in zip(found[place], counts, strict=True)]
    return {place: Counts(*counts) for place, counts in found.items()}
