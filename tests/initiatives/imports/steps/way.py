"""The way of an import through its steps, for tests that begin somewhere on it."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connection

from initiatives.actions import imports
from initiatives.imports import steps
from initiatives.log_filters import Place
from initiatives.models import ImportRun
from tests.initiatives.imports.runs import upload
from will_portal.accounts.actions import Refused

State = ImportRun.State
PATIENCE = 10


def started(world, file, by=None):
    place = Place("parma", "Parma", city=world.city)
    return imports.start_import(place=place, subject="log", file=file, by=by or world.parma_staff)


def carried_on(run):
    steps.carry_on(run.pk)
    run.refresh_from_db()
    return run


def reviewed(world, *lines):
    """Bring a file and have it read, matched as proposed, and checked."""
    run = carried_on(started(world, upload(*lines)))
    assert run.state == State.MATCHING, run.notice
    imports.match(run=run, mapping=run.mapping, options={}, by=world.parma_staff)
    return carried_on(run)


def loaded(world, *lines):
    run = reviewed(world, *lines)
    imports.confirm(run=run, by=world.parma_staff)
    return carried_on(run)


def at_once(*calls):
    start = Barrier(len(calls))

    def alone(call):
        start.wait(PATIENCE)
        try:
            return call()
        except Refused as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(alone, calls, timeout=PATIENCE))


def doing(error):
    def step(*args):
        raise error

    return step
