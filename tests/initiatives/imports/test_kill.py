"""A real worker is killed at random moments of a load: it loads once, or nothing, and the sweep goes on."""

import os
import random
import signal
import time
from datetime import timedelta

import psutil
import pytest
from celery.app.task import Task
from django.db import connection
from django.utils import timezone

from initiatives import tasks
from initiatives.actions import imports
from initiatives.imports import steps
from initiatives.log_filters import Place
from initiatives.models import ImportRun, Intervention
from tests import worker as workers
from tests.initiatives.imports.runs import enter_world, line, upload
from will_portal.celery import app
from will_portal.common import doorbells

pytestmark = pytest.mark.django_db(transaction=True)
State = ImportRun.State
apply_async = Task.apply_async
SEED = 20260301
ROWS = 4000
# All twenty take about two minutes.
KILLS = int(os.environ.get("WILL_KILLS", 4))
PATIENCE = 30


@pytest.fixture
def world(transactional_db):
    return enter_world()


@pytest.fixture
def queue(monkeypatch):
    """The environment of a worker whose queue nobody else listens to, and this process rings in it."""
    env = workers.environment()
    monkeypatch.setattr(Task, "apply_async", apply_async)
    monkeypatch.setattr(app.conf, "broker_url", env["REDIS_URL"])
    app.control.purge()
    yield env
    app.control.purge()


class Worker:
    """A worker that is started anew whenever it was killed."""

    def __init__(self, env, folder):
        self.env, self.log = env, folder / "worker.log"
        self.start()

    def start(self):
        arguments = ["worker", "--concurrency=1", "--loglevel=INFO", "--without-gossip", "--without-mingle"]
        self.running = workers.celery(*arguments, env=self.env, log=self.log)
        self.process = self.running.__enter__()
        workers.wait_for(" ready.", self.process, self.log)

    def kill_child(self):
        for child in psutil.Process(self.process.pid).children():
            child.kill()

    def kill(self):
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.start()

    def stop(self):
        self.running.__exit__(None, None, None)


@pytest.fixture
def worker(queue, tmp_path):
    worker = Worker(queue, tmp_path)
    yield worker
    worker.stop()


def until(condition):
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


@pytest.fixture
def run(world, monkeypatch):
    """An import of some thousand rows that somebody has confirmed, and of which no worker has been told."""
    with monkeypatch.context() as silent:
        silent.setattr(doorbells, "send", lambda task, args: None)
        place = Place("parma", "Parma", city=world.city)
        rows = [line(world, served, f"{1 + served % 28:02}/03/2026") for served in range(1, ROWS + 1)]
        run = imports.start_import(place=place, subject="log", file=upload(*rows), by=world.parma_staff)
        steps.carry_on(run.pk)
        run.refresh_from_db()
        imports.match(run=run, mapping=run.mapping, options={}, by=world.parma_staff)
        steps.carry_on(run.pk)
        run.refresh_from_db()
        assert run.state == State.REVIEW, run.notice
        imports.confirm(run=run, by=world.parma_staff)
    return run


def stands(run):
    """Return the state and how much of it is in the log, at one moment, which must agree."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT state, (SELECT count(*) FROM initiatives_intervention)"
            " FROM initiatives_importrun WHERE id = %s",
            [run.pk],
        )
        state, loaded = cursor.fetchone()
    assert (state, loaded) in [(State.LOADING, 0), (State.DONE, ROWS)]
    return state


def ring(run):
    """Tell the worker, and wait until it is done; return how long that took."""
    began = time.monotonic()
    doorbells.send(tasks.carry_on, [run.pk])
    until(lambda: stands(run) == State.DONE)
    return time.monotonic() - began


def load_anew(run):
    Intervention.objects.all()._raw_delete("default")
    fresh = {"state": State.LOADING, "done_at": None, "attempts": 0, "taken_at": None}
    ImportRun.objects.filter(pk=run.pk).update(**fresh)


def sweep(run):
    """Let a minute pass, and tell the workers of what they have left."""
    a_minute_ago = timezone.now() - timedelta(seconds=61)
    ImportRun.objects.filter(pk=run.pk).update(taken_at=a_minute_ago, created=a_minute_ago)
    tasks.sweep_imports()
    until(lambda: stands(run) == State.DONE)


def test_a_killed_worker_has_loaded_once_or_nothing(run, worker):
    lots = random.Random(SEED)
    ring(run)
    load_anew(run)
    longest = ring(run)
    for number in range(KILLS):
        load_anew(run)
        doorbells.send(tasks.carry_on, [run.pk])
        moment = lots.uniform(0, 1.2 * longest)
        time.sleep(moment)
        (worker.kill if number % 2 else worker.kill_child)()
        left = stands(run)
        run.refresh_from_db()
        print(f"killed after {moment:.2f} of {longest:.2f} s: {left}, taken up {run.attempts}")  # noqa: T201
        sweep(run)
        # Told once more of what is done, it does nothing.
        ring(run)
