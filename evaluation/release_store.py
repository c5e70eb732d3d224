"""The rows of ReleasedFigure as they are read and written in bulk: many thousands for each initiative."""

import json
from decimal import Decimal
from typing import NamedTuple

from django.db import connection

from evaluation.disclosure import MONEY, Node
from evaluation.models import ReleasedFigure

NULL = r"\N"


class Row(NamedTuple):
    """A ReleasedFigure; `by_body` as {organisation or None: counts}. A row that is not stored has no key."""

    family: str
    initiative_id: int | None
    first: object
    last: object
    depth: int
    kind_id: int | None
    delivered_by_id: int | None
    is_published: bool | None
    is_divided: bool = False
    waits: bool = False
    largest: int = 0
    counts: tuple = ()
    by_body: dict = {}
    pk: int | None = None
    since_id: int | None = None
    until_id: int | None = None

    @property
    def content(self):
        """What makes two rows the same."""
        return *self[:PLACE_OF_BODIES], frozenset(self.by_body.items())


PLACE_OF_BODIES = Row._fields.index("by_body")
WRITTEN = Row._fields[: PLACE_OF_BODIES + 1]
COPY = f"""
    COPY evaluation_releasedfigure (since_id, city_id, {", ".join(f'"{name}"' for name in WRITTEN)})
    FROM STDIN
"""  # nosec B608: names of our own


def stored(families, **whose):
    """Return the rows of any release, the oldest first."""
    rows = ReleasedFigure.objects.filter(family__in=[counted.family for counted in families], **whose)
    return [read(row) for row in rows.order_by("since_id", "pk").values_list(*Row._fields)]


def read(values):
    *plain, counts, by_body, pk, since, until = values
    bodies = {int(body) if body else None: tuple(map(Decimal, counts)) for body, counts in by_body.items()}
    return Row(*plain, tuple(counts), bodies, pk, since, until)


def end(release, keys):
    ReleasedFigure.objects.filter(pk__in=keys).update(until=release)


def write(release, city, rows):
    if not rows:
        return
    head = f"{release.pk}\t{city}"
    with connection.cursor() as cursor, cursor.copy(COPY) as copy:
        copy.write("".join(f"{head}\t{line(row)}\n" for row in rows))


def line(row):
    bodies = {str(body or ""): list(map(str, counts)) for body, counts in row.by_body.items()}
    counts = ",".join(map(str, row.counts))
    return "\t".join([*map(text, row[: PLACE_OF_BODIES - 1]), f"{{{counts}}}", json.dumps(bodies)])


def text(value):
    return NULL if value is None else str(value)


def node_of(counted, row):
    initiative = row.initiative_id if counted.levels == MONEY else None
    return Node(row.first, row.last, row.depth, initiative, row.kind_id, row.delivered_by_id)
