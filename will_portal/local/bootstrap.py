"""What ./will does before its virtual environment exists: standard library only."""

import argparse
import contextlib
import errno
import fcntl
import hashlib
import importlib.util
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VAR = ROOT / "var"
VENV = VAR / "venv"
PYTHON = VENV / "bin" / "python"
SETUP_LOG = VAR / "log" / "setup.log"

NO_NETWORK = re.compile(
    r"dns error|name resolution|getaddrinfo|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ENETUNREACH|ETIMEDOUT"
    r"|NewConnectionError|NameResolutionError|ConnectTimeout|Failed to establish a new connection"
    r"|error sending request|Connection refused|Network is unreachable|tcp connect error",
    re.IGNORECASE,
)
UNTRUSTED = re.compile(r"invalid peer certificate|CERTIFICATE_VERIFY_FAILED|UNABLE_TO_\w+|SELF_SIGNED_CERT")
DISK_FULL = re.compile(r"No space left on device|ENOSPC|Disk quota exceeded", re.IGNORECASE)


SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# PostgreSQL's and Python's own tools start each other through a shell or split lists at these.
IMPOSSIBLE_IN_A_PATH = re.compile(r"""["$`\\,:\n]""")


class Problem(Exception):
    """One sentence for the person at the terminal: what is wrong and what to do."""


class Interrupted(BaseException):
    """Ctrl+C, a closed terminal or SIGTERM: everything that was started is to be stopped."""

    def __init__(self, signum):
        self.status = 128 + signum


def interrupt(signum, frame):
    # Stopping has begun: a second Ctrl+C must not cut it short and leave servers behind.
    for name in SIGNALS:
        signal.signal(name, signal.SIG_IGN)
    raise Interrupted(signum)


def disk_full():
    return Problem(f"The disk that holds {VAR} is full: make room and call ./will again.")


def foreign(path):
    """Whether it lies under var/ and somebody else made it, as after a start with sudo."""
    path = Path(path or ROOT)
    while path != VAR and not os.path.exists(path):
        path = path.parent
    return path.is_relative_to(VAR) and path.stat().st_uid != os.geteuid()


@contextlib.contextmanager
def told():
    """Turn what can go wrong on somebody's machine into one sentence and an exit status."""
    try:
        for name in SIGNALS:
            signal.signal(name, interrupt)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
        try:
            yield
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise disk_full() from error
            if isinstance(error, PermissionError) and foreign(error.filename):
                raise Problem(
                    f"{error.filename} belongs to another user: call ./will as that user, "
                    f"or have them remove {VAR}."
                ) from error
            raise
    except Problem as problem:
        sys.exit(f"will: {problem}")
    except Interrupted as interrupted:
        # The terminal may be gone, or whoever read the output.
        with contextlib.suppress(OSError):
            print("\nStopped.", flush=True)
        sys.exit(interrupted.status)


def port(text):
    number = int(text)
    if not 1 <= number <= 65535:
        raise argparse.ArgumentTypeError(f"{number} is not a port: choose one from 1 to 65535")
    return number


def rows(text):
    number = int(text.replace("_", ""))
    if not 1000 <= number <= 5_000_000:
        raise argparse.ArgumentTypeError(f"{number} rows are too few or too many: choose 1000 to 5000000")
    return number


def times(text):
    number = int(text)
    if not 1 <= number <= 10_000:
        raise argparse.ArgumentTypeError(f"{number} times are too few or too many: choose 1 to 10000")
    return number


def arguments(argv):
    parser = argparse.ArgumentParser(prog="./will", description="The WILL portal on this machine.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    run = commands.add_parser("run", help="set up what is missing and start the portal")
    run.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    run.add_argument("--port", type=port, default=8000, help="port to listen on (default: %(default)s)")
    run.add_argument("--fresh", action="store_true", help="first delete the local database, queue and mail")
    run.add_argument("--no-demo", action="store_true", help="load no demonstration accounts and data")
    commands.add_parser("test", help="run everything that CI runs; with pytest arguments, pytest alone")
    commands.add_parser("manage", help="run a Django management command", add_help=False)
    bench = commands.add_parser("bench", help="measure how fast the portal is, in databases of its own")
    bench.add_argument("benchmark", choices=["dashboard", "import", "log", "rollup"], help="what to measure")
    bench.add_argument(
        "--rows",
        type=rows,
        default=500_000,
        help="entries in the log, at most 5,000,000 (default: %(default)s)",
    )
    bench.add_argument("--json", action="store_true", help="print a list of objects instead of a table")
    bench.add_argument("--explain", action="store_true", help="print the SQL of both sides with its plans")
    soak = commands.add_parser("soak", help="hurt servers and workers at random; see that sums are right")
    soak.add_argument(
        "--times", type=times, default=1, help="how often each fault happens (default: %(default)s)"
    )
    soak.add_argument("--seed", type=int, default=2026, help="decides the moments (default: %(default)s)")
    soak.add_argument("--only", metavar="FAULT", help="one fault alone; a wrong name shows them all")
    soak.add_argument("--json", action="store_true", help="print a list of objects instead of a table")
    # What follows test and manage belongs to pytest and Django, options included.
    passed_on = argv[1:] if argv[:1] in (["test"], ["manage"]) else []
    if passed_on in (["-h"], ["--help"]) and argv[0] == "test":
        passed_on = []
    parsed = parser.parse_args(argv[: len(argv) - len(passed_on)])
    parsed.rest = passed_on
    return parsed


@contextlib.contextmanager
def step(text):
    start = time.monotonic()
    # Not to standard output, which of ./will manage belongs to the command.
    print(f"  {text:<44}", end="", file=sys.stderr, flush=True)
    try:
        yield
    except BaseException:
        with contextlib.suppress(OSError):
            print(file=sys.stderr)
        raise
    print(f"{time.monotonic() - start:6.1f} s", file=sys.stderr, flush=True)


def fingerprint(*inputs):
    """Hash of strings and of files (a folder counts with all that is in it)."""
    digest = hashlib.sha256()
    for item in inputs:
        if isinstance(item, str):
            digest.update(item.encode() + b"\0")
            continue
        files = [item] if item.is_file() else sorted(path for path in item.rglob("*") if path.is_file())
        for path in files:
            if "__pycache__" not in path.parts:
                digest.update(str(path.relative_to(ROOT)).encode() + b"\0")
                digest.update(path.read_bytes() + b"\0")
    return digest.hexdigest()


class Stamp:
    """Remembers with which inputs a piece of set-up was done, so that it is skipped until they change."""

    def __init__(self, path, *inputs, makes=None):
        self.path = path
        self.mark = fingerprint(*inputs)
        self.makes = makes

    @property
    def stale(self):
        made = self.makes is None or self.makes.exists()
        return not (made and self.path.exists() and self.path.read_text() == self.mark)

    def __enter__(self):
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.unlink(missing_ok=True)

    def __exit__(self, error, *rest):
        if error is None:
            self.path.write_text(self.mark)


@contextlib.contextmanager
def setting_up():
    """One command of a checkout at a time installs and builds; the others wait, and find it done."""
    with (VAR / "setup.lock").open("a") as file:
        fcntl.lockf(file, fcntl.LOCK_EX)
        yield


def once(text, work, stamp):
    if stamp.stale:
        with stamp, step(text):
            work()


def call(command, failure, **options):
    """Run a set-up command quietly; its output goes to the log, and its failure becomes a sentence."""
    SETUP_LOG.parent.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        **options,
    )
    with SETUP_LOG.open("a") as log:
        log.write(f"$ {' '.join(str(part) for part in command)}\n{done.stdout}\n")
    if done.returncode:
        raise explained(failure, done.stdout)


def explained(failure, output):
    if DISK_FULL.search(output):
        return disk_full()
    if UNTRUSTED.search(output):
        return Problem(
            f"{failure}: this network answers with a certificate that the machine does not trust; have its "
            "certificate authority installed and call ./will again."
        )
    if NO_NETWORK.search(output):
        return Problem(
            f"{failure}: the package registry cannot be reached; check the network and call ./will again."
        )
    last = next((line.strip() for line in reversed(output.splitlines()) if line.strip()), "no output")
    return Problem(f"{failure}: {last} (the whole output is in {SETUP_LOG}).")


def create_venv():
    if importlib.util.find_spec("ensurepip") is None or importlib.util.find_spec("venv") is None:
        raise Problem(
            "Python's venv module is missing: on Debian and Ubuntu install python3-venv, "
            "then call ./will again."
        )
    shutil.rmtree(VENV, ignore_errors=True)
    call([sys.executable, "-m", "venv", VENV], "The virtual environment could not be created")
    lock = (ROOT / "requirements-local.txt").read_text()
    pinned_uv = VAR / "uv.txt"
    pinned_uv.write_text(re.search(r"^uv==.*?(?=^\S|\Z)", lock, re.MULTILINE | re.DOTALL)[0])
    call(
        [PYTHON, "-m", "pip", "install", "--quiet", "--no-cache-dir", "--disable-pip-version-check"]
        + ["--no-deps", "--require-hashes", "--requirement", pinned_uv],
        "uv could not be installed",
    )


def install(*locks):
    command = [VENV / "bin" / "uv", "pip", "install", "--python", PYTHON, "--require-hashes"]
    # Offices look into encrypted traffic, with certificates that only the machine's own store knows.
    command += ["--system-certs", "--no-progress"]
    for lock in locks:
        command += ["--requirement", lock]
    call(command, "The Python packages could not be installed")


def environment():
    """Everything that the tools write stays under var/."""
    caches = {"UV_CACHE_DIR": str(VAR / "cache" / "uv"), "npm_config_cache": str(VAR / "cache" / "npm")}
    caches["NODE_COMPILE_CACHE"] = str(VAR / "cache" / "node")
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return (
        caches
        | os.environ
        | {
            "PATH": f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
            "PYTHONPATH": os.pathsep.join(paths),
            "PYTHONPYCACHEPREFIX": str(VAR / "cache" / "python"),
            "VIRTUAL_ENV": str(VENV),
        }
    )


def prepare_python(with_tests):
    stamps = VAR / "stamps"
    python = f"{sys.version} {sys.base_prefix} {VENV}"
    venv = Stamp(stamps / "venv", python, makes=PYTHON)
    once("Creating the virtual environment", create_venv, venv)
    made = f"{venv.mark} {venv.path.stat().st_mtime_ns}"
    # The tests' packages have a lock of their own, so that a first start does not wait for them.
    locks = [ROOT / "requirements.txt", ROOT / "requirements-local.txt"]
    once("Installing Python packages", lambda: install(*locks), Stamp(stamps / "packages", made, *locks))
    if with_tests:
        locks.append(ROOT / "requirements-dev.txt")
        once("Installing the tests' packages", lambda: install(*locks), Stamp(stamps / "tests", made, *locks))


def main():
    with told():
        command = arguments(sys.argv[1:]).command
        if IMPOSSIBLE_IN_A_PATH.search(str(ROOT)):
            raise Problem(
                f"The portal cannot start from {ROOT}: PostgreSQL and Python do not work in a path with "
                "quotes, dollar signs, backticks, backslashes, commas or colons; move the checkout."
            )
        VAR.mkdir(exist_ok=True)
        os.environ.update(environment())
        # It has a place under var/, and without it every start compiles everything again.
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ["WILL_STARTED"] = str(time.time())
        with setting_up():
            prepare_python(with_tests=command == "test")
        # Held back until the next program can answer them with one line.
        signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
        os.execv(PYTHON, [str(PYTHON), "-m", "will_portal.local", *sys.argv[1:]])
