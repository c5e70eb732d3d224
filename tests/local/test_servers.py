"""Real servers in a folder of their own, so that the ones that serve these tests stay up."""

import shutil
import socket
import subprocess
import sys

import psutil
import psycopg
import pytest
import redis

from will_portal.local.bootstrap import ROOT, VAR, Problem
from will_portal.local.postgres import Postgres
from will_portal.local.run import check_port
from will_portal.local.servers import check_postgres
from will_portal.local.valkey import Valkey, check_redis

SCRATCH = VAR / "test" / "scratch"


@pytest.fixture
def scratch():
    shutil.rmtree(SCRATCH, ignore_errors=True)
    yield SCRATCH
    shutil.rmtree(SCRATCH, ignore_errors=True)


@pytest.fixture
def postgres(scratch):
    server = Postgres(scratch / "postgres", fsync="off")
    server.start()
    yield server
    server.stop()
    server.remove()


@pytest.fixture
def valkey(scratch):
    server = Valkey(scratch / "redis")
    server.start()
    yield server
    server.stop()


def value(server):
    with psycopg.connect(server.url) as connection:
        return connection.execute(
            "SELECT count(*) FROM pg_catalog.pg_class WHERE relname = 'kept'"
        ).fetchone()[0]


def test_postgresql_asks_everybody_for_the_password(postgres):
    stranger = postgres.url.replace(postgres.password_file.read_text(), "guess")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(stranger)


def test_postgresql_listens_on_no_port(postgres):
    process = psutil.Process(int((postgres.data / "postmaster.pid").read_text().split()[0]))
    assert process.net_connections("inet") == []


def test_data_survive_a_kill_of_postgresql(postgres):
    with psycopg.connect(postgres.url) as connection:
        connection.execute("CREATE TABLE kept ()")
    process = psutil.Process(int((postgres.data / "postmaster.pid").read_text().split()[0]))
    children = process.children()
    process.kill()
    psutil.wait_procs([process, *children], timeout=10)
    postgres.start()
    assert value(postgres) == 1


def test_a_process_id_that_somebody_else_has_now_does_not_stop_postgresql_from_starting(postgres):
    record = (postgres.data / "postmaster.pid").read_text()
    postgres.stop()
    (postgres.data / "postmaster.pid").write_text(record.replace(record.split()[0], "1", 1))
    postgres.start()
    assert value(postgres) == 0


def test_data_of_another_version_are_left_alone(postgres):
    postgres.stop()
    version = (postgres.data / "PG_VERSION").read_text()
    (postgres.data / "PG_VERSION").write_text("13\n")
    with pytest.raises(Problem, match="PostgreSQL 13 and this is 18"):
        postgres.start()
    (postgres.data / "PG_VERSION").write_text(version)


def test_redis_asks_everybody_for_the_password(valkey):
    with (
        pytest.raises(redis.AuthenticationError),
        redis.Redis(port=int(valkey.url[:-2].split(":")[-1])) as client,
    ):
        client.ping()


def test_no_password_shows_in_the_list_of_processes(valkey):
    password = valkey.url.split("@")[0].split(":")[-1]
    assert password not in " ".join(valkey.process().cmdline())


def test_a_stopped_redis_leaves_a_process_with_its_number_alone(valkey):
    valkey.stop()
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        valkey.pid_file.write_text(str(other.pid))
        assert valkey.process() is None
        other.communicate(b"\n")


def test_an_unreachable_database_is_named_without_its_password():
    with pytest.raises(Problem, match="^DATABASE_URL: no PostgreSQL answers") as problem:
        check_postgres("postgres://will:s3cret@127.0.0.1:1/will")
    assert "s3cret" not in str(problem.value)


def test_an_unreachable_redis_is_named_without_its_password():
    with pytest.raises(Problem, match="^REDIS_URL: no Redis answers") as problem:
        check_redis("redis://:s3cret@127.0.0.1:1/0")
    assert "s3cret" not in str(problem.value)


def test_a_taken_port_is_named():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(Problem, match=f"Port {port} of 127.0.0.1 cannot be used .* --port"):
            check_port("127.0.0.1", port)


SHARER = """
import sys, time
from pathlib import Path
from will_portal.local.locks import together
folder = Path(sys.argv[1])
with together(folder, lambda: print("start", flush=True), lambda: print("stop", flush=True)):
    print("in", flush=True)
    sys.stdin.readline()
"""


def share(folder):
    return subprocess.Popen(
        [sys.executable, "-c", SHARER, str(folder)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_the_last_command_to_leave_stops_the_servers(tmp_path):
    with share(tmp_path) as first, share(tmp_path) as second:
        for command in (first, second):
            assert [command.stdout.readline(), command.stdout.readline()] == ["start\n", "in\n"]
        assert "stop" not in first.communicate("\n", timeout=10)[0]
        assert "stop" in second.communicate("\n", timeout=10)[0]


def test_a_killed_command_does_not_keep_the_servers_up(tmp_path):
    with share(tmp_path) as first, share(tmp_path) as second:
        for command in (first, second):
            assert [command.stdout.readline(), command.stdout.readline()] == ["start\n", "in\n"]
        first.kill()
        first.communicate(timeout=10)
        assert "stop" in second.communicate("\n", timeout=10)[0]
