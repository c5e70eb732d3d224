"""Those who write into the log, by the portal's own acts and by COPY, and note what they are told."""

import os
from contextlib import contextmanager
from datetime import date, timedelta
from random import Random
from uuid import UUID

import psycopg
from django.db import OperationalError
from django.utils import timezone

from initiatives.actions.log import confirm, correct, record, withdraw
from initiatives.models import Intervention, InterventionPeople
from will_portal.accounts.actions import Refused
from will_portal.accounts.models import User
from will_portal.local.bench.generator import CITIES, STAFF
from will_portal.local.soak.ledger import State

FIRST_DAY, DAYS = date(2024, 1, 1), 240
COLUMNS = [
    "public_id",
    "initiative_id",
    "city_id",
    "day",
    "whole_month",
    "kind_id",
    "place",
    "people_served",
    "new_people",
    "cost",
    "note",
    "reference",
    "entered_by_id",
    "entered_at",
    "confirmed_by_id",
    "confirmed_at",
    "return_note",
    "withdraw_reason",
    "version",
]
INTO_LOG = f"COPY initiatives_intervention ({', '.join(COLUMNS)}) FROM STDIN"
INTO_PARTS = """
    INSERT INTO initiatives_interventionpeople (intervention_id, sex, age_band, citizenship, people)
    SELECT id, 'F', '75+', 'ND', people_served FROM initiatives_intervention WHERE public_id = ANY (%s)"""
A_COPY = 10


class Unmet(Exception):
    """Something that must hold during a fault did not, in one sentence."""


class Writer:
    """Writes entries of its own and nobody else's, so that it knows how each of them is."""

    def __init__(self, world, ledger, seed):
        self.world, self.ledger, self.lots = world, ledger, Random(seed)  # nosec B311: no secret
        # {note: number of its initiative}
        self.entries = {}

    def asked(self, changes, work):
        """Do what asks for these {note: state}; whatever it raises but a refusal, they may have come true."""
        self.ledger.ask(changes)
        try:
            work()
        except Refused as refusal:
            self.ledger.refuse(changes)
            # Somebody held the same for long; of any other refusal these writers are innocent.
            if not isinstance(refusal.__cause__, OperationalError):
                raise
        else:
            self.ledger.answer(changes)

    def draw_day(self):
        return FIRST_DAY + timedelta(days=self.lots.randrange(DAYS))

    def new_id(self):
        return UUID(int=self.lots.getrandbits(128), version=4)

    def draw_present(self):
        """Return (note, state) of an entry of its own that still counts, or None."""
        for name in self.lots.sample(list(self.entries), min(5, len(self.entries))):
            state = self.ledger.of(name)
            if state and not state.withdrawn:
                return name, state
        return None


class Clerk(Writer):
    """Fills in forms, as the staff of each city and as the representatives of organisations."""

    def act(self):
        drawn = self.lots.random() < 0.5 and self.draw_present()
        if not drawn:
            number, kind = (
                self.lots.randrange(len(self.world.initiatives)),
                self.lots.choice(self.world.kinds),
            )
            kind, by_partner = self.lots.choice(self.world.kinds), self.lots.random() < 0.3
            self.enter(number, self.draw_day(), kind, by_partner)
        elif self.lots.random() < 0.3 and not drawn[1].confirmed:
            self.confirm(*drawn)
        elif self.lots.random() < 0.3:
            self.withdraw(*drawn)
        else:
            self.correct(*drawn)

    def staff_of(self, number):
        return User.objects.get(pk=self.world.staff[number % CITIES * STAFF])

    def partner_of(self, number):
        return User.objects.get(pk=self.world.representatives[number])

    def parts(self, people, new):
        half = people // 2
        return [
            InterventionPeople(sex="F", age_band="30-54", citizenship="ITL", people=people - half),
            InterventionPeople(
                sex="M", age_band="65-74", citizenship="ND", people=half, new_people=new and 1
            ),
        ]

    def enter(self, number, day, kind, by_partner):
        """Enter a delivery of an initiative: the city's own, or a partner's, which waits for the city."""
        people, key = self.lots.randrange(2, 60), self.new_id()
        entry = Intervention(
            public_id=key,
            initiative_id=self.world.initiatives[number],
            day=day,
            kind_id=kind,
            delivered_by_id=self.world.organisations[number] if by_partner else None,
            people_served=people,
            new_people=people // 2 if self.lots.random() < 0.7 else None,
            hours=self.lots.choice([None, "1.25", "8"]),
            cost=self.lots.choice([None, "19.99", "1200"]),
            note=str(key),
        )
        by = self.partner_of(number) if by_partner else self.staff_of(number)
        self.entries[entry.note] = number
        state = new_state(day, people)._replace(confirmed=not by_partner)
        breakdown = self.parts(people, entry.new_people)
        self.asked({entry.note: state}, lambda: record(entry=entry, breakdown=breakdown, by=by))
        return entry.note

    def correct(self, name, state):
        """Change how many people an entry counts, and move every third to another day."""
        entry, people = Intervention.objects.get(public_id=name), self.lots.randrange(60, 90)
        entry.people_served = people
        if self.lots.random() < 0.3:
            entry.day = self.draw_day()
        wanted = State(state.version + 1, entry.day, people, True, False, people)
        self.asked(
            {name: wanted},
            lambda: correct(
                entry=entry,
                breakdown=self.parts(people, entry.new_people),
                version=state.version,
                by=self.staff_of(self.entries[name]),
            ),
        )

    def confirm(self, name, state):
        wanted = state._replace(version=state.version + 1, confirmed=True)
        by = self.staff_of(self.entries[name])
        self.asked({name: wanted}, lambda: confirm(seen={UUID(name): state.version}, by=by))

    def withdraw(self, name, state):
        wanted = state._replace(version=state.version + 1, withdrawn=True)
        entry, by = Intervention.objects.get(public_id=name), self.staff_of(self.entries[name])
        self.asked(
            {name: wanted},
            lambda: withdraw(entry=entry, version=state.version, reason="Scritto due volte", by=by),
        )


class Copier(Writer):
    """Writes past the portal, in sets and without a bell, as whoever sits at psql."""

    def act(self):
        present = [drawn for drawn in (self.draw_present() for _ in range(3)) if drawn]
        lot = self.lots.random()
        if len(present) < 3 or lot < 0.6:
            self.copy([self.draw_day() for _ in range(A_COPY)])
        elif lot < 0.8:
            self.change(dict(present))
        else:
            self.delete(dict(present))

    def copy(self, days, numbers=None, zone="UTC"):
        """Bring entries of these days in one COPY, in a session of this time zone."""
        with self.open(days, numbers, zone):
            pass

    @contextmanager
    def open(self, days, numbers=None, zone="UTC"):
        """As `copy`, but commit at the end of the block only."""
        rows = [self.row(day, numbers) for day in days]
        states = {row["note"]: new_state(row["day"], row["people_served"]) for row in rows}
        self.entries |= dict.fromkeys(states)
        self.ledger.ask(states)
        with self.connect() as session:
            session.execute("SELECT set_config('timezone', %s, true)", [zone])
            with session.cursor().copy(INTO_LOG) as copy:
                for row in rows:
                    copy.write_row([row[name] for name in COLUMNS])
            session.execute(INTO_PARTS, [[row["public_id"] for row in rows]])
            yield
        self.ledger.answer(states)

    def row(self, day, numbers):
        number = self.lots.choice(numbers) if numbers else self.lots.randrange(len(self.world.initiatives))
        key, people = self.new_id(), self.lots.randrange(1, 30)
        staff = self.world.staff[number % CITIES * STAFF]
        now = timezone.now()
        values = dict.fromkeys(COLUMNS, "") | {"whole_month": False, "version": 1, "new_people": None}
        return values | {
            "public_id": key,
            "initiative_id": self.world.initiatives[number],
            "city_id": self.world.cities[number],
            "day": day,
            "kind_id": self.lots.choice(self.world.kinds),
            "people_served": people,
            "cost": self.lots.choice([None, "7.50"]),
            "note": str(key),
            "entered_by_id": staff,
            "entered_at": now,
            "confirmed_by_id": staff,
            "confirmed_at": now,
        }

    def change(self, states):
        wanted = {
            name: state._replace(version=state.version + 1, people=state.people + 5)
            for name, state in states.items()
        }
        statement = """
            UPDATE initiatives_intervention SET people_served = people_served + 5, version = version + 1
            WHERE public_id = ANY (%s)"""
        self.asked(wanted, lambda: self.execute(statement, list(states)))

    def delete(self, states):
        statement = """
            WITH parts AS (
                DELETE FROM initiatives_interventionpeople WHERE intervention_id IN
                    (SELECT id FROM initiatives_intervention WHERE public_id = ANY (%(names)s))
            )
            DELETE FROM initiatives_intervention WHERE public_id = ANY (%(names)s)"""
        self.asked(dict.fromkeys(states), lambda: self.execute(statement, {"names": list(states)}))

    def execute(self, statement, names):
        parameters = names if isinstance(names, dict) else [names]
        with self.connect() as session:
            session.execute(statement, parameters)

    def connect(self):
        """A connection that commits and closes at the end of its block."""
        return psycopg.connect(dsn())


def new_state(day, people):
    return State(1, day, people, confirmed=True, withdrawn=False, parts=people)


def dsn():
    """Where the database is, for those who go past Django."""
    return os.environ["DATABASE_URL"]
