"""The broker dies or freezes: whoever writes gets through, and the row stays for the sweep."""

import time
from types import SimpleNamespace

import pytest
from celery.app.task import Task
from django.db import transaction
from kombu.exceptions import EncodeError

from initiatives import tasks
from initiatives.models import ImportRun
from tests.common.test_cache import Server
from tests.initiatives.imports.runs import enter_world, run_in
from will_portal.celery import app
from will_portal.common import doorbells
from will_portal.common.doorbells import ring
from will_portal.local.valkey import free_port

pytestmark = pytest.mark.django_db(transaction=True)
# Of those who wait for the page.
PATIENCE = 3
# As it is outside the tests, which refuse what nobody listens to.
apply_async = Task.apply_async


@pytest.fixture
def world(transactional_db):
    return enter_world()


@pytest.fixture
def broker(monkeypatch):
    """Returns a function that leads the portal to a broker."""
    monkeypatch.setattr(Task, "apply_async", apply_async)
    monkeypatch.setattr(doorbells.logger, "disabled", False)
    return lambda url: monkeypatch.setattr(app.conf, "broker_url", url)


@pytest.fixture
def server():
    server = Server()
    yield server
    server.kill()


def seconds_to_store(world):
    began = time.monotonic()
    with transaction.atomic():
        run = run_in(world, ImportRun.State.READING)
        ring(tasks.carry_on, run.pk)
    return time.monotonic() - began


def test_a_bell_reaches_the_queue(world, broker, server):
    broker(server.url)
    seconds_to_store(world)
    with app.connection_for_read() as connection:
        message = connection.SimpleQueue("celery").get(timeout=PATIENCE)
    assert message.headers["task"] == "initiatives.tasks.carry_on"


def test_without_redis_the_row_is_stored_all_the_same(world, broker, caplog):
    broker(f"redis://127.0.0.1:{free_port()}/0")
    assert seconds_to_store(world) < PATIENCE
    assert ImportRun.objects.count() == 1
    assert "does not answer" in caplog.text


def test_a_frozen_redis_is_not_waited_for(world, broker, server, caplog):
    broker(server.url)
    with server.frozen():
        assert seconds_to_store(world) < PATIENCE
    assert ImportRun.objects.count() == 1
    assert "does not answer" in caplog.text


def test_a_redis_that_freezes_after_it_was_used_is_not_waited_for(world, broker, server):
    broker(server.url)
    seconds_to_store(world)
    with server.frozen():
        assert seconds_to_store(world) < PATIENCE


def test_nobody_is_told_of_what_was_not_committed(monkeypatch):
    told = []
    monkeypatch.setattr(doorbells, "send", lambda *call: told.append(call))
    with transaction.atomic():
        ring(tasks.carry_on, 1)
        transaction.set_rollback(True)
    assert not told


def test_a_mistake_of_ours_is_no_silence_of_the_broker(broker, server):
    broker(server.url)
    with pytest.raises(EncodeError):
        ring(tasks.carry_on, SimpleNamespace())
