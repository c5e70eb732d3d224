"""./will run: set up what is missing, then web, worker and beat side by side."""

import os
import shlex
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

import psutil
from honcho.manager import SYSTEM_PRINTER_NAME, Manager
from honcho.printer import Printer

from will_portal.accounts.demo import ACCOUNTS, PASSWORD
from will_portal.local.bootstrap import PYTHON, ROOT, VAR, Problem, Stamp
from will_portal.local.frontend import BUNDLE, build_catalogues, build_front_end
from will_portal.local.leftovers import mark, stop_leftovers
from will_portal.local.locks import alone
from will_portal.local.servers import remove_data, servers

HOME = VAR / "run"
ADDRESS = HOME / "address"
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
ANY = {"0.0.0.0", "::"}  # nosec B104: compared with, not bound to
STOPPED_BY_SIGNAL = {130, 143}


def run(options):
    HOME.mkdir(parents=True, exist_ok=True)
    address = ADDRESS.read_text() if ADDRESS.exists() else "an address not yet known"
    running = f"The portal already runs from this checkout at {address}: use that, or stop it with Ctrl+C."
    with alone(HOME / "run.lock", running):
        stop_leftovers("run")
        check_port(options.host, options.port)
        address = f"http://{bracketed(options.host)}:{options.port}/"
        ADDRESS.write_text(address)
        if options.fresh:
            remove_data("run")
            shutil.rmtree(VAR / "mail", ignore_errors=True)
        build_front_end()
        build_catalogues()
        with servers("run"):
            describe_installation(options)
            prepare(demo=not options.no_demo)
            return supervise(options, address)


def check_port(host, port):
    try:
        family, kind, protocol, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(where)
    except (OSError, OverflowError) as error:
        raise Problem(
            f"Port {port} of {host} cannot be used ({getattr(error, 'strerror', None) or error}): "
            "choose another with --port."
        ) from error


def bracketed(host):
    return f"[{host}]" if ":" in host else host


def describe_installation(options):
    hosts = {options.host, *LOOPBACK}
    if options.host in ANY:
        hosts |= {socket.gethostname()}
        hosts |= {item.address for items in psutil.net_if_addrs().values() for item in items}
    hosts -= ANY
    os.environ.setdefault("ALLOWED_HOSTS", ",".join(sorted(bracketed(host) for host in hosts)))
    os.environ["WILL_DEMO"] = "0" if options.no_demo else "1"


def prepare(demo):
    """Start Django once for everything whose inputs changed, and not at all if nothing did."""
    data = [ROOT / name for name in ("requirements.txt", "will_portal", "cities")]
    stamps = {
        "database": Stamp(HOME / "stamps" / "database", os.environ["DATABASE_URL"], str(demo), *data),
        "static": Stamp(VAR / "stamps" / "static", ROOT / "requirements.txt", ROOT / "static", BUNDLE),
    }
    # Only of the embedded server is it known that nobody else changes the database meanwhile.
    due = [name for name, stamp in stamps.items() if stamp.stale]
    if "%2F" not in os.environ["DATABASE_URL"] and "database" not in due:
        due.append("database")
    if not due:
        return
    command = [
        PYTHON,
        "-m",
        "will_portal.local.prepare",
        *(f"--{name}" for name in due),
        *["--demo"][: int(demo)],
    ]
    status = subprocess.run(command, check=False).returncode
    if status:
        sys.exit(status)
    for name in due:
        with stamps[name]:
            pass


def supervise(options, address):
    terminal = Terminal(sys.stdout)
    manager = Manager(terminal)
    environment = os.environ | mark("run") | {"PYTHONUNBUFFERED": "1"}
    if os.geteuid() == 0:
        # Celery fills the screen with it; the tasks it warns of, pickled ones, are refused by default.
        environment["PYTHONWARNINGS"] = "ignore:You're running the worker with superuser privileges"
    for name, command in processes(options).items():
        manager.add_process(name, f"exec {shlex.join(command)}", env=environment, cwd=str(ROOT))
    threading.Thread(target=announce, args=(options, address), daemon=True).start()
    try:
        manager.loop()
    finally:
        # Whatever the manager could not stop, and what a stopped process may have left behind.
        stop_leftovers("run")
    if manager.returncode not in STOPPED_BY_SIGNAL:
        raise Problem(f"The process {terminal.first_stopped} ended by itself: its last words are above.")
    print("\nStopped.")
    return manager.returncode


def processes(options):
    celery = ["celery", "--quiet", "--app", "will_portal"]
    reload = ["--reload"] if os.environ.get("DEBUG") else []
    return {
        "web": ["gunicorn", "will_portal.wsgi", "--bind", f"{bracketed(options.host)}:{options.port}"]
        + [
            "--workers",
            "2",
            "--log-level",
            "warning",
            "--graceful-timeout",
            "3",
            "--no-control-socket",
            *reload,
        ],
        "worker": [*celery, "worker", "--loglevel", "WARNING", "--concurrency", "2", "--without-mingle"],
        "beat": [*celery, "beat", "--loglevel", "WARNING", "--schedule", str(HOME / "beat-schedule")],
    }


class Terminal(Printer):
    """Shows what the processes say, without the manager's own running commentary."""

    first_stopped = None

    def write(self, message):
        if message.name != SYSTEM_PRINTER_NAME:
            super().write(message)
        elif self.first_stopped is None and " stopped " in message.data:
            self.first_stopped = message.data.split()[0]


def announce(options, address):
    host = "127.0.0.1" if options.host in ANY else options.host
    status = first_answer(f"http://{bracketed(host)}:{options.port}/")
    if status != 200:
        print(
            f"\nThe first page failed with {status}: the reason is above. Ctrl+C stops everything.\n",
            flush=True,
        )
        return
    print(f"\nPortal ready after {time.time() - float(os.environ['WILL_STARTED']):.0f} s: {address}\n")
    if not options.no_demo:
        for account in ACCOUNTS:
            print(f"  {account.role:<24}{account.email:<32}{PASSWORD}")
        print("\nThe cities are real (ISTAT, CC BY 4.0); the people are invented.")
        if options.host not in LOOPBACK:
            print("Everybody who reaches this address can sign in with these accounts.")
    print(f"Mail is written to {VAR / 'mail'}. Ctrl+C stops everything.\n", flush=True)


def first_answer(url):
    while True:
        try:
            with urllib.request.urlopen(url, timeout=30) as response:  # nosec B310: the address is our own
                return response.status
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            time.sleep(0.1)
