"""Random files through both engines of the log: the same rows, counts and sentences, and the same log."""

from datetime import date, datetime
from types import SimpleNamespace

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cities.models import CityMembership
from initiatives.imports import log_engine, row_engine
from initiatives.models import InterventionPeople, MonthClosing, Partner
from tests.bodies import organisation
from tests.initiatives.imports.log_files import (
    in_vain,
    judged,
    loaded_by_rows,
    loaded_by_sets,
    prepared,
    unlike,
)
from tests.places import city, key
from tests.projects import entry, initiative, kind

pytestmark = pytest.mark.django_db
TRIES = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
OURS, THEIRS, NOBODYS = "00000019992", "00000029991", "00000039990"
WOMEN, MEN, OLD = "F ND ND", "M ND ND", "F 65-74 ITL"
ENTRIES = 14
PARTS = [f"{what} {cell}" for what in ["people", "new"] for cell in [WOMEN, MEN, OLD]]
COUNTS = ["", "0", "2", "3", "5", "12", "12", "20", "-1", "molti"]
POOLS = {
    "id": ["", "", "", "1", str(key("nothing")), *(str(key(f"entry {n}")) for n in range(ENTRIES))],
    "initiative": ["PR-2026-01", "PR-2026-01", "PR-2026-02", "PR-2026-03", "VR-2026-01", "", "altro"],
    "day": [
        *("10/03/2026", "10/03/2026", "12/03/2026", "15/01/2026", "28/02/2026", "21/03/2026", "04/03/2026"),
        *("31/12/1999", "01/01/2099", "", "31/02/2026", "ieri"),
    ],
    "month": ["", "", "03/2026", "01/2026", "02/2026", "12/2098", "mai"],
    "whole_month": ["", "", "sì", "no", "forse"],
    "kind": ["A4", "A4", "A4", "A5", "", "Z9"],
    "place": ["", "", "Sede", "RSSMRA80A01H501U"],
    "delivered_by": ["", "", OURS, OURS, THEIRS, NOBODYS, "altri"],
    **dict.fromkeys(["people_served", "new_people", "living_elsewhere", "households", "contacts"], COUNTS),
    **dict.fromkeys(["hours", "volunteer_hours", "cost"], ["", "", "2", "1,50", "-3", "1,234"]),
    "note": ["", "", "Nota", "Due\nrighe"],
    "reference": ["", "", "A", "B", "C", "D", "E", "F", "N1", "N2"],
    **dict.fromkeys(PARTS, COUNTS),
}
# A row to which nothing is wrong as long as nothing is changed in it.
GOOD = dict.fromkeys(POOLS, "") | {"initiative": "PR-2026-01", "day": "12/03/2026", "kind": "A4"}
GOOD |= {"people_served": "5", "delivered_by": ""}
NEEDED = ["initiative", "day", "kind", "people_served", "delivered_by"]
NEW = [
    *({"place": f"Sede {number}"} for number in range(6)),
    *(
        {"reference": "N1"},
        {"reference": "N2", "delivered_by": OURS},
        {"reference": "A", "delivered_by": OURS},
    ),
    *({"delivered_by": OURS}, {"delivered_by": THEIRS, "day": "10/03/2026"}, {"initiative": "PR-2026-02"}),
    {f"people {WOMEN}": "2", f"people {OLD}": "3", f"new {OLD}": "1", "new_people": "1"},
    {f"people {WOMEN}": "2", "delivered_by": OURS},
    {"day": "", "month": "03/2026"},
]
KNOWN = ENTRIES + 1 + len(NEW)
ALWAYS = [["id", "reference", *NEEDED], ["id", *NEEDED], ["reference", *NEEDED], NEEDED]
ALWAYS += [["id"], ["initiative", "reference", "delivered_by"], []]
PLACES = {
    "staff": ("parma_staff", "parma"),
    "staff of both": ("both", "parma"),
    "representative": ("partner_representative", "cooperativa"),
    "member": ("partner_member", "cooperativa"),
    "staff for their body": ("both", "cooperativa"),
    "former body": ("rival_representative", "associazione"),
}


def part(row, cell, people, new=None):
    sex, age, citizenship = cell.split()
    InterventionPeople.objects.create(
        intervention=row, sex=sex, age_band=age, citizenship=citizenship, people=people, new_people=new
    )


def projects():
    return [
        initiative("parma"),
        initiative(
            "parma", code="PR-2026-02", public_id=key("two"), starts=date(2026, 3, 5), ends=date(2026, 3, 20)
        ),
        initiative("parma", code="PR-2026-03", public_id=key("three"), stage="idea"),
        initiative("verona"),
    ]


def let_take_part(one, two, _idea, afar):
    ours, theirs = organisation("cooperativa"), organisation("associazione")
    organisation("senza rappresentante")
    for project, body, since, until in [
        (one, ours, None, None),
        (two, ours, date(2026, 3, 8), None),
        (one, theirs, date(2026, 2, 15), date(2026, 3, 11)),
        (afar, ours, None, None),
        (afar, theirs, None, None),
    ]:
        Partner.objects.create(
            initiative=project, organisation=body, role="implementer", since=since, until=until
        )
    return ours, theirs


def close(slug, month, by):
    at = datetime(2026, 4, 2, 8, tzinfo=timezone.get_current_timezone())
    MonthClosing.objects.create(city=city(slug), month=month, closed_by=by, closed_at=at)


def fill(cast, one, two, idea, afar, ours, theirs):
    """Store what files will be compared with, of two cities and two organisations and in every state."""
    staff, far, member, head = (
        cast.parma_staff,
        cast.verona_staff,
        cast.partner_member,
        cast.partner_representative,
    )
    gone = {"withdrawn_by": staff, "withdrawn_at": timezone.now(), "withdraw_reason": "Due volte"}
    alike = {"day": date(2026, 3, 12), "people_served": 5, "new_people": None}
    stored = [
        (one, staff, {"reference": "A"}),
        (one, member, {"reference": "A", "delivered_by": ours}),
        (one, head, {"reference": "B", "delivered_by": ours, "confirmed": False}),
        (one, staff, {"reference": "C", "delivered_by": theirs, "day": date(2026, 3, 1)}),
        (two, staff, {}),
        (one, staff, {"reference": "D", **gone}),
        (one, staff, {"reference": "E", "day": date(2026, 1, 15)}),
        (afar, far, {"reference": "A"}),
        (afar, member, {"reference": "B", "delivered_by": ours, "day": date(2026, 2, 10)}),
        (one, staff, {"reference": "F", "day": date(2026, 2, 1), "whole_month": True, "households": 3}),
        (idea, staff, {"reference": "A"}),
        (one, staff, alike),
        (one, member, {"delivered_by": ours} | alike),
        (one, cast.rival_representative, {"reference": "B", "delivered_by": theirs}),
    ]
    entries = [entry(row[0], row[1], public_id=key(f"entry {n}"), **row[2]) for n, row in enumerate(stored)]
    for number in [0, 1, 3]:
        part(entries[number], WOMEN, 5, 2)
        part(entries[number], OLD, 3)
    part(entries[12], WOMEN, 2)
    close("parma", date(2026, 1, 1), cast.parma_lead)
    close("verona", date(2026, 3, 1), cast.verona_lead)
    return entries


def as_written(row):
    """Return the cells of an entry as somebody writes them."""
    cells = GOOD | {
        "id": str(row.public_id),
        "initiative": row.initiative.code,
        "day": f"{row.day:%d/%m/%Y}",
        "whole_month": "sì" if row.whole_month else "",
        "delivered_by": row.delivered_by.fiscal_code if row.delivered_by else "",
        "reference": row.reference,
    }
    for name in ["people_served", "new_people", "households"]:
        number = getattr(row, name)
        cells[name] = "" if number is None else str(number)
    for each in row.breakdown.all():
        cell = f"{each.sex} {each.age_band} {each.citizenship}"
        cells[f"people {cell}"] = str(each.people)
        cells[f"new {cell}"] = "" if each.new_people is None else str(each.new_people)
    return cells


@pytest.fixture
def world(cast):
    four = projects()
    bodies = let_take_part(*four)
    kind("A5")
    cast.both = cast.coordinator
    CityMembership.objects.create(user=cast.both, city=city("parma"), role="staff")
    cast.both.organisation_memberships.create(organisation=bodies[0], role="member")
    entries = fill(cast, *four, *bodies)
    places = {"parma": city("parma"), "cooperativa": bodies[0], "associazione": bodies[1]}
    known = [GOOD, *(GOOD | changes for changes in NEW), *map(as_written, entries)]
    return SimpleNamespace(cast=cast, places=places, known=known)


@st.composite
def files(draw):
    """Draw columns and rows: each begins as a good or a stored one, and has some cells changed."""
    columns = draw(st.lists(st.sampled_from(list(POOLS)), unique=True, max_size=len(POOLS)))
    always = draw(st.sampled_from(ALWAYS))
    columns = list(dict.fromkeys([*always, *columns])) or ["id"]
    change = st.sampled_from(columns).flatmap(
        lambda name: st.tuples(st.just(name), st.sampled_from(POOLS[name]))
    )
    rows = st.tuples(
        st.integers(0, KNOWN - 1), st.sampled_from([True, True, False]), st.lists(change, max_size=2)
    )
    # Mostly of different entries, since several rows of one are all wrong.
    apart = {"unique_by": lambda row: row[0]} if draw(st.integers(0, 3)) else {}
    return columns, draw(st.lists(rows, min_size=5, max_size=25, **apart))


def written(world, columns, drawn):
    rows = []
    for begun, keeps_id, changes in drawn:
        cells = world.known[begun] | ({} if keeps_id else {"id": ""}) | dict(changes)
        rows.append([cells[name] for name in columns])
    return rows


RUNS = {
    "file": files(),
    "who": st.sampled_from(["staff", "staff", "staff", *PLACES]),
    "chosen": st.sampled_from(["", "", "PR-2026-01", "VR-2026-01"]),
    "load_alike": st.booleans(),
}


def brought(world, file, who, chosen, load_alike):
    columns, drawn = file
    role, place = PLACES[who]
    by = getattr(world.cast, role)
    options = {"initiative": chosen, "load_alike": load_alike}
    return prepared(columns, by, world.places[place], **options), written(world, columns, drawn)


@TRIES
@given(**RUNS)
def test_both_engines_find_the_same_in_a_file(world, **drawn):
    run, rows = brought(world, **drawn)
    by_sets, by_rows = in_vain(judged, log_engine, run, rows), in_vain(judged, row_engine, run, rows)
    assert unlike(by_sets, by_rows) == {}


@TRIES
@given(**RUNS)
def test_both_engines_leave_the_same_log(world, **drawn):
    run, rows = brought(world, **drawn)
    by_sets, by_rows = in_vain(loaded_by_sets, run, rows), in_vain(loaded_by_rows, run, rows)
    assert unlike(by_sets, by_rows) == {}
