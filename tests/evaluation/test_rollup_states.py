"""People write, workers sum, all at once and in any order: in every snapshot what is not marked is right.

`WILL_STEPS` says how many steps are walked, such as 5,000.
"""

import os
from contextlib import suppress
from datetime import date
from functools import partial
from math import ceil, inf
from types import SimpleNamespace

import pytest
from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from psycopg import errors

from evaluation import ranges, updating
from evaluation.models import Drift, ParkedMonth, RollupRun
from evaluation.rollups import MAKE_EQUAL, differences
from initiatives.models import ChangedMonth, ImportRun, Initiative, Intervention
from tests import cast as people
from tests.bodies import organisation
from tests.evaluation import recount, writers
from tests.evaluation.actors import Actor, terminate
from tests.initiatives.imports import log_files
from tests.places import city, key
from tests.projects import initiative, kind

STEPS = int(os.environ.get("WILL_STEPS", 300))
STEPS_A_WALK = 50
DAYS = [date(2026, 1, 31), date(2026, 3, 1), date(2026, 3, 31), date(2026, 4, 1)]
MONTHS = sorted({day.replace(day=1) for day in DAYS})
NOTHING = "DELETE FROM initiatives_interventionpeople", "DELETE FROM initiatives_intervention"
SUMS = "DELETE FROM evaluation_monthlytotal", "DELETE FROM evaluation_monthlypeople"
RUNS = "DELETE FROM evaluation_drift", "DELETE FROM evaluation_runrange", "DELETE FROM evaluation_rolluprun"
REST = "DELETE FROM evaluation_parkedmonth", "DELETE FROM initiatives_changedmonth"
FILE = ["id", "initiative", "day", "kind", "people_served", "people F ND ND"]

two, three, numbers = st.integers(0, 1), st.integers(0, 2), st.integers(0, 99)
days = st.sampled_from(DAYS)
some_days = st.lists(days, min_size=1, max_size=4)
states = st.sampled_from(["confirmed", "confirmed", "waiting", "withdrawn"])
jobs = st.sampled_from(["roll_up", "roll_up", "roll_up", "rebuild", "audit"])
writing = st.sampled_from(["roll_up", "rebuild"])
# Two, so that what is changed is often changed back.
hours = st.integers(1, 2)
thrice = st.sampled_from([(1, 2, 1), (2, 1, 2), (1, 2, 2), (1, 1, 2)])
# How far a worker gets: so many statements, to the end, or until the sums are written and not yet committed.
statements = st.one_of(st.integers(1, 24), st.just(inf), st.just(MAKE_EQUAL))
halves = st.one_of(st.just(MAKE_EQUAL), statements)


def begin():
    block = transaction.atomic()
    block.__enter__()
    return block


def end(block, keep):
    transaction.set_rollback(not keep)
    block.__exit__(None, None, None)


def work(kind):
    """What a worker does when it is rung."""
    if kind == "roll_up":
        updating.roll_up()
        return
    run = ranges.start(kind) or RollupRun.objects.running().filter(kind=kind).first()
    if run:
        ranges.carry_on(run.pk)


class Sums(RuleBasedStateMachine):
    world = None
    steps = 0

    def __init__(self):
        super().__init__()
        for statement in [*NOTHING, *SUMS, *RUNS, *REST]:
            writers.execute(statement)
        for project, place in zip(self.world.projects, self.world.homes, strict=True):
            Initiative.objects.filter(pk=project.pk).update(city=place)
        # The transaction that each writer has open, and the files that have been loaded.
        self.open, self.loaded = [None, None], []

    @property
    def workers(self):
        return self.world.workers

    def write(self, writer, act, *args, **values):
        return self.world.writers[writer].do(partial(act, *args, **values))

    @rule(writer=two)
    def begin_or_commit(self, writer):
        if self.open[writer]:
            self.end(writer, keep=True)
        else:
            self.open[writer] = self.write(writer, begin)

    @precondition(lambda self: any(self.open))
    @rule()
    def roll_back(self):
        self.end(0 if self.open[0] else 1, keep=False)

    def end(self, writer, keep):
        self.write(writer, end, self.open[writer], keep)
        self.open[writer] = None

    @rule(
        writer=two,
        project=three,
        day=days,
        kind=two,
        body=two,
        state=states,
        values=writers.measures(),
        parts=writers.parts,
    )
    def log(self, writer, project, day, kind, body, state, values, parts):
        values |= {"day": day, "kind": self.world.kinds[kind], "delivered_by": self.world.bodies[body]}
        self.write(
            writer, writers.insert, self.world, self.world.projects[project], parts, state=state, **values
        )

    @rule(writer=two, pick=numbers, values=writers.measures())
    def correct(self, writer, pick, values):
        self.write(writer, writers.change, self.world, pick, **values)

    @rule(writer=two, pick=numbers, day=days)
    def correct_the_day(self, writer, pick, day):
        self.write(writer, writers.change, self.world, pick, day=day)

    @rule(writer=two, pick=numbers, kind=two, body=two)
    def correct_kind_and_body(self, writer, pick, kind, body):
        values = {"kind": self.world.kinds[kind], "delivered_by": self.world.bodies[body]}
        self.write(writer, writers.change, self.world, pick, **values)

    @rule(writer=two, pick=numbers, state=states)
    def confirm_or_withdraw(self, writer, pick, state):
        self.write(writer, writers.change, self.world, pick, state=state)

    @rule(writer=two, pick=numbers, parts=writers.parts)
    def break_down(self, writer, pick, parts):
        self.write(writer, writers.break_down, pick, parts)

    @rule(writer=two, pick=numbers)
    def delete(self, writer, pick):
        self.write(writer, writers.delete, pick)

    @rule(writer=two, project=three, hours=hours)
    def change_many(self, writer, project, hours):
        self.write(writer, writers.change_many, self.world.projects[project], hours=hours)

    @rule(writer=two, project=three, day=days)
    def move_many(self, writer, project, day):
        self.write(writer, writers.change_many, self.world.projects[project], day=day)

    @rule(writer=two)
    def shrink_parts(self, writer):
        self.write(writer, writers.shrink_parts)

    @rule(writer=two, project=three, days=some_days, people=numbers)
    def copy(self, writer, project, days, people):
        self.write(writer, writers.copy, self.world, self.world.projects[project], days, people)

    @rule(writer=two)
    def take_back_copies(self, writer):
        self.write(writer, writers.take_back)

    @rule(writer=two, project=three, place=two)
    def move_an_initiative(self, writer, project, place):
        self.write(writer, writers.move, self.world.projects[project], self.world.places[place])

    @precondition(lambda self: not any(self.open))
    @rule(
        project=three, days=st.lists(days, min_size=1, max_size=3), people=numbers, stays_open=st.booleans()
    )
    def bring_a_file(self, project, days, people, stays_open):
        if stays_open:
            self.open[0] = self.write(0, begin)
        if run := self.write(0, bring, self.world, self.world.projects[project], days, people):
            self.loaded.append(run)

    @precondition(lambda self: self.loaded and not any(self.open))
    @rule()
    def undo_a_file(self):
        run = self.loaded.pop()
        if ImportRun.objects.filter(pk=run.pk).exists():
            self.write(0, transaction.atomic(log_files.undo), run)

    @precondition(lambda self: not any(self.open) and not any(worker.is_busy for worker in self.workers))
    @rule(writer=two)
    def empty_the_log(self, writer):
        self.write(writer, writers.empty)

    @rule(kind=jobs, statements=statements)
    def ring(self, kind, statements):
        """Begin with something, if anybody has time."""
        self.collect()
        if idle := [worker for worker in self.workers if not worker.is_busy]:
            idle[0].begin(work, kind)
            self.let(idle[0], statements)

    @rule(project=three, values=thrice, slow=writing, fast=writing, far=halves)
    def overtake(self, project, values, slow, fast, far):
        """What is summed changes, and changes again before the worker who saw it first has written it."""
        self.commit_all()
        for hours, job, statements in zip(values, ["roll_up", slow, fast], [inf, far, inf], strict=True):
            self.change_many(0, project, hours)
            self.ring(job, statements)

    def commit_all(self):
        for writer, block in enumerate(self.open):
            if block:
                self.end(writer, keep=True)
        for worker in self.busy:
            worker.go_on()
        while self.busy:
            self.collect()

    @precondition(lambda self: self.busy)
    @rule(which=two, statements=statements)
    def go_on(self, which, statements):
        self.let(self.busy[which % len(self.busy)], statements)

    def let(self, worker, statements):
        if statements == MAKE_EQUAL:
            worker.go_on(past=MAKE_EQUAL)
        else:
            worker.go_on(statements)

    @precondition(lambda self: self.busy)
    @rule(which=two)
    def kill(self, which):
        worker = self.busy[which % len(self.busy)]
        terminate(worker.pid)
        worker.go_on()
        with suppress(OperationalError, InterfaceError):
            worker.result()
        worker.connect()

    @property
    def busy(self):
        return [worker for worker in self.workers if worker.is_busy]

    def collect(self):
        """Hear from the workers that are done, whose locks may have been in each other's way for too long."""
        for worker in self.busy:
            if worker.settle():
                try:
                    worker.result()
                except DatabaseError as error:
                    if not isinstance(error.__cause__, errors.LockNotAvailable):
                        raise

    @invariant()
    def what_is_not_marked_is_right(self):
        Sums.steps += 1
        self.collect()
        with transaction.atomic():
            writers.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            waiting = set(ChangedMonth.objects.values_list("initiative_id", "month"))
            stored, counted = recount.stored(), recount.counted()
            with connection.cursor() as cursor:
                _cells, _left_out, found = differences(cursor, self.world.cells)
        assert recount.without(stored, waiting) == recount.without(counted, waiting)
        assert found == []

    @invariant()
    def nothing_failed_and_no_check_found_anything(self):
        assert not Drift.objects.exists()
        assert not ParkedMonth.objects.exists()
        assert not RollupRun.objects.filter(state="failed").exists()

    def teardown(self):
        self.commit_all()
        updating.roll_up()
        assert not ChangedMonth.objects.exists()
        assert recount.stored() == recount.counted()


@transaction.atomic
def bring(world, project, days, people):
    """Load a file of new entries, and of one that is there already; return its run if it could be loaded."""
    rows = [["", project.code, f"{day:%d/%m/%Y}", "A4", str(people), str(people // 2)] for day in days]
    there = Intervention.objects.present().filter(initiative=project, day__in=DAYS).last()
    if there:
        rows.append([str(there.public_id), project.code, f"{days[0]:%d/%m/%Y}", "A4", "50", "1"])
    run = log_files.checked(FILE, *rows, by=world.by, place=world.places[0])
    if run.problems.exists():
        return None
    return log_files.load(run)


@pytest.fixture
def world(transactional_db, monkeypatch):
    by = people.enter()["parma_staff"]
    places = [city("parma"), city("verona")]
    projects = [
        initiative("parma"),
        initiative("verona"),
        initiative("parma", code="PR-2026-02", public_id=key("another")),
    ]
    # Small batches and parts, so that even a short log has several.
    for name in ["NEWEST", "OLDEST"]:
        few = getattr(updating, name).replace(f"LIMIT {updating.MOST_CELLS}", "LIMIT 3")
        monkeypatch.setattr(updating, name, few.replace(f"LIMIT {updating.MOST_INITIATIVES}", "LIMIT 2"))
        assert "LIMIT 3" in few
    monkeypatch.setattr(ranges, "MOST_INITIATIVES", 2)
    monkeypatch.setattr(ranges, "MONTHS_A_PART", 2)
    actors = [Actor() for _number in range(4)]
    yield SimpleNamespace(
        by=by,
        places=places,
        projects=projects,
        homes=[project.city for project in projects],
        kinds=[kind("A4"), kind("B1")],
        bodies=[None, organisation("cooperativa")],
        cells=[(project.pk, month) for project in projects for month in MONTHS],
        writers=actors[:2],
        workers=actors[2:],
    )
    for actor in actors:
        actor.leave()


def test_whatever_happens_what_is_not_marked_is_right(world):
    Sums.world, Sums.steps = world, 0
    # Some walks are given up half-way.
    while Sums.steps < STEPS:
        walks = ceil((STEPS - Sums.steps) / STEPS_A_WALK)
        run_state_machine_as_test(
            Sums,
            settings=settings(
                max_examples=walks,
                stateful_step_count=STEPS_A_WALK,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
