"""./will manage: any Django command, beside servers that run."""

import signal
import subprocess

from will_portal.local.bootstrap import PYTHON, ROOT
from will_portal.local.frontend import build_catalogues, build_front_end
from will_portal.local.servers import servers


def manage(options):
    build_front_end()
    build_catalogues()
    with servers("run"):
        child = subprocess.Popen([PYTHON, ROOT / "manage.py", *options.rest])
        # Ctrl+C reaches the child too, and is its own affair: it may be a shell.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        return child.wait()
