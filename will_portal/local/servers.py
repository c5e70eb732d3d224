"""PostgreSQL and Redis for the commands of this checkout: the person's own, or embedded ones."""

import contextlib
import os
import secrets

import psycopg
from dotenv import load_dotenv

from will_portal.local.bootstrap import ROOT, VAR, Problem
from will_portal.local.locks import alone, together
from will_portal.local.postgres import Postgres, write_secret
from will_portal.local.valkey import Valkey, check_redis

OLDEST_POSTGRESQL = 15
# The tests' server may lose everything in a crash, and is faster for it.
TEST_SETTINGS = {"fsync": "off", "full_page_writes": "off"}


@contextlib.contextmanager
def servers(purpose):
    """Put the addresses of servers that answer into the environment; yield those that are embedded."""
    load_dotenv(ROOT / ".env")
    embedded = {}
    if "DATABASE_URL" in os.environ:
        check_postgres(os.environ["DATABASE_URL"])
    else:
        embedded["DATABASE_URL"] = postgres(purpose)
    if "REDIS_URL" in os.environ:
        check_redis(os.environ["REDIS_URL"])
    else:
        embedded["REDIS_URL"] = Valkey(VAR / purpose / "redis")

    def start():
        for server in embedded.values():
            server.start()

    def stop():
        # What fails for one must not leave the other running.
        with contextlib.ExitStack() as stack:
            for server in embedded.values():
                stack.callback(server.stop)

    folder = VAR / purpose
    folder.mkdir(parents=True, exist_ok=True)
    with together(folder, start, stop):
        os.environ.update({name: server.url for name, server in embedded.items()})
        os.environ.setdefault("WILL_ENVIRONMENT", "local")
        os.environ["SECRET_KEY"] = os.environ.get("SECRET_KEY") or local_secret_key()
        # Mail carries links that let people in.
        (VAR / "mail").mkdir(mode=0o700, exist_ok=True)
        yield list(embedded.values())


def postgres(purpose):
    return Postgres(VAR / purpose / "postgres", **(TEST_SETTINGS if purpose == "test" else {}))


def remove_data(purpose):
    """Delete the embedded servers' data; whoever still works with them is named first."""
    load_dotenv(ROOT / ".env")
    if "DATABASE_URL" in os.environ:
        raise Problem("--fresh deletes the embedded database only: empty the one of DATABASE_URL yourself.")
    with alone(
        VAR / purpose / "users.lock", "Another ./will command works with the local database: stop it first."
    ):
        for server in (postgres(purpose), Valkey(VAR / purpose / "redis")):
            server.stop()
            server.remove()


def local_secret_key():
    file = VAR / "secret_key"
    if not file.exists() or not file.read_text():
        write_secret(file, secrets.token_urlsafe(50))
    return file.read_text()


def check_postgres(url):
    if not url.startswith(("postgres://", "postgresql://")):
        raise Problem("DATABASE_URL must lead to PostgreSQL: postgres://user:password@host:5432/name.")
    try:
        with psycopg.connect(url, connect_timeout=5) as connection:
            version = connection.info.server_version // 10000
    except psycopg.Error as error:
        raise Problem(
            f"DATABASE_URL: no PostgreSQL answers there ({' '.join(str(error).split())})."
        ) from error
    if version < OLDEST_POSTGRESQL:
        raise Problem(
            f"DATABASE_URL leads to PostgreSQL {version}: the portal needs {OLDEST_POSTGRESQL} or newer."
        )
