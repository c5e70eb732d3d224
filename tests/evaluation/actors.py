"""Threads that act when they are told to, each on its own connection, if need be statement by statement."""

import math
from concurrent.futures import ThreadPoolExecutor
from threading import Condition
from time import monotonic

from django.db import connection, connections

# Whatever takes longer hangs.
PATIENCE = 20
# So many seconds of silence, and it may be a lock.
SILENCE = 0.01


class Actor:
    """Does one thing at a time, and stops before a statement of it unless that is allowed."""

    def __init__(self):
        self.pool = ThreadPoolExecutor(1)
        self.change = Condition()
        self.allowed, self.stands, self.past = 0, False, None
        self.work, self.pid = None, None
        self.connect()

    def connect(self):
        """Begin on a new connection."""
        self.pid = self.pool.submit(connected_anew).result(PATIENCE)

    @property
    def is_busy(self):
        return self.work is not None

    def do(self, act, *args):
        """Have it done at once, and return what comes of it."""
        return self.pool.submit(act, *args).result(PATIENCE)

    def begin(self, act, *args):
        """Have it begun, up to its first statement."""
        self.allowed, self.stands = 0, False
        self.work = self.pool.submit(self.step_by_step, act, *args)
        self.work.add_done_callback(self.tell)
        self.settle()

    def step_by_step(self, act, *args):
        with connection.execute_wrapper(self.wait):
            return act(*args)

    def wait(self, execute, sql, *args):
        with self.change:
            while not self.allowed:
                self.stands = True
                self.change.notify_all()
                assert self.change.wait(PATIENCE), "nobody lets it go on"
            self.allowed -= 1
        result = execute(sql, *args)
        if sql == self.past:
            self.allowed = 0
        return result

    def tell(self, _work=None):
        with self.change:
            self.change.notify_all()

    def go_on(self, statements=math.inf, past=None):
        """Let it go on for so many statements or past a certain one, as far as no lock of others stops it."""
        with self.change:
            self.allowed, self.stands, self.past = self.allowed + statements, False, past
            self.change.notify_all()
        self.settle()

    def settle(self):
        """Return once it is done, or stands, or waits for a lock; whether it is done."""
        end = monotonic() + PATIENCE
        while not self.work.done():
            with self.change:
                self.change.wait_for(lambda: self.stands or self.work.done(), SILENCE)
            if self.stands or waits_for_a_lock(self.pid):
                return False
            assert monotonic() < end, "it hangs"
        return True

    def result(self):
        """Return what came of it, or raise it; it is free again."""
        work, self.work = self.work, None
        return work.result(PATIENCE)

    def leave(self):
        self.pool.submit(connections.close_all).result(PATIENCE)
        self.pool.shutdown()


def connected_anew():
    connection.close()
    connection.ensure_connection()
    return connection.connection.info.backend_pid


def waits_for_a_lock(pid):
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM pg_locks WHERE pid = %s AND NOT granted LIMIT 1", [pid])
        return cursor.rowcount == 1


def terminate(pid):
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
