"""./will manage: any Django command, beside servers that run."""

import os
import signal
import subprocess

from will_portal.local.bootstrap import PYTHON, ROOT
from will_portal.local.frontend import build
from will_portal.local.servers import servers

PATIENCE = 5


def manage(options):
    build()
    with servers("run"):
        os.environ.setdefault("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]")
        child = subprocess.Popen([PYTHON, ROOT / "manage.py", *options.rest])
        # Ctrl+C reaches the child too, and is its own affair: it may be a shell.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            status = child.wait()
        finally:
            stop(child)
        return status if status >= 0 else 128 - status


def stop(child):
    child.terminate()
    try:
        child.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        child.kill()
