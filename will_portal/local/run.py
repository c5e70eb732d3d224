"""./will run: set up what is missing, then web, worker and beat side by side."""

import contextlib
import importlib
import multiprocessing
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
from django.core.exceptions import ImproperlyConfigured
from environs import EnvError
from honcho.manager import SYSTEM_PRINTER_NAME, Manager
from honcho.printer import Printer

from will_portal.accounts.demo import ACCOUNTS, PASSWORD
from will_portal.local.bootstrap import PYTHON, ROOT, VAR, Problem, Stamp
from will_portal.local.frontend import BUNDLE, build
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
        # By name, since passkeys refuse a bare number as the site that they belong to.
        shown = "localhost" if options.host == "127.0.0.1" else bracketed(options.host)
        address = f"http://{shown}:{options.port}/"
        ADDRESS.write_text(address)
        os.environ.setdefault("SITE_URL", address)
        if options.fresh:
            remove_data("run")
            shutil.rmtree(VAR / "mail", ignore_errors=True)
        build()
        with servers("run") as embedded:
            describe_installation(options)
            debug = checked_settings().DEBUG
            prepare(demo=not options.no_demo)
            return supervise(processes(options, debug), embedded, options, address)


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


def checked_settings():
    """A bad value in the environment is named here, once, and not by each process in a traceback."""
    try:
        return importlib.import_module("will_portal.settings")
    except (EnvError, ImproperlyConfigured) as error:
        raise Problem(error) from error


def prepare(demo):
    """Start Django once for everything whose inputs changed, and not at all if nothing did."""
    apps = ["will_portal", "cities", "thirdsector", "initiatives", "evaluation"]
    data = [ROOT / name for name in ["requirements.txt", *apps]]
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


def add_processes(manager, commands):
    environment = os.environ | mark("run") | {"PYTHONUNBUFFERED": "1"}
    if os.geteuid() == 0:
        # Celery fills the screen with it; the tasks it warns of, pickled ones, are refused by default.
        environment["PYTHONWARNINGS"] = "ignore:You're running the worker with superuser privileges"
    for name, command in commands.items():
        manager.add_process(name, f"exec {shlex.join(command)}", env=environment, cwd=str(ROOT))


def supervise(commands, embedded, options, address):
    terminal, ended = Terminal(sys.stdout), []
    manager = Manager(terminal)
    add_processes(manager, commands)
    threading.Thread(target=announce, args=(options, address), daemon=True).start()
    threading.Thread(target=watch, args=(embedded, manager, ended), daemon=True).start()
    try:
        manager.loop()
    finally:
        # Whatever the manager could not stop, and what a stopped process may have left behind.
        stop_leftovers("run")
        # The manager's own children wait forever to tell of their end if it no longer listens.
        for child in multiprocessing.active_children():
            child.kill()
    if ended:
        raise Problem(f"{ended[0].name} ended by itself (its log is {ended[0].log}): call ./will run again.")
    if manager.returncode not in STOPPED_BY_SIGNAL:
        name = terminal.first_stopped
        raise Problem(f"The process {name} ended by itself; what it said is above: call ./will run again.")
    with contextlib.suppress(OSError):
        print("\nStopped.", flush=True)
    return manager.returncode


def watch(embedded, manager, ended):
    """Without its database the portal would answer with errors for ever: stop, and say why."""
    while not ended:
        time.sleep(1)
        ended += [server for server in embedded if server.process() is None]
    manager.terminate()


def processes(options, debug):
    celery = ["celery", "--quiet", "--app", "will_portal"]
    worker = [*celery, "worker", "--loglevel", "WARNING", "--without-mingle"]
    reload = ["--reload"] if debug else []
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
        "worker": [*worker, "--concurrency", "2"],
        # An import may keep the others busy for minutes, and people wait for their figures.
        "sums": [*worker, "--concurrency", "1", "--queues", "rollups", "--hostname", "sums@%h"],
        "beat": [
            *celery,
            "beat",
            "--loglevel",
            "WARNING",
            "--schedule",
            str(HOME / f"beat-schedule-{sys.version_info.minor}"),
        ],
    }


class Terminal(Printer):
    """Shows what the processes say, without the manager's own running commentary."""

    first_stopped = None

    def write(self, message):
        if message.name != SYSTEM_PRINTER_NAME:
            # Whoever read the output may be gone; the portal goes on, and stops in order.
            with contextlib.suppress(OSError):
                super().write(message)
        elif self.first_stopped is None and " stopped " in message.data:
            self.first_stopped = message.data.split()[0]


def announce(options, address):
    with contextlib.suppress(OSError):
        say_ready(options, address)


def say_ready(options, address):
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
        roles = 2 + max(len(account.role) for account in ACCOUNTS)
        emails = 2 + max(len(account.email) for account in ACCOUNTS)
        for account in ACCOUNTS:
            print(f"  {account.role:<{roles}}{account.email:<{emails}}{PASSWORD}")
        print(
            "\nReal: the cities (ISTAT), the PNRR projects (Italia Domani), the organisations with a source"
            " (onData), all CC BY 4.0. Invented, and marked so: the people and the initiatives with a log."
        )
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
