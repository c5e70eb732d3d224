"""How a worker takes up a row and what it may not do meanwhile.

The work and the change of state that says it is done are one transaction, so that whoever is killed has done
nothing. That transaction begins with a lock which ends with it, and with the connection: of several workers
who are told of a row one gets it, and the others leave. The row itself stays free for people, who may discard
it, so that the change of state asks whether it still is what it was. What must be seen or remembered before
the work ends, progress and attempts, is written on a connection aside.
"""

import time
from contextlib import contextmanager

from django.conf import settings
from django.db import connections, transaction

# The first bits of these advisory locks, so that they are no others' (initiatives/triggers.py has 1).
RUN_LOCKS, EXPORT_LOCKS = 2, 3
# Longer than a page may take: below the time limit of a task, which would leave the connection in the lurch.
LIMITS = {
    "statement_timeout": f"{settings.CELERY_TASK_SOFT_TIME_LIMIT - 60}s",
    "lock_timeout": "30s",
    # A file is read meanwhile, in a process that may take three minutes.
    "idle_in_transaction_session_timeout": "5min",
    # A statement does not go on, and hold its locks, for a worker who is gone.
    "client_connection_check_interval": "1s",
}
PAUSE = 0.5


@contextmanager
def alone(locks, pk):
    """Do long work in one transaction; yield whether nobody else has taken up the same."""
    with transaction.atomic(durable=True):
        connection = transaction.get_connection()
        with connection.cursor() as cursor:
            for name, value in LIMITS.items():
                cursor.execute("SELECT set_config(%s, %s, true)", [name, value])
        yield taken(locks, pk)


def taken(locks, pk):
    """Take up a row until the transaction ends; return whether nobody else has."""
    with transaction.get_connection().cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock((%s::bigint << 60) | %s)", [locks, pk])
        return cursor.fetchone()[0]


class Aside:
    """A connection beside that of the work, each statement on it committed at once."""

    def __init__(self):
        self.connection = connections["default"].copy()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.connection.close()

    def write(self, sql, params):
        """Return whether a row was there to be written."""
        with self.connection.cursor() as cursor:
            cursor.execute(sql, params)
            return cursor.rowcount > 0


class Progress:
    """How many rows a worker has gone through, for those who watch."""

    def __init__(self, run, aside):
        self.run, self.aside = run, aside
        self.next = time.monotonic() + PAUSE

    def rows(self, number):
        """Tell that this many rows are done; as often as one likes, since it is written twice a second."""
        if time.monotonic() < self.next:
            return
        # Somebody may hold the row this moment, to discard it: not worth waiting for.
        self.aside.write(
            "UPDATE initiatives_importrun SET progress = %s WHERE id ="
            " (SELECT id FROM initiatives_importrun WHERE id = %s FOR NO KEY UPDATE SKIP LOCKED)",
            [number, self.run.pk],
        )
        self.next = time.monotonic() + PAUSE
