"""Ways to write to the log, each on whatever connection it is called, and on rows that nobody else holds."""

from decimal import Decimal
from uuid import uuid4

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone
from hypothesis import strategies as st

from initiatives.codes import Citizenship, Sex
from initiatives.models import Initiative, Intervention, InterventionPeople
from tests.evaluation.recount import AMOUNTS

COLUMNS = ["public_id", "initiative_id", "city_id", "day", "whole_month", "kind_id", "place", "people_served"]
COLUMNS += ["note", "reference", "entered_by_id", "entered_at", "return_note", "withdraw_reason", "version"]
COPIED = "copied"
NEXT = {"version": F("version") + 1}


def maybe(strategy):
    return st.none() | strategy


@st.composite
def measures(draw):
    """What an entry may know, in all combinations that the database allows."""
    served = draw(maybe(st.integers(0, 40)))
    within = st.none() if served is None else maybe(st.integers(0, served))
    found = {"people_served": served, "new_people": draw(within), "living_elsewhere": draw(within)}
    found |= {"households": draw(maybe(st.integers(0, 9))), "contacts": draw(maybe(st.integers(0, 9)))}
    if served is None and found["households"] is None:
        found["contacts"] = found["contacts"] or 0
    cents = maybe(st.integers(0, 9999).map(lambda number: Decimal(number) / 100))
    return found | {name: draw(cents) for name in AMOUNTS}


# (sex, citizenship, people, of whom new), as far as there is room for them in the entry.
parts = st.lists(
    st.tuples(
        st.sampled_from(Sex.values),
        st.sampled_from(Citizenship.values),
        st.integers(0, 20),
        maybe(st.integers(0, 9)),
    ),
    max_size=3,
    unique_by=lambda part: part[:2],
)


def execute(sql, *params):
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall() if cursor.description else cursor.rowcount


def is_free(initiative):
    """Whether an entry can be added to it without waiting; held so until the transaction ends."""
    sql = "SELECT id FROM initiatives_initiative WHERE id = %s FOR KEY SHARE SKIP LOCKED"
    return bool(execute(sql, initiative))


def free_entries(**conditions):
    entries = Intervention.objects.filter(**conditions).order_by("id")
    return entries.select_for_update(skip_locked=True)


def picked(number):
    """An entry that nobody else is changing, or None."""
    keys = list(Intervention.objects.order_by("id").values_list("pk", flat=True))
    return free_entries(pk=keys[number % len(keys)]).first() if keys else None


def insert(world, initiative, parts, **values):
    with transaction.atomic(savepoint=False):
        if is_free(initiative.pk):
            city = Initiative.objects.get(pk=initiative.pk).city_id
            state = state_of(world, values.pop("state"))
            new = Intervention.objects.create(
                initiative=initiative, city_id=city, entered_by=world.by, **values | state
            )
            add_parts(new, parts)


def state_of(world, state):
    now, values = (
        timezone.now(),
        dict.fromkeys(["confirmed_at", "confirmed_by", "withdrawn_at", "withdrawn_by"]),
    )
    if state != "waiting":
        values |= {"confirmed_at": now, "confirmed_by": world.by}
    if state == "withdrawn":
        values |= {"withdrawn_at": now, "withdrawn_by": world.by}
    return values | {"withdraw_reason": "Twice" if state == "withdrawn" else ""}


def change(world, number, **values):
    """Change an entry, which keeps none of its parts if its people change."""
    if "state" in values:
        values |= state_of(world, values.pop("state"))
    with transaction.atomic(savepoint=False):
        if saved := picked(number):
            if "people_served" in values:
                InterventionPeople.objects.filter(intervention=saved.pk).delete()
            Intervention.objects.filter(pk=saved.pk).update(**values | NEXT)


def delete(number):
    with transaction.atomic(savepoint=False):
        if saved := picked(number):
            execute("DELETE FROM initiatives_interventionpeople WHERE intervention_id = %s", saved.pk)
            execute("DELETE FROM initiatives_intervention WHERE id = %s", saved.pk)


def break_down(number, parts):
    with transaction.atomic(savepoint=False):
        if saved := picked(number):
            InterventionPeople.objects.filter(intervention=saved.pk).delete()
            add_parts(saved, parts)


def add_parts(saved, parts):
    people, new = saved.people_served or 0, saved.new_people or 0
    before = people - new if saved.new_people is not None else people
    rows = []
    for sex, citizenship, most, most_new in parts:
        part = min(most, people)
        part_new = None if most_new is None else min(most_new, new, part)
        if part_new is not None and part - part_new > before:
            part_new = None
        people, new = people - part, new - (part_new or 0)
        before -= 0 if part_new is None else part - part_new
        rows.append(new_part(saved, sex, citizenship, part, part_new))
    InterventionPeople.objects.bulk_create(rows)


def new_part(saved, sex, citizenship, people, new):
    return InterventionPeople(
        intervention=saved, sex=sex, age_band="ND", citizenship=citizenship, people=people, new_people=new
    )


def shrink_parts():
    """Change the parts of many entries by one statement."""
    with transaction.atomic(savepoint=False):
        mine = [saved.pk for saved in free_entries()]
        parts = InterventionPeople.objects.filter(intervention__in=mine, people__gt=0, new_people=None)
        parts.update(people=F("people") - 1)


def change_many(initiative, **values):
    """Change all entries of an initiative that nobody else is changing, by one statement."""
    with transaction.atomic(savepoint=False):
        mine = [saved.pk for saved in free_entries(initiative=initiative)]
        Intervention.objects.filter(pk__in=mine).update(**values | NEXT)


def copy(world, initiative, days, people):
    with transaction.atomic(savepoint=False):
        if is_free(initiative.pk):
            city = Initiative.objects.get(pk=initiative.pk).city_id
            rest = [world.kinds[0].pk, "", people, COPIED, "", world.by.pk, "2026-06-01 12:00+00", "", "", 1]
            with connection.cursor() as cursor:
                command = f"COPY initiatives_intervention ({', '.join(COLUMNS)}) FROM STDIN"
                with cursor.copy(command) as stream:
                    for day in days:
                        stream.write_row([uuid4(), initiative.pk, city, day, False, *rest])


def take_back():
    """Delete what was copied, as far as nobody is changing it."""
    with transaction.atomic(savepoint=False):
        mine = [saved.pk for saved in free_entries(note=COPIED)]
        execute("DELETE FROM initiatives_interventionpeople WHERE intervention_id = ANY (%s)", mine)
        execute("DELETE FROM initiatives_intervention WHERE id = ANY (%s)", mine)


def move(initiative, city):
    """Give an initiative to another city, unless somebody is changing it or its log."""
    with transaction.atomic(savepoint=False):
        held = "SELECT id FROM initiatives_initiative WHERE id = %s FOR UPDATE SKIP LOCKED"
        if execute(held, initiative.pk):
            entries = Intervention.objects.filter(initiative=initiative).count()
            if len(free_entries(initiative=initiative)) == entries:
                Initiative.objects.filter(pk=initiative.pk).update(city=city)


def empty():
    execute("TRUNCATE initiatives_interventionpeople, initiatives_intervention")
