"""Celery's own processes, to be killed and started anew."""

import os
import signal
import subprocess
import sys
import time

import psutil

from will_portal.local.bootstrap import ROOT, Problem
from will_portal.local.leftovers import mark

PATIENCE = 30
SUPERUSER = "ignore:You're running the worker with superuser privileges"


class Process:
    def __init__(self, folder, name, *arguments, ready):
        self.name, self.arguments, self.ready = name, arguments, ready
        self.log = folder / f"{name}.log"
        self.running = None

    def start(self):
        if self.log.exists():
            self.log.replace(self.log.with_suffix(".ended.log" if self.ended() else ".before.log"))
        with self.log.open("wb") as output:
            self.running = subprocess.Popen(
                [sys.executable, "-m", "celery", "--app", "will_portal", *self.arguments],
                cwd=ROOT,
                env=os.environ | mark("soak") | {"PYTHONWARNINGS": SUPERUSER},
                stdout=output,
                stderr=subprocess.STDOUT,
                # A Ctrl+C at the terminal is for the soak alone, which stops them.
                start_new_session=True,
            )

    def wait_ready(self):
        deadline = time.monotonic() + PATIENCE
        while self.ready not in self.log.read_text(errors="replace"):
            if not self.lives() or time.monotonic() > deadline:
                raise Problem(f"Celery's {self.name} did not start; what it said is in {self.log}.")
            time.sleep(0.05)

    def lives(self):
        return self.running is not None and self.running.poll() is None

    def ended(self):
        """Whether it came to an end without being asked to."""
        return self.running is not None and self.running.poll() is not None

    def suspend(self):
        os.killpg(self.running.pid, signal.SIGSTOP)

    def resume(self):
        os.killpg(self.running.pid, signal.SIGCONT)

    def children(self):
        return psutil.Process(self.running.pid).children() if self.lives() else []

    def kill(self):
        """End it with all its children, as a machine does that goes off."""
        if self.lives():
            os.killpg(self.running.pid, signal.SIGKILL)
            self.running.wait()
            self.running = None


def worker(folder, name, children):
    arguments = ["worker", f"--hostname={name}@soak", f"--concurrency={children}", "--loglevel=INFO"]
    return Process(folder, name, *arguments, "--without-mingle", ready=" ready.")


def beat(folder, name):
    schedule = folder / f"{name}-schedule"
    for file in folder.glob(f"{name}-schedule*"):
        file.unlink()
    arguments = ["beat", f"--schedule={schedule}", "--pidfile=", "--loglevel=INFO"]
    return Process(folder, name, *arguments, ready="beat: Starting")
