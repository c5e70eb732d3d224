"""./will test: every check that CI runs, one line a group, then pytest."""

import os
import re
import secrets
import subprocess
import sys
import time

from will_portal.local.bootstrap import PYTHON, ROOT, VAR
from will_portal.local.frontend import build
from will_portal.local.leftovers import mark, stop_leftovers
from will_portal.local.locks import alone
from will_portal.local.servers import servers

SOURCES = ["will", "manage.py", "will_portal", "cities", "thirdsector", "initiatives", "evaluation", "tests"]
MANAGE = [PYTHON, "manage.py"]
# One more than there are cores, since many tests wait for servers and browsers; more than four outgrow the
# database. In the groups and in the order of tests/conftest.py.
PROCESSES = str(min(4, 1 + (os.cpu_count() or 1)))
SIDE_BY_SIDE = ["--numprocesses", PROCESSES, "--dist", "loadfile", "--no-loadscope-reorder"]
GROUPS = {
    "format of Python": [["ruff", "format", "--check", *SOURCES]],
    "lint of Python": [["ruff", "check", *SOURCES]],
    "format and lint of templates": [["djlint", "templates", "--check"], ["djlint", "templates", "--lint"]],
    "direction of imports": [["lint-imports", "--cache-dir", VAR / "test" / "import_linter"]],
    "security of the code": [["bandit", "--quiet", "--recursive", "--configfile", "pyproject.toml", "."]],
    "migrations": [
        [*MANAGE, "makemigrations", "--check", "--dry-run"],
        [PYTHON, "-m", "will_portal.local.migrations"],
    ],
    "translations": [[PYTHON, "-m", "will_portal.local.translations", "check"]],
    "settings of production": [[*MANAGE, "check", "--deploy", "--fail-level", "WARNING"]],
}
PRODUCTION = {
    "WILL_ENVIRONMENT": "production",
    "WILL_DEMO": "0",
    "DEBUG": "0",
    "ALLOWED_HOSTS": "will.example",
    "EMAIL_URL": "submission://will:secret@mail.example:587",
    "SECRET_KEY": secrets.token_urlsafe(64),
}


def test(options):
    second = "The tests already run from this checkout: wait for them, or stop them with Ctrl+C."
    with alone(VAR / "test" / "run.lock", second):
        stop_leftovers("test")
        os.environ.update(mark("test"))
        build()
        with servers("test"):
            try:
                # Whoever names tests wants those alone, and sees what they print.
                failed = [] if options.rest else [name for name in GROUPS if not passes(name)]
                status = subprocess.run(
                    [
                        PYTHON,
                        "-m",
                        "pytest",
                        "--basetemp",
                        VAR / "test" / "tmp",
                        *(options.rest or SIDE_BY_SIDE),
                    ],
                    cwd=ROOT,
                ).returncode
            finally:
                stop_leftovers("test")
    if failed:
        print(f"will: these groups failed before pytest: {', '.join(failed)}.", file=sys.stderr)
    return status or int(bool(failed))


def passes(group):
    start = time.monotonic()
    environment = os.environ | (PRODUCTION if group == "settings of production" else {})
    for command in GROUPS[group]:
        done = subprocess.run(
            [str(part) for part in command], cwd=ROOT, env=environment, capture_output=True, text=True
        )
        if done.returncode:
            print(f"  {group:<36}FAILED\n{done.stdout}{done.stderr}", flush=True)
            return False
    print(f"  {group:<36}ok {time.monotonic() - start:6.1f} s{counted(done.stdout)}", flush=True)
    return True


def counted(output):
    """What a tool says of how much it looked at, as proof that it looked."""
    found = re.search(
        r"\d+ files? already formatted|Contracts: .*|Linted \d+ files?.*|Valid migrations: \d+", output
    )
    return f"   {found[0]}" if found else ""
