"""Processes of an earlier ./will that was killed before it could stop them."""

import os

import psutil

from will_portal.local.bootstrap import VAR

MARK = "WILL_PROCESS"
PATIENCE = 5


def mark(purpose):
    """Environment that every process started for `purpose` carries, and passes on to its children."""
    return {MARK: f"{purpose} {VAR}"}


def stop_leftovers(purpose):
    ours = mark(purpose)[MARK]
    left = [
        process for process in psutil.process_iter() if process.pid != os.getpid() and marked(process, ours)
    ]
    for process in left:
        signal(process.terminate)
    _, stubborn = psutil.wait_procs(left, timeout=PATIENCE)
    for process in stubborn:
        signal(process.kill)
    psutil.wait_procs(stubborn, timeout=PATIENCE)


def marked(process, ours):
    try:
        return process.environ().get(MARK) == ours
    except (psutil.Error, OSError):
        return False


def signal(send):
    try:
        send()
    except psutil.NoSuchProcess:
        return
