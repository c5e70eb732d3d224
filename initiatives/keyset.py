"""Pages of the log, the latest day first, whose thousandth costs what the first one does.

A page is asked for by the entry at its edge instead of by its number, so that nothing is counted or skipped.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import date
from typing import NamedTuple

from django.db.models import BooleanField, F, Func, Value

PAGE = 50


class Page(NamedTuple):
    rows: list
    # What to ask for to see what was before and after these, "" where there is nothing.
    newer: str
    older: str


def write_cursor(row):
    return urlsafe_b64encode(f"{row.day:%Y%m%d}{row.pk}".encode()).decode().rstrip("=")


def read_cursor(text):
    """Return (day, pk) of a cursor, or None for what is none."""
    try:
        plain = urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode("ascii")
        place = date.fromisoformat(f"{plain[:4]}-{plain[4:6]}-{plain[6:8]}"), int(plain[8:])
    except ValueError:
        return None
    return place if plain[8:].isdecimal() and place[1] < 2**63 else None


class Beyond(Func):
    """Whether (day, id) lies beyond a place in the order; one comparison of rows, which an index answers."""

    output_field = BooleanField()

    def __init__(self, sign, place):
        day, pk = place
        super().__init__(F("day"), F("pk"), Value(day), Value(pk))
        self.sign = sign

    def as_sql(self, compiler, connection):
        compiled = [compiler.compile(part) for part in self.get_source_expressions()]
        day, pk, *place = [sql for sql, _params in compiled]
        params = [param for _sql, params in compiled for param in params]
        return f"({day}, {pk}) {self.sign} ({', '.join(place)})", params


def page_of(rows, *, older="", newer="", size=PAGE):
    """Return the Page of a queryset beside a cursor; the first one where there is none, or a bad one."""
    if place := read_cursor(newer):
        found = list(rows.filter(Beyond(">", place)).order_by("day", "pk")[: size + 1])
        if len(found) > size:
            return edged(found[:size][::-1], has_newer=True, has_older=True)
        # The newest rows may not fill a page: the first page does.
        place = None
    else:
        place = read_cursor(older)
    beyond = rows.filter(Beyond("<", place)) if place else rows
    found = list(beyond.order_by("-day", "-pk")[: size + 1])
    return edged(found[:size], has_newer=bool(place), has_older=len(found) > size)


def edged(rows, *, has_newer, has_older):
    return Page(
        rows=rows,
        newer=write_cursor(rows[0]) if rows and has_newer else "",
        older=write_cursor(rows[-1]) if rows and has_older else "",
    )
