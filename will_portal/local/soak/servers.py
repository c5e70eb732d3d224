"""PostgreSQL and Redis of the soak's own, which can be hurt without hurting the portal's."""

import contextlib
import os
from urllib.parse import urlsplit, urlunsplit

import redis

from will_portal.local.bootstrap import VAR
from will_portal.local.leftovers import stop_leftovers
from will_portal.local.postgres import Postgres
from will_portal.local.servers import local_secret_key
from will_portal.local.soak.proxy import Proxy
from will_portal.local.valkey import Valkey

HOME = VAR / "soak"
DATABASE = "will_soak"
# What a day of waiting is made of, in seconds; the rest is as in production.
INTERVALS = {"ROLLUP_SWEEP_SECONDS": "2", "HEARTBEAT_SECONDS": "5"}


class Redis(Valkey):
    """Comes back with the password that it had, on whichever port is free."""

    server = None

    def address(self):
        kept = {"password": self.server["password"]} if self.server else {}
        self.server = super().address() | kept
        return self.server

    def freeze(self):
        self.process().suspend()

    def thaw(self):
        if process := self.process():
            process.resume()

    def empty(self):
        with redis.Redis.from_url(self.url) as client:
            client.flushall()

    def taken(self):
        """How many tasks workers have taken and not yet said that they are done."""
        with redis.Redis.from_url(self.url) as client:
            return client.hlen("unacked")

    def stop(self):
        self.thaw()
        super().stop()


class Servers:
    def __init__(self):
        # As fast as that of the tests: it is killed, but its machine stays up.
        self.postgres = Postgres(HOME / "postgres", fsync="off", full_page_writes="off")
        self.redis = Redis(HOME / "redis")
        self.proxy = Proxy(lambda: self.redis.server["port"])

    def start(self):
        self.postgres.start()
        # What an earlier soak has left in it would be worked on.
        self.redis.stop()
        self.redis.remove()
        self.redis.start()
        self.proxy.start()

    def stop(self):
        # What fails for one must not leave the other running.
        with contextlib.ExitStack() as stack:
            stack.callback(self.postgres.stop)
            stack.callback(self.redis.stop)
            if self.proxy.loop:
                stack.callback(self.proxy.stop)

    def crash_postgres(self):
        """Stop it in the midst of everything, as a crash does."""
        self.postgres.control("stop", "--mode", "immediate")

    def environment(self):
        """What tells the portal to work on these servers."""
        database, password = urlsplit(self.postgres.url), self.redis.server["password"]
        return INTERVALS | {
            "DATABASE_URL": urlunsplit(database._replace(path=f"/{DATABASE}")),
            "REDIS_URL": f"redis://:{password}@127.0.0.1:{self.proxy.port}/0",
            "DJANGO_SETTINGS_MODULE": "will_portal.local.soak.settings",
            "WILL_ENVIRONMENT": "local",
            "WILL_DEMO": "0",
            "DEBUG": "0",
            "ALLOWED_HOSTS": "testserver",
            "EMAIL_URL": "dummymail://",
            "SECRET_KEY": os.environ.get("SECRET_KEY") or local_secret_key(),
        }


@contextlib.contextmanager
def running():
    """Yield servers that are stopped in the end, with all that was started on them, whatever happens."""
    HOME.mkdir(parents=True, exist_ok=True)
    stop_leftovers("soak")
    servers = Servers()
    try:
        servers.start()
        yield servers
    finally:
        stop_leftovers("soak")
        servers.stop()
