"""Two cities whose log is full of small numbers: closed and told, then corrected and told again and again.

What is true is read from the log itself, not from its sums: {place: Counter of measures} after each release.
"""

from collections import Counter, defaultdict
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
AREAS, LEVERS = list(UserArea)[:3], list(InnovationLever)[:3]
# By each of these pairs one initiative of each city is chosen.
PAIRS = [{"area": area.value, "lever": lever.value} for area, lever in product(AREAS, LEVERS)]
# Who delivers beside the city: nobody in some initiatives, the first in others, all of them in the rest.
BODIES = {
    "parma": ["cooperativa", "associazione"],
    "verona": ["associazione", "cooperativa", "senza rappresentante"],
}
NAMES = ["cooperativa", "associazione", "senza rappresentante"]
# Euro of an entry of the city and of one of an organisation; in one initiative of four the latter are most.
COSTS = {False: ((200, 600), (10, 200)), True: ((10, 50), (400, 900))}
MOSTLY_OTHERS = [1, 3]
KINDS = ["A4", "B1"]
# What each city had not closed yet at the first release.
LATE = {"parma": [APRIL], "verona": [JUNE]}
CLOSED_FIRST = {slug: [month for month in MONTHS if month not in LATE[slug]] for slug in LATE}
REOPENED = {"parma": [JANUARY, MAY], "verona": [FEBRUARY, MARCH]}
# Before each later release: what each city opens again, and what it closes. April of Parma stays open once.
LATER = [
    (REOPENED, {slug: [*REOPENED[slug], *LATE[slug]] for slug in LATE}),
    ({"parma": [JANUARY, APRIL], "verona": [MARCH, JUNE]}, {"parma": [JANUARY], "verona": [MARCH, JUNE]}),
    ({"parma": [MAY], "verona": [MARCH]}, {"parma": [APRIL, MAY], "verona": [MARCH]}),
]
SPLITS = {
    "sex": ["F", "M"],
    "age": ["0-17", "18-29", "30-54", "55-64", "65-74", "75+"],
    "citizenship": ["ITL", "FRGAPO"],
}
FIELDS = {"sex": "sex", "age": "age_band", "citizenship": "citizenship"}
UNRECORDED = {"sex": "X", "age": "ND", "citizenship": "ND"}
COUNTED = ["people_served", "new_people", "living_elsewhere", "households", "contacts", "cost"]


class Place(NamedTuple):
    """What is counted together at the finest; `body` is empty where the city itself delivers."""

    initiative: int
    month: date
    kind: str
    body: str


class Told(NamedTuple):
    """A release, {(place): Counter} as they were then, how each initiative could be chosen, and the months
    of each city that the release brought or corrected.
    """

    number: int
    truth: dict
    initiatives: dict
    brought: dict


class World:
    """`initiatives` is {pk: {"city": ..., "area": ..., "lever": ..., "stage": ..., "published": ...}}."""

    def __init__(self, cast, lots, pairs):
        self.cast, self.lots = cast, lots
        self.kinds = {code: kind(code) for code in KINDS}
        self.bodies = {name: organisation(name) for name in NAMES}
        self.initiatives = {}
        self.projects = []
        self.partners = defaultdict(list)
        for number, pair in enumerate(pairs):
            for slug in BODIES:
                self.add(number, slug, **pair)

    def add(self, number, slug, area, lever):
        stage = self.lots.choice(["experiment", "evaluation"])
        code = f"{slug[:2].upper()}-2025-{number + 1:02}"
        project = initiative(
            slug,
            code=code,
            public_id=key(code),
            user_areas=[area],
            innovation_lever=lever,
            stage=stage,
            published_at=timezone.now() if number % 3 else None,
        )
        for name in BODIES[slug][: [1, 3, 0, 1][number % 4]]:
            self.partners[project.pk].append(name)
            Partner.objects.create(initiative=project, organisation=self.bodies[name], role="implementer")
        chosen_by = {"city": slug, "area": area, "lever": lever, "stage": stage}
        self.initiatives[project.pk] = chosen_by | {"published": bool(number % 3)}
        self.projects.append(project)

    def places_of(self, project):
        bodies = ["", *self.partners.get(project.pk, [])]
        return [Place(project.pk, month, code, body) for month in MONTHS for code in KINDS for body in bodies]

    def log(self):
        self.entries = []
        for project in self.projects:
            # Some initiatives are small, most have small months, and some have small parts only.
            usual, rare = self.lots.choice([((1, 6), 0.3), ((3, 20), 0.3), ((8, 30), 0.08)])
            shares = self.lots.choice([0.9, 0.4]), self.lots.choice([0.9, 0.6, 0.1])
            for place in self.places_of(project):
                if self.lots.random() < shares[0] * (shares[1] if place.body else 1):
                    span = usual if self.lots.random() > rare else (1, 4)
                    self.entries.append(self.entry(project, place, span))
        tell_apart(Intervention.objects.bulk_create(self.entries), self.lots)

    def entry(self, project, place, span):
        by = getattr(self.cast, f"{project.city.slug}_staff")
        return Intervention(
            initiative=project,
            city=project.city,
            kind=self.kinds[place.kind],
            delivered_by=self.bodies.get(place.body),
            day=place.month.replace(day=9),
            entered_by=by,
            confirmed_by=by,
            confirmed_at=timezone.now(),
            **self.measures(self.lots.choice([None, *[self.lots.randint(*span)] * 15]), span),
            cost=self.cost(project, place.body),
        )

    def measures(self, served, span):
        others = [None, 0, *[self.lots.randint(*span)] * 3]
        return {
            "people_served": served,
            "new_people": self.part_of(served),
            "living_elsewhere": self.part_of(served),
            "households": self.lots.choice(others if served is not None else [span[0]]),
            "contacts": self.lots.choice(others),
        }

    def part_of(self, served):
        if served is None:
            return None
        return self.lots.choice([None, 0, served, *[self.lots.randint(0, served)] * 3])

    def cost(self, project, body):
        costs = COSTS[self.projects.index(project) % 8 in MOSTLY_OTHERS]
        return self.lots.choice([None, *[self.lots.randint(*costs[bool(body)])] * 5])

    def correct(self, opened):
        """Change some entries of the months that are open again."""
        corrected = [
            saved
            for saved in self.entries
            if saved.day.replace(day=1) in opened[saved.city.slug] and self.lots.random() < 0.4
        ]
        InterventionPeople.objects.filter(intervention__in=corrected).delete()
        for saved in corrected:
            change = self.lots.choice([-20, -6, -5, -2, -1, 0, 1, 2, 5, 7, 20])
            served = max(0, (saved.people_served or 0) + change)
            values = self.measures(served, (max(1, served - 3), served + 3))
            new_cost = self.cost(saved.initiative, saved.delivered_by)
            values |= {"cost": self.lots.choice([saved.cost, new_cost])}
            for name, value in values.items():
                setattr(saved, name, value)
            saved.version += 1
        Intervention.objects.bulk_update(corrected, [*COUNTED, "version"])
        tell_apart(corrected, self.lots)

    def move(self):
        """Some initiatives are chosen by something else from now on, and some are published or no more."""
        moved = self.lots.sample(self.projects, len(self.projects) // 4)
        for number, project in enumerate(moved):
            chosen_by = self.initiatives[project.pk]
            stage = self.lots.choice(["adopted", "stopped"])
            published = chosen_by["published"] != bool(number % 2)
            type(project).objects.filter(pk=project.pk).update(
                stage=stage, published_at=timezone.now() if published else None
            )
            self.initiatives[project.pk] = chosen_by | {"stage": stage, "published": published}

    def close(self, months):
        for slug, some in months.items():
            for month in some:
                by = getattr(self.cast, f"{slug}_lead")
                close_month(city=City.objects.get(slug=slug), month=month, by=by)

    def reopen(self, opened):
        for slug, months in opened.items():
            for closing in MonthClosing.objects.in_force().filter(city__slug=slug, month__in=months):
                reopen_month(closing=closing, reason="Late.", by=getattr(self.cast, f"{slug}_lead"))

    def told(self, closed):
        """Close months and make the release of the night; only what it brought is counted as told."""
        self.close(closed)
        roll_up()
        release = make_release()
        truth = {
            place: counts
            for place, counts in counted().items()
            if place.month in closed[self.initiatives[place.initiative]["city"]]
        }
        return Told(release.number, truth, dict(self.initiatives), closed)

    def tell(self, times=2):
        self.log()
        told = [self.told(CLOSED_FIRST)]
        for opened, closed in LATER[: times - 1]:
            self.reopen(opened)
            self.correct(opened)
            self.move()
            told.append(self.told(closed))
        return told


def tell_apart(entries, lots):
    """Say of some entries who the people are, by sex, age and citizenship; of some only in part."""
    InterventionPeople.objects.bulk_create(
        InterventionPeople(
            intervention=saved, people=people, **dict(zip(FIELDS.values(), codes, strict=True))
        )
        for saved in entries
        for codes, people in Counter(people_of(saved.people_served or 0, lots)).items()
    )


def people_of(served, lots):
    """Yield the codes of each person; in most entries all are of few categories."""
    usual = [
        [*lots.sample(codes, lots.choice([1, 2])), *[UNRECORDED[split]] * lots.choice([0, 0, 1])]
        for split, codes in SPLITS.items()
    ]
    for _person in range(served):
        yield tuple(map(lots.choice, usual))


def counted():
    """Return {place: Counter of measures} of the log as it stands."""
    found = defaultdict(Counter)
    names = {organisation(name).pk: name for name in NAMES}
    codes = {kind(code).pk: code for code in KINDS}
    for saved in Intervention.objects.prefetch_related("breakdown"):
        place = Place(
            saved.initiative_id,
            saved.day.replace(day=1),
            codes[saved.kind_id],
            names.get(saved.delivered_by_id, ""),
        )
        found[place].update(measured(saved))
    return found


def measured(saved):
    served, cost = saved.people_served or 0, int(saved.cost or 0)
    counts = Counter(
        {
            "served": served,
            "new": saved.new_people or 0,
            "asked": served if saved.new_people is not None else 0,
            "elsewhere": saved.living_elsewhere or 0,
            "asked elsewhere": served if saved.living_elsewhere is not None else 0,
            "households": saved.households or 0,
            "contacts": saved.contacts or 0,
            "cost of people": cost if saved.people_served is not None else 0,
            "other cost": cost if saved.people_served is None else 0,
            "of cost": served if saved.cost is not None else 0,
        }
    )
    for part in saved.breakdown.all():
        for field in FIELDS.values():
            counts[getattr(part, field)] += part.people
    return counts
