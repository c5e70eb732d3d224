"""Whom the faults befall: servers, workers, beat, and people who write."""

import contextlib
import time
from random import Random

import psycopg
from django.db import connection

from will_portal.local.bench import world
from will_portal.local.bench.databases import Databases
from will_portal.local.soak import levers
from will_portal.local.soak.crowd import Crowd
from will_portal.local.soak.ledger import Ledger
from will_portal.local.soak.people import FIRST_DAY, Clerk, Copier, Unmet, dsn
from will_portal.local.soak.processes import beat, worker
from will_portal.local.soak.servers import DATABASE, HOME

INITIATIVES = 12
# Into the last one the crowd does not write: what happens there, and when, is for a fault to decide.
QUIET = INITIATIVES - 1
# Of two workers; five deliveries at once have a child each.
CHILDREN = [3, 2]


class Scene:
    def __init__(self, servers, seed):
        self.servers, self.redis = servers, servers.redis
        self.lots, self.ledger = Random(seed), Ledger()  # nosec B311: no secret
        # How many processes came to an end without being asked to.
        self.ended = 0
        self.workers = [worker(HOME, f"worker-{n}", children) for n, children in enumerate(CHILDREN)]
        self.second_beat = beat(HOME, "beat-2")
        self.celery = [*self.workers, beat(HOME, "beat"), self.second_beat]

    @contextlib.contextmanager
    def set_up(self):
        """Make the database anew and start what works on it; in the end all of it is killed."""
        databases = Databases(self.servers.postgres.url)
        databases.ready_template()
        try:
            with databases.made(DATABASE, "a soak", databases.template):
                for process in self.celery:
                    process.start()
                self.session = psycopg.connect(dsn(), autocommit=True)
                levers.install(self.session)
                self.populate(world.build(INITIATIVES))
            for process in self.celery:
                process.wait_ready()
            self.second_beat.suspend()
            yield self
        finally:
            for process in self.celery:
                process.kill()

    def populate(self, all_of_them):
        most = all_of_them._replace(initiatives=all_of_them.initiatives[:QUIET])
        self.quiet = all_of_them.initiatives[QUIET]
        self.clerk, self.copier = (
            kind(all_of_them, self.ledger, self.lots.getrandbits(32)) for kind in (Clerk, Copier)
        )
        self.crowd = Crowd(
            [kind(most, self.ledger, self.lots.getrandbits(32)) for kind in (Clerk, Clerk, Copier)]
        )

    @contextlib.contextmanager
    def people(self):
        """Have people write for the block, and for a time before and after it that the seed decides."""
        with self.crowd:
            self.wait(0.2, 0.7)
            yield
            self.wait(0, 0.3)

    def enter(self, day=FIRST_DAY):
        """Have somebody log a delivery of the quiet initiative, and be told that it is stored.

        Those of a month all go into the same sum.
        """
        alike = {"kind": self.clerk.world.kinds[0], "by_partner": False}
        self.until(lambda: self.ledger.of(self.clerk.enter(QUIET, day, **alike)), "nobody could write")

    def reconnect(self):
        """Connect anew where the server was away."""
        self.session.close()
        self.session = psycopg.connect(dsn(), autocommit=True)
        connection.close()

    def revive(self):
        """Start what a fault has left dead."""
        dead = [process for process in self.celery if not process.lives()]
        self.ended += sum(process.ended() for process in dead)
        for process in dead:
            process.start()
        for process in dead:
            process.wait_ready()

    def value(self, statement, *parameters):
        return self.session.execute(statement, parameters or None).fetchone()[0]

    def wait(self, lowest, highest):
        """Let a time pass that the seed decides."""
        time.sleep(self.lots.uniform(lowest, highest))

    def until(self, condition, sentence, patience=20):
        """Wait for what must come about, or raise Unmet with what it is instead."""
        if not self.comes_about(condition, patience):
            raise Unmet(sentence)

    def comes_about(self, condition, patience):
        """Wait so many seconds for a condition; return whether it came true."""
        deadline = time.monotonic() + patience
        while not condition():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        return True

    def until_summed(self):
        """Wait until the quiet initiative has no mark that can be seen."""
        marks = "SELECT count(*) FROM initiatives_changedmonth WHERE initiative_id = %s"
        self.until(lambda: self.value(marks, self.quiet) == 0, "marks wait although nothing is in their way")

    def people_go_on(self, seconds):
        """Let time pass, in which somebody must be told that an entry is stored."""
        before = self.ledger.acknowledged
        self.wait(seconds, seconds * 1.3)
        if self.ledger.acknowledged == before:
            raise Unmet("nobody could write meanwhile")
