"""A real Celery worker and beat, working on the database of the tests."""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.db import connection

from will_portal.celery import app

PATIENCE = 20


def with_path(url, path):
    return urlunsplit(urlsplit(url)._replace(path=f"/{path}"))


def environment():
    return os.environ | {
        "DATABASE_URL": with_path(os.environ["DATABASE_URL"], connection.settings_dict["NAME"]),
        # Not the queue of a portal that runs on the same Redis, whose worker would take the tasks away.
        "REDIS_URL": with_path(settings.REDIS_URL, 2 + os.getpid() % 14),
        "HEARTBEAT_SECONDS": "1",
        "ROLLUP_SWEEP_SECONDS": "2",
    }


@contextmanager
def celery(*arguments, env, log):
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "celery", "--app", "will_portal", *arguments],
            cwd=settings.BASE_DIR,
            env=env,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        stop(process)


def stop(process):
    process.terminate()
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def wait_for(line, process, log):
    deadline = time.monotonic() + PATIENCE
    while line not in log.read_text():
        if process.poll() is not None or time.monotonic() > deadline:
            raise AssertionError(f"Celery did not start:\n{log.read_text()}")
        time.sleep(0.1)


@contextmanager
def running(folder):
    env = environment()
    worker_log, beat_log = folder / "worker.log", folder / "beat.log"
    schedule = f"--schedule={folder / 'schedule'}"
    broker = app.conf.broker_url
    app.conf.broker_url = env["REDIS_URL"]
    try:
        with (
            celery("worker", "--concurrency=1", "--loglevel=INFO", env=env, log=worker_log) as worker,
            celery("beat", schedule, "--pidfile=", "--loglevel=INFO", env=env, log=beat_log) as beat,
        ):
            wait_for(" ready.", worker, worker_log)
            wait_for("beat: Starting", beat, beat_log)
            yield
        app.control.purge()
    finally:
        app.conf.broker_url = broker
