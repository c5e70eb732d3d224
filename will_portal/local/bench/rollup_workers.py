"""Celery workers of the benchmark's own, on a broker of its own and one of its databases."""

import contextlib
import os
import subprocess
import sys
import time
from urllib.parse import urlsplit, urlunsplit

from will_portal.celery import app
from will_portal.local.bootstrap import ROOT, VAR, Problem
from will_portal.local.leftovers import mark, stop_leftovers
from will_portal.local.valkey import Valkey

HOME = VAR / "bench"
PATIENCE = 30
WORKER = [sys.executable, "-m", "celery", "--app", "will_portal", "worker", "--concurrency=1"]
WORKER += ["--loglevel=INFO", "--without-mingle"]
SUPERUSER = "ignore:You're running the worker with superuser privileges"


@contextlib.contextmanager
def workers(url, name, number):
    """Have so many workers wait for work on the database of this name, beside that of `url`."""
    stop_leftovers("bench")
    redis, usual = Valkey(HOME / "redis"), app.conf.broker_url
    address = urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
    try:
        redis.start()
        app.conf.broker_url = redis.url
        own = {"DATABASE_URL": address, "REDIS_URL": redis.url, "PYTHONWARNINGS": SUPERUSER}
        started = [start(number, os.environ | own | mark("bench")) for number in range(number)]
        for process, log in started:
            wait_ready(process, log)
        yield
    finally:
        app.conf.broker_url = usual
        stop_leftovers("bench")
        redis.stop()
        redis.remove()


def start(number, environment):
    log = HOME / f"worker-{number}.log"
    with log.open("wb") as output:
        command = [*WORKER, f"--hostname=bench-{number}@%h"]
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return process, log


def wait_ready(process, log):
    deadline = time.monotonic() + PATIENCE
    while " ready." not in log.read_text(errors="replace"):
        if process.poll() is not None or time.monotonic() > deadline:
            raise Problem(f"A worker did not start; what it said is in {log}.")
        time.sleep(0.05)
