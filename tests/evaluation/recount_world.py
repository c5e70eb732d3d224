"""Two cities with all that figures are made of, released once and changed since, the same in every run."""

from datetime import date, datetime
from decimal import Decimal
from random import Random

from django.core.management import call_command
from django.utils import timezone

from cities.models import ContextFigure, ContextSeries, ProgrammeMembership
from evaluation.updating import roll_up
from initiatives.codes import AgeBand, Citizenship, Sex
from initiatives.models import (
    BudgetLine,
    FundingSource,
    Initiative,
    Intervention,
    InterventionKind,
    InterventionPeople,
    MonthClosing,
    Partner,
)
from tests.bodies import organisation
from tests.evaluation.recount_rows import Log, months_of
from tests.places import city, key
from tests.releases import released

FIRST, LAST = date(2025, 7, 1), date(2026, 3, 1)
NOVEMBER, JANUARY, FEBRUARY = date(2025, 11, 1), date(2026, 1, 1), date(2026, 2, 1)
PUBLISHED = datetime(2025, 6, 1, tzinfo=timezone.get_default_timezone())
KINDS = {"A": None, "A4": "A", "A4-PSW": "A4", "B": None, "B1": "B", "B1-DESK": "B1"}
SOURCES = ["FS", "COM", "COM-BIL", "PUB", "PUB-REG", "PRIV", "PRIV-DON", "USER", "TBF"]
CITY, COOPERATIVE, ASSOCIATION = None, "cooperativa", "associazione"
# (city, whether published, areas, innovation area, lever, stage, people of an entry, delivering bodies)
INITIATIVES = {
    "PR-1": ("parma", True, ["FAM", "POV"], "COM", "RICSOC", "experiment", (20, 70), [CITY, COOPERATIVE]),
    "PR-2": ("parma", True, ["ELD"], "ANZ", "NUDGE", "adopted", (30, 60), [CITY, ASSOCIATION]),
    "PR-3": ("parma", False, ["FAM"], "MIN", "RICSOC", "design", (1, 14), [CITY]),
    "PR-4": ("parma", False, ["FAM"], "MIN", "DATA", "idea", None, []),
    "VR-1": ("verona", True, ["ELD", "FAM"], "ANZ", "NUDGE", "experiment", (15, 50), [CITY, COOPERATIVE]),
    "VR-2": ("verona", True, ["POV", "FAM"], "POV", "RICSOC", "evaluation", (25, 40), [CITY]),
    "VR-3": ("verona", False, ["ELD"], "ANZ", "DATA", "adopted", (2, 30), [CITY, ASSOCIATION, COOPERATIVE]),
    "VR-4": ("verona", False, ["POV"], "POV", "DATA", "idea", None, []),
}
ADAPTED = {"VR-1": "PR-1", "VR-2": "PR-2", "VR-3": "VR-1", "VR-4": "PR-3", "PR-3": "VR-1"}
# Nobody wrote these measures into any entry of some initiatives.
UNWRITTEN = {"PR-2": ["volunteer_hours", "contacts"], "VR-2": ["cost", "households"], "VR-3": ["new_people"]}
QUIET = {"parma": [FIRST, NOVEMBER], "verona": [FIRST, FEBRUARY]}


def build(cast):
    """Store the world and return (the Log as it was when it was released, the Log of today)."""
    random = Random(7)
    call_command("load_indicators")
    store_places()
    store_codes()
    initiatives = store_initiatives()
    store_log(initiatives, cast.parma_staff, random)
    store_money(initiatives, random)
    store_partners(initiatives)
    release_it()
    then = Log.now()
    change(initiatives, cast, random)
    return then, Log.now()


def store_places():
    """Verona leaves before the last month; of its residents only the latest year is known."""
    parma, verona = city("parma"), city("verona")
    ProgrammeMembership.objects.filter(city=verona).update(
        left=date(2026, 2, 10), status="completed", reason="Ha concluso."
    )
    words = {"name_it": "Residenti", "name_en": "Residents", "topic": "population", "level": "municipal"}
    residents = ContextSeries.objects.create(code="resident-population", decimals=0, **words)
    others = ContextSeries.objects.create(code="households", decimals=0, **words)
    ContextFigure.objects.bulk_create(
        ContextFigure(series=series, city=place, year=year, value=value, source="Istat", licence="CC BY")
        for series, place, year, value in [
            (residents, parma, 2023, 198_000),
            (residents, parma, 2024, 198_986),
            (residents, parma, 2025, 199_500),
            (residents, verona, 2025, 255_131),
            (others, verona, 2024, 130_000),
        ]
    )


def store_codes():
    words = {"label_it": "Nome", "label_en": "Name"}
    InterventionKind.objects.bulk_create(
        InterventionKind(code=code, parent_id=parent, **words) for code, parent in KINDS.items()
    )
    FundingSource.objects.bulk_create(
        FundingSource(code=code, parent_id=parent_of(code), **words) for code in SOURCES
    )


def parent_of(code):
    return code.partition("-")[0] if "-" in code else None if code == "FS" else "FS"


def store_initiatives():
    found = {}
    for code, (place, is_published, areas, area, lever, stage, *_log) in INITIATIVES.items():
        found[code] = Initiative.objects.create(
            code=code,
            title=code,
            city=city(place),
            user_areas=areas,
            innovation_area=area,
            innovation_lever=lever,
            stage=stage,
            published_at=PUBLISHED if is_published else None,
            public_id=key(code),
        )
    for code, origin in ADAPTED.items():
        Initiative.objects.filter(code=code).update(adapted_from=found[origin])
    return found


def store_log(initiatives, by, random):
    kinds = list(InterventionKind.objects.usable())
    entries = [
        entry_of(initiatives[code], month, by, random, kinds, people, bodies)
        for code, (place, *_words, people, bodies) in INITIATIVES.items()
        for month in months_of(FIRST, LAST)
        if people and month not in QUIET[place]
        for _ in range(random.randint(1, 6))
    ]
    Intervention.objects.bulk_create(entries)
    InterventionPeople.objects.bulk_create(part for entry in entries for part in parts_of(entry, random))


def entry_of(project, month, by, random, kinds, people, bodies):
    body = random.choice(bodies)
    values = measures(random, people) | dict.fromkeys(UNWRITTEN.get(project.code, []))
    values |= state_of(by, random)
    if values["people_served"] is None and values["households"] is None:
        values["contacts"] = values["contacts"] or random.randint(5, 90)
    return Intervention(
        initiative=project,
        city=project.city,
        day=month.replace(day=random.randint(1, 28)),
        kind=random.choice(kinds),
        delivered_by=organisation(body) if body else None,
        entered_by=by,
        public_id=key(f"entry {random.random()}"),
        **values,
    )


def measures(random, people):
    """What an entry says; some of it is left out now and then, and what is of few people is often none."""
    served = random.choice([None, *[random.randint(*people)] * 9])
    of_them = {name: share_of(served, random) for name in ["new_people", "living_elsewhere"]}
    counts = {name: maybe(random.randint(5, 60), random) for name in ["households", "contacts"]}
    hours = {name: maybe(cents(random, 400), random) for name in ["hours", "volunteer_hours"]}
    return {"people_served": served, "cost": maybe(cents(random, 90_000), random)} | of_them | counts | hours


def share_of(served, random):
    if served is None or random.random() < 0.1:
        return None
    return random.choice([0, served // 3, served // 2, served])


def maybe(value, random):
    return value if random.random() < 0.7 else None


def cents(random, most):
    return Decimal(random.randint(0, most)) / 100


def state_of(by, random):
    moment, chance = timezone.now(), random.random()
    values = {} if chance < 0.1 else {"confirmed_by": by, "confirmed_at": moment}
    if chance > 0.93:
        values |= {"withdrawn_by": by, "withdrawn_at": moment, "withdraw_reason": "Twice"}
    return values


def parts_of(entry, random):
    """Parts of those of an entry who were there before, or of all where nobody asked who is new."""
    left, parts = (entry.people_served or 0) - (entry.new_people or 0), {}
    for _ in range(random.choice([0, 3, 5])):
        codes = tuple(random.choice(list(choices)) for choices in [Sex, AgeBand, Citizenship])
        if codes not in parts and left:
            parts[codes] = random.randint(1, left)
            left -= parts[codes]
    return [
        InterventionPeople(
            intervention=entry, sex=sex, age_band=age, citizenship=citizenship, people=people, new_people=0
        )
        if entry.new_people is not None
        else InterventionPeople(
            intervention=entry, sex=sex, age_band=age, citizenship=citizenship, people=people
        )
        for (sex, age, citizenship), people in parts.items()
    ]


def store_money(initiatives, random):
    """Each basis has its lines; VR-2 has nothing of the municipality, and one line belongs to no year."""
    lines = {
        (project, year, random.choice(SOURCES[2:]), basis, random.random() < 0.4): cents(random, 9_000_000)
        for code, project in initiatives.items()
        for year in [2024, 2025, 2026]
        for basis in ["budgeted", "committed", "paid"]
        for _ in range(random.randint(0, 3))
        if code != "VR-2"
    }
    lines |= {(initiatives["VR-2"], 2025, "PUB-REG", "budgeted", True): Decimal("12000.50")}
    lines |= {(initiatives["PR-1"], None, "PUB-REG", "budgeted", False): Decimal("999999")}
    BudgetLine.objects.bulk_create(
        BudgetLine(
            initiative=project,
            city=project.city,
            year=year,
            funding_source_id=source,
            basis=basis,
            recurring=recurring,
            amount=amount,
        )
        for (project, year, source, basis, recurring), amount in lines.items()
        if source not in {"COM", "PUB", "PRIV"}
    )


def store_partners(initiatives):
    delivers = [(code, body) for code, (*_words, bodies) in INITIATIVES.items() for body in bodies if body]
    others = [
        ("PR-1", "associazione", "partner", date(2026, 1, 1), None),
        ("PR-3", "senza rappresentante", "funder", None, date(2025, 12, 31)),
        ("PR-4", "senza rappresentante", "supporter", date(2026, 2, 1), None),
        ("VR-2", "cooperativa", "partner", date(2024, 3, 1), date(2024, 9, 30)),
        ("VR-2", "senza rappresentante", "lead", date(2025, 12, 31), None),
    ]
    roles = [(code, body, "implementer", None, None) for code, body in delivers] + others
    for code, body, role, since, until in roles:
        Partner.objects.create(
            initiative=initiatives[code], organisation=organisation(body), role=role, since=since, until=until
        )


def release_it():
    """Parma leaves its empty month and the last one open; Verona closes also one without entries."""
    closed = {
        "parma": [month for month in months_of(FIRST, FEBRUARY) if month != NOVEMBER],
        "verona": months_of(date(2025, 8, 1), LAST),
    }
    for place, months in closed.items():
        MonthClosing.objects.bulk_create(
            MonthClosing(city=city(place), month=month, closed_at=timezone.now()) for month in months[:-1]
        )
    MonthClosing.objects.create(city=city("parma"), month=closed["parma"][-1], closed_at=timezone.now())
    released(city("verona"), closed["verona"][-1])


def change(initiatives, cast, random):
    """What the next release will tell: others do not read it yet, the city itself does."""
    january = MonthClosing.objects.filter(city=city("parma"), month=JANUARY)
    january.update(reopened_at=timezone.now(), reopened_by=cast.parma_lead, reopen_reason="Mancava altro.")
    Initiative.objects.filter(code="PR-1").update(stage="adopted", user_areas=["FAM"])
    Initiative.objects.filter(code="VR-2").update(published_at=None)
    BudgetLine.objects.filter(initiative=initiatives["PR-2"], year=2025).delete()
    Partner.objects.filter(initiative=initiatives["PR-4"]).update(until=date(2026, 2, 2))
    kinds = list(InterventionKind.objects.usable())
    Intervention.objects.bulk_create(
        entry_of(initiatives[code], JANUARY, cast.parma_staff, random, kinds, (7, 80), [CITY])
        for code in ["PR-1", "PR-2", "PR-3"] * 2
    )
    while roll_up():
        pass
