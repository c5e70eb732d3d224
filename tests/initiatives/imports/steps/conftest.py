import pytest

from initiatives.imports import steps
from tests.initiatives.imports.runs import Engine, enter_world
from will_portal.common import doorbells


@pytest.fixture
def world(transactional_db):
    return enter_world()


@pytest.fixture(autouse=True)
def rung(monkeypatch):
    """The tasks that the broker was asked for, in the place of the broker."""
    bells = []
    monkeypatch.setattr(doorbells, "send", lambda task, args: bells.append((task.name.split(".")[-1], *args)))
    return bells


@pytest.fixture
def engine(world, monkeypatch):
    engine = Engine(world)
    monkeypatch.setattr(steps, "engine_of", lambda run: engine)
    return engine
