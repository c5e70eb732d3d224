"""How work on the sums is recorded, and how a worker that is gone is told from one that is busy."""

import os
import socket
from contextlib import contextmanager, suppress

from django.core.exceptions import ImproperlyConfigured
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models.functions import Now

from evaluation.models import RollupRun
from will_portal.common.database_errors import told

# The first bits of these advisory locks: 5 are those of the initiatives whose sums are written.
RUN_LOCKS = 6
LIMITS = {"lock_timeout": "2s", "client_connection_check_interval": "1s"}
State = RollupRun.State


@contextmanager
def batch(seconds):
    """One transaction on the sums, no statement of which takes longer; yield its cursor."""
    limits = LIMITS | {"statement_timeout": f"{seconds}s"}
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        settings = ", ".join(f"set_config('{name}', '{value}', true)" for name, value in limits.items())
        cursor.execute(f"SELECT current_setting('transaction_isolation'), {settings}")
        if cursor.fetchone()[0] != "read committed":
            # Its statements would not see what another worker wrote before it gave its locks back.
            raise ImproperlyConfigured("Sums are written at READ COMMITTED only.")
        yield cursor


def worker_name():
    return f"{socket.gethostname()} {os.getpid()}"[:100]


@contextmanager
def recorded_update():
    """Record an update of the sums; yield its row, which is deleted again if there was nothing to do.

    The row is there before the work, under a lock of the connection: whoever finds a row that is running and
    not locked knows that its worker is gone.
    """
    with transaction.atomic(durable=True):
        run = RollupRun.objects.create(kind=RollupRun.Kind.UPDATE, worker=worker_name())
        lock("pg_advisory_lock", run)
    try:
        yield run
    except (OperationalError, InterfaceError) as error:
        # Where the database is away, the sweep closes the run.
        with suppress(OperationalError, InterfaceError):
            finish(run, State.INTERRUPTED, error=told(error))
        raise
    except Exception as error:
        finish(run, State.FAILED, parked=run.parked, error=told(error))
        raise
    else:
        if run.cells or run.parked:
            finish(run, State.DONE, parked=run.parked)
        else:
            run.delete()
    finally:
        with suppress(OperationalError, InterfaceError):
            lock("pg_advisory_unlock", run)


def lock(function, run):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}((%s::bigint << 60) | %s)", [RUN_LOCKS, run.pk])


def finish(run, state, **values):
    """Close a run that is still open."""
    RollupRun.objects.running().filter(pk=run.pk).update(state=state, finished=Now(), **values)


def close_interrupted():
    """Close the updates whose worker is gone: what it left undone is marked still, and another does it."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE evaluation_rolluprun SET state = 'interrupted', finished = now()
            WHERE state = 'running' AND id IN (
                SELECT id FROM (
                    SELECT id FROM evaluation_rolluprun WHERE kind = 'update' AND state = 'running' OFFSET 0
                ) AS running
                WHERE pg_try_advisory_xact_lock((%s::bigint << 60) | id)
            )
            """,
            [RUN_LOCKS],
        )
