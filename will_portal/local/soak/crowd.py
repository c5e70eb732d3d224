"""Several writers at once, who go on whatever fails."""

import threading

import psycopg
from django.db import DatabaseError, InterfaceError, connection

# Between two acts; what a person waits after an error.
BREATH, ANNOYANCE = 0.15, 0.2
AWAY = (DatabaseError, InterfaceError, psycopg.OperationalError, psycopg.InterfaceError)


class Crowd:
    """Threads that write until the end of its block; `errors` is what no fault excuses."""

    def __init__(self, writers):
        self.writers, self.errors = writers, []
        self.over = threading.Event()

    def __enter__(self):
        self.over.clear()
        self.threads = [threading.Thread(target=self.write, args=(writer,)) for writer in self.writers]
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *error):
        self.over.set()
        for thread in self.threads:
            thread.join()

    def write(self, writer):
        try:
            while not self.over.wait(writer.lots.uniform(0, BREATH)):
                self.try_act(writer)
        except Exception as error:
            self.errors.append(error)
        finally:
            connection.close()

    def try_act(self, writer):
        try:
            writer.act()
        except AWAY as error:
            if not went_away(error):
                raise
            connection.close()
            self.over.wait(ANNOYANCE)


def went_away(error):
    """Whether it was the server that failed, and not what was asked of it."""
    cause = error if isinstance(error, psycopg.Error) else error.__cause__
    return isinstance(cause, psycopg.OperationalError | psycopg.InterfaceError)
