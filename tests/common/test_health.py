import pytest
from django.db import OperationalError, connection
from django.db.models.functions import Now

from will_portal.common.models import Heartbeat
from will_portal.common.tasks import heartbeat

pytestmark = pytest.mark.django_db


@pytest.fixture
def everything_beats():
    for source in Heartbeat.Source.values:
        Heartbeat.objects.create(source=source, seen=Now())


@pytest.fixture
def no_redis(settings):
    settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:1/1"}}


@pytest.fixture
def no_database():
    def refuse(*args):
        raise OperationalError("connection refused")

    with connection.execute_wrapper(refuse):
        yield


def test_a_portal_that_beats_is_well(client, everything_beats):
    response = client.get("/healthz")
    assert response.status_code == 200
    assert response.json()["status"] == "ok"


def test_what_never_beat_is_named(client):
    response = client.get("/healthz")
    assert response.status_code == 503
    assert response.json()["late"] == ["beat", "worker"]


def test_what_stopped_beating_is_named(client, everything_beats, settings):
    settings.HEARTBEAT_SECONDS = 30
    Heartbeat.objects.filter(source="worker").update(seen="2026-01-01T12:00+01:00")
    assert client.get("/healthz").json()["late"] == ["worker"]


def test_without_redis_people_go_on_working(client, everything_beats, no_redis):
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json()["status"]) == (200, "degraded")
    assert client.get("/healthz").status_code == 503


def test_without_the_database_nothing_is_ready(client, no_database):
    assert client.get("/readyz").status_code == 503


def test_without_the_database_the_rest_is_still_examined(client, no_database):
    health = client.get("/healthz")
    assert health.status_code == 503
    assert (health.json()["database"], health.json()["redis"]) == (False, True)


def test_a_second_beat_replaces_the_first():
    heartbeat()
    heartbeat()
    assert Heartbeat.objects.get().source == "worker"


def test_health_is_never_cached(client):
    assert "no-store" in client.get("/readyz")["Cache-Control"]
