"""SQL that Django makes once: of small tables, making it takes several times as long as running it.

Only statements are kept, and never what they find. A function that makes one may look at nothing but what it
is given: neither at the clock nor at the database. None depends on who asks: rights are asked of Django anew.
"""

from functools import lru_cache

from django.core.exceptions import EmptyResultSet
from django.db import connection


@lru_cache(maxsize=1000)
def statement(make, *given):
    """Return the model of a queryset with its SQL and parameters, these None where nothing can be found."""
    found = make(*given)
    try:
        return found.model, *found.query.sql_with_params()
    except EmptyResultSet:
        return found.model, None, None


def rows_of(make, *given):
    """Return the rows of a queryset of values_list()."""
    _model, sql, parameters = statement(make, *given)
    if sql is None:
        return []
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()


def column_of(make, *given):
    """Return the only column of these rows."""
    return [value for (value,) in rows_of(make, *given)]


def objects_of(make, *given):
    """Return the objects of a queryset that takes no others along."""
    model, sql, parameters = statement(make, *given)
    return [] if sql is None else list(model.objects.raw(sql, parameters))
