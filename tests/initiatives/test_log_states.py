"""Random people do random things to the logs of two cities; a model in plain Python says what may happen."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, timedelta
from types import SimpleNamespace
from uuid import UUID, uuid4

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Sum
from django.db.models.functions import Coalesce
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from initiatives.actions import log, months
from initiatives.models import ChangedMonth, Intervention, InterventionPeople, MonthClosing
from tests.bodies import organisation
from tests.projects import implementer, kind
from will_portal.accounts.actions import Refused

INSIDERS = [
    "parma_staff",
    "parma_lead",
    "verona_staff",
    "verona_lead",
    "partner_representative",
    "partner_member",
    "rival_representative",
]
PEOPLE = [*INSIDERS, "researcher", "coordinator", "administrator"]
CITIES, BODIES = ["parma", "verona"], ["cooperativa", "associazione"]
DAYS = [date(2026, 3, 1), date(2026, 3, 31), date(2026, 4, 1)]
DONE = None

# Those who may do something come more often, or most acts would be refused.
people = st.sampled_from(INSIDERS * 3 + PEOPLE)
leads = st.sampled_from(
    ["parma_lead", "verona_lead", "parma_lead", "verona_lead", "parma_staff", "coordinator"]
)
cities, bodies = st.sampled_from(CITIES), st.sampled_from(BODIES)
days, picks, late = st.sampled_from(DAYS), st.integers(0, 99), st.sampled_from([0, 0, 0, 1])
# How many people of the breakdown are written down; it may be too many.
parts = st.sampled_from([0, 0, 5, 10, 11])


@dataclass(frozen=True)
class Entry:
    """What the model knows of a log entry."""

    city: str
    body: str | None
    by: str
    day: date
    people: int
    part: int
    state: str
    version: int = 1

    @property
    def month(self):
        return self.city, self.day.replace(day=1)

    @property
    def figures(self):
        return {(self.month, self.body, self.people, self.part, self.state == "confirmed")}


class Rights:
    """Who may do what, said again without the querysets."""

    def __init__(self):
        self.works = {
            ("parma_staff", "parma"): "staff",
            ("parma_lead", "parma"): "lead",
            ("verona_staff", "verona"): "staff",
            ("verona_lead", "verona"): "lead",
        }
        self.acts = {
            ("partner_representative", "cooperativa"): "representative",
            ("partner_member", "cooperativa"): "member",
            ("rival_representative", "associazione"): "representative",
        }
        self.implements = {("parma", "cooperativa"), ("verona", "associazione")}
        # The city also writes down what came late from a body that has left.
        self.has_implemented = set(self.implements)

    def sees(self, person, entry):
        role = self.acts.get((person, entry.body))
        own = role == "representative" or role == "member" and entry.by == person
        return (person, entry.city) in self.works or own

    def edits(self, person, entry):
        if entry.state == "withdrawn" or not self.sees(person, entry):
            return False
        return (person, entry.city) in self.works or (entry.city, entry.body) in self.implements

    def judges(self, person, entry):
        waits = entry.state == "waiting"
        return waits and (person, entry.city) in self.works and (person, entry.body) not in self.acts

    def writes(self, person, city, body):
        if body is None:
            return (person, city) in self.works
        if (person, city) in self.works:
            return (city, body) in self.has_implemented
        return (person, body) in self.acts and (city, body) in self.implements

    def leads(self, person, city):
        return self.works.get((person, city)) == "lead"

    def state_after(self, person, city, body):
        counts = (person, city) in self.works and (person, body) not in self.acts
        return "confirmed" if counts else "waiting"


class Log(RuleBasedStateMachine):
    world = None

    def __init__(self):
        super().__init__()
        self.before = transaction.savepoint()
        self.rights, self.closed = Rights(), set()
        self.entries: dict[UUID, Entry] = {}
        # The cells whose figures have changed since the marks were last looked at.
        self.changed = set()

    def teardown(self):
        transaction.savepoint_rollback(self.before)

    @initialize()
    def begin_with_entries(self):
        for person, city, body in [
            ("partner_member", "parma", "cooperativa"),
            ("partner_representative", "parma", "cooperativa"),
            ("rival_representative", "verona", "associazione"),
            ("parma_staff", "parma", None),
        ]:
            self.record(person, city, body, DAYS[0], 0)

    def user(self, person):
        return self.world.people[person]

    def body(self, name):
        return self.world.bodies[name] if name else None

    def pick(self, number):
        keys = list(self.entries)
        return keys[number % len(keys)]

    def stored(self, key):
        return Intervention.objects.get(public_id=key)

    def outcome(self, act, *args, **kwargs):
        try:
            act(*args, **kwargs)
        except (PermissionDenied, Refused, log.Conflict) as refusal:
            return type(refusal)
        return DONE

    def put(self, key, entry):
        before = self.entries.get(key)
        figures = before.figures if before and before.state != "withdrawn" else set()
        after = entry.figures if entry.state != "withdrawn" else set()
        self.changed |= {month for month, *_rest in figures ^ after}
        self.entries[key] = entry

    def breakdown(self, part):
        fields = {"sex": "F", "age_band": "ND", "citizenship": "ND"}
        return [InterventionPeople(people=part, **fields)] if part else []

    @rule(person=people, city=cities, body=st.sampled_from([None, *BODIES]), day=days, part=parts)
    def try_to_record(self, person, city, body, day, part):
        self.record(person, city, body, day, part)

    def record(self, person, city, body, day, part):
        entry = Entry(city, body, person, day, 10, part, self.rights.state_after(person, city, body))
        new = Intervention(
            public_id=uuid4(),
            initiative=self.world.projects[city],
            day=day,
            kind=self.world.kind,
            people_served=10,
            delivered_by=self.body(body),
        )
        expected = DONE
        if not self.rights.writes(person, city, body):
            expected = PermissionDenied
        elif entry.month in self.closed or part > 10:
            expected = Refused
        got = self.outcome(log.record, entry=new, breakdown=self.breakdown(part), by=self.user(person))
        assert got == expected
        if got is DONE:
            self.put(new.public_id, entry)

    @precondition(lambda self: self.entries)
    @rule(person=people, pick=picks, late=late, day=days, body=st.sampled_from([None, *BODIES]), part=parts)
    def correct(self, person, pick, late, day, body, part):
        key = self.pick(pick)
        old = self.entries[key]
        new = replace(old, day=day, body=body, people=old.people + 1, part=part, version=old.version + 1)
        new = replace(new, state=self.rights.state_after(person, old.city, body))
        expected = DONE
        if not self.rights.edits(person, old):
            expected = PermissionDenied
        elif late:
            expected = log.Conflict
        elif body != old.body and not self.rights.writes(person, old.city, body):
            expected = PermissionDenied
        elif {old.month, new.month} & self.closed or part > new.people:
            expected = Refused
        entry = self.stored(key)
        entry.day, entry.delivered_by, entry.people_served = day, self.body(body), new.people
        written = {"entry": entry, "breakdown": self.breakdown(part), "version": old.version - late}
        got = self.outcome(log.correct, **written, by=self.user(person))
        assert got == expected
        if got is DONE:
            self.put(key, new)

    @precondition(lambda self: self.entries)
    @rule(person=people, pick=picks, late=late)
    def withdraw(self, person, pick, late):
        key = self.pick(pick)
        self.decide(self.rights.edits, "withdrawn", log.withdraw, key, late, person, reason="Twice")

    @precondition(lambda self: self.entries)
    @rule(person=people, pick=picks, late=late)
    def send_back(self, person, pick, late):
        key = self.pick(pick)
        self.decide(self.rights.judges, "returned", log.send_back, key, late, person, note="Hours?")

    def decide(self, right, state, act, key, late, person, **words):
        old = self.entries[key]
        expected = DONE
        if not right(person, old):
            expected = PermissionDenied
        elif late:
            expected = log.Conflict
        elif old.month in self.closed:
            expected = Refused
        read = {"entry": self.stored(key), "version": old.version - late}
        got = self.outcome(act, **read, **words, by=self.user(person))
        assert got == expected
        if got is DONE:
            self.put(key, replace(old, state=state, version=old.version + 1))

    @precondition(lambda self: self.entries)
    @rule(person=people, chosen=st.lists(st.tuples(picks, late), min_size=1, max_size=4))
    def confirm(self, person, chosen):
        delays = {self.pick(number): late for number, late in chosen}
        seen = {key: self.entries[key].version - late for key, late in delays.items()}
        fresh = {
            key: self.entries[key]
            for key, late in delays.items()
            if not late and self.rights.judges(person, self.entries[key])
        }
        done = log.confirm(seen=seen, by=self.user(person))
        shut = {key for key, entry in fresh.items() if entry.month in self.closed}
        assert set(done.changed) == seen.keys() - fresh.keys()
        assert {entry.public_id for entry in done.closed} == shut
        assert done.confirmed == len(fresh) - len(shut)
        for key in fresh.keys() - shut:
            self.put(key, replace(fresh[key], state="confirmed", version=fresh[key].version + 1))

    @rule(person=leads, city=cities, day=days)
    def close(self, person, city, day):
        month = day.replace(day=1)
        expected = Refused if (city, month) in self.closed else DONE
        if not self.rights.leads(person, city):
            expected = PermissionDenied
        place = self.world.projects[city].city
        assert self.outcome(months.close_month, city=place, month=month, by=self.user(person)) == expected
        if expected is DONE:
            self.closed.add((city, month))

    @precondition(lambda self: self.closed)
    @rule(person=leads, pick=picks)
    def reopen(self, person, pick):
        city, month = sorted(self.closed)[pick % len(self.closed)]
        closing = MonthClosing.objects.of(self.world.projects[city].city_id, month).get()
        expected = DONE if self.rights.leads(person, city) else PermissionDenied
        act = {"closing": closing, "reason": "Late", "by": self.user(person)}
        assert self.outcome(months.reopen_month, **act) == expected
        if expected is DONE:
            self.closed.remove((city, month))

    @rule(person=people, city=cities, role=st.sampled_from(["staff", "lead", None]))
    def give_or_end_a_place_in_a_city(self, person, city, role):
        memberships = self.world.projects[city].city.memberships
        for open_one in memberships.open().filter(user=self.user(person)):
            open_one.end(by=self.world.people["administrator"], reason="Elsewhere")
        self.rights.works.pop((person, city), None)
        if role:
            memberships.create(user=self.user(person), role=role)
            self.rights.works[person, city] = role

    @rule(person=people, body=bodies, role=st.sampled_from(["member", "representative", None]))
    def give_or_end_a_place_in_an_organisation(self, person, body, role):
        memberships = self.body(body).memberships
        for open_one in memberships.open().filter(user=self.user(person)):
            open_one.end(by=self.world.people["administrator"], reason="Elsewhere")
        self.rights.acts.pop((person, body), None)
        if role:
            memberships.create(user=self.user(person), role=role)
            self.rights.acts[person, body] = role

    @rule(city=cities, body=bodies, goes_on=st.booleans())
    def begin_or_end_a_part_in_an_initiative(self, city, body, goes_on):
        project = self.world.projects[city]
        until = None if goes_on else timezone.localdate() - timedelta(days=1)
        project.partners.update_or_create(
            organisation=self.body(body), role="implementer", defaults={"until": until}
        )
        (self.rights.implements.add if goes_on else self.rights.implements.discard)((city, body))
        self.rights.has_implemented.add((city, body))

    @rule(person=people)
    def look(self, person):
        rights = self.rights
        for queryset, may in [
            (Intervention.objects.visible_to, rights.sees),
            (Intervention.objects.editable_by, rights.edits),
            (Intervention.objects.confirmable_by, rights.judges),
        ]:
            found = set(queryset(self.user(person)).values_list("public_id", flat=True))
            assert found == {key for key, entry in self.entries.items() if may(person, entry)}, may.__name__

    @invariant()
    def the_log_is_what_the_allowed_acts_made_of_it(self):
        rows = Intervention.objects.select_related("city", "delivered_by", "entered_by")
        rows = rows.annotate(part=Coalesce(Sum("breakdown__people"), 0))
        assert {row.public_id: self.read(row) for row in rows} == self.entries

    def read(self, row):
        states = {"withdrawn": row.withdrawn_at, "returned": row.returned_at, "confirmed": row.confirmed_at}
        return Entry(
            row.city.slug,
            next((name for name in BODIES if self.body(name) == row.delivered_by), None),
            next(name for name in PEOPLE if self.user(name) == row.entered_by),
            row.day,
            row.people_served,
            row.part,
            next((name for name, moment in states.items() if moment), "waiting"),
            row.version,
        )

    @invariant()
    def the_sum_of_what_counts_equals_a_recount(self):
        rows = Intervention.objects.confirmed().order_by().values_list("city__slug", "day__month")
        recount = Counter()
        for entry in self.entries.values():
            if entry.state == "confirmed":
                recount[entry.city, entry.day.month] += entry.people
        assert {(city, month): total for city, month, total in rows.annotate(Sum("people_served"))} == recount

    @invariant()
    def every_changed_month_is_marked(self):
        marks = set(ChangedMonth.objects.values_list("initiative_id", "month"))
        changed = {(self.world.projects[city].pk, month) for city, month in self.changed}
        assert changed <= marks
        ChangedMonth.objects.all().delete()
        self.changed.clear()

    @invariant()
    def every_change_is_in_the_history(self):
        events = Counter(Intervention.pgh_event_model.objects.values_list("public_id", "version"))
        versions = {
            (key, version) for key, entry in self.entries.items() for version in range(1, entry.version + 1)
        }
        assert events == Counter(versions)


def test_the_log_does_what_its_rights_and_months_allow_whatever_happens(cast):
    projects = {"parma": implementer("parma", "cooperativa"), "verona": implementer("verona", "associazione")}
    Log.world = SimpleNamespace(
        people=vars(cast),
        bodies={name: organisation(name) for name in BODIES},
        projects={city: partner.initiative for city, partner in projects.items()},
        kind=kind(),
    )
    run_state_machine_as_test(
        Log,
        settings=settings(
            max_examples=35,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )
