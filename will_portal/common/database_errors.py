"""What may be told of errors of the database, whose own words quote the rows that it refused."""

from django.db import DatabaseError


def told(error):
    """What the log may tell of a database error, whose own words hold the row that it refused."""
    cause = error.__cause__
    diagnosis = getattr(cause, "diag", None)
    found = [
        type(error).__name__,
        getattr(cause, "sqlstate", None),
        getattr(diagnosis, "constraint_name", None),
    ]
    return " ".join(filter(None, found))


def recorded(error):
    """An error for the log, without the words of the database, its own or of one that it came from."""
    shown = type(error)(told(error)) if isinstance(error, DatabaseError) else error
    shown.__cause__, shown.__suppress_context__ = None, True
    return type(shown), shown, error.__traceback__
