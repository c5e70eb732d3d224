"""The figures of a city in a release: told family by family, and written where they differ from before."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from django.conf import settings

from evaluation.disclosure import BODY, MONEY, Node, Told
from evaluation.families import COUNTED
from evaluation.figures.periods import Period, around
from evaluation.models import Family, ReleasedFigure
from evaluation.release_cells import CityCells
from evaluation.telling import Retelling

FIELDS = [
    *["family", "initiative_id", "first", "last", "depth", "kind_id", "delivered_by_id", "is_published"],
    *["is_divided", "waits", "largest"],
]
BATCH = 2000


def write_figures(release, months):
    """Write what a release tells of a city, its CityMonths; return whether that is another than before."""
    rows = CityRows(release, months)
    fresh = {content(row): row for row in rows.told()}
    current = {content(row): row for row in rows.current}
    gone = [row.pk for key, row in current.items() if key not in fresh]
    new = [row for key, row in fresh.items() if key not in current]
    ReleasedFigure.objects.filter(pk__in=gone).update(until=release)
    ReleasedFigure.objects.bulk_create(new, batch_size=BATCH)
    return bool(gone or new)


def content(row):
    """What makes two rows the same."""
    counts = tuple(map(Decimal, row.counts))
    bodies = frozenset((body, tuple(map(Decimal, counts))) for body, counts in row.by_body.items())
    return *(getattr(row, name) for name in FIELDS), counts, bodies


@dataclass
class CityRows:
    release: object
    months: object

    @cached_property
    def stored(self):
        """Return {(family, root): rows of any release}."""
        found = defaultdict(list)
        for row in ReleasedFigure.objects.filter(city=self.months.city).order_by("since", "pk"):
            found[row.family, root_of(row)].append(row)
        return found

    @property
    def current(self):
        return [row for rows in self.stored.values() for row in rows if row.until_id is None]

    @cached_property
    def cells(self):
        money = [
            row for (family, _root), rows in self.stored.items() if family == Family.COST for row in rows
        ]
        return CityCells(self.months.city, list(self.months.closed), first_told(money))

    def told(self):
        """Yield what the release tells of the city."""
        ends = {}
        for counted in COUNTED.values():
            cells = self.cells.of(counted)
            roots = cells.keys() | {root for family, root in self.stored if family == counted.family}
            for root in roots:
                telling, kept = self.retell(counted, root, cells.get(root, {}), ends.get(root))
                if counted.family == Family.SERVED:
                    ends[root] = telling.ends
                yield from self.rows_of(counted, root, telling, kept)

    def retell(self, counted, root, cells, ends):
        """Return the Telling, and {id of a Told that was told before: its row}."""
        versions, rows = versions_of(counted, self.stored[counted.family, root])
        retelling = Retelling(
            cells,
            self.months.periods(counted.every),
            counted.tree,
            versions,
            self.months.open,
            None if counted.every == "month" else ends,
        )
        return retelling.tell(), rows

    def rows_of(self, counted, root, telling, kept):
        for part in telling.told:
            yield kept.get(id(part)) or self.row(counted, root, part)
        for first, last in telling.waiting:
            yield self.row_at(counted, root, Node(first, last, 0), waits=True)

    def row(self, counted, root, part):
        row = self.row_at(counted, root, part.node, is_divided=part.is_divided, counts=list(part.counts))
        if not part.is_divided:
            row.by_body = {str(body or ""): list(map(str, own)) for body, own in part.parts.items()}
        if counted.family == Family.SERVED and part.node.depth == BODY:
            node, threshold = part.node, settings.SUPPRESSION_THRESHOLD
            largest = self.cells.largest[root, node.first, node.kind, node.body]
            row.largest = largest // threshold * threshold
        return row

    def row_at(self, counted, root, node, **values):
        is_money = counted.levels == MONEY
        return ReleasedFigure(
            since=self.release,
            family=counted.family,
            city_id=self.months.city,
            initiative_id=node.initiative if is_money else root,
            is_published=root if is_money else None,
            first=node.first,
            last=node.last,
            depth=node.depth,
            kind_id=node.kind,
            delivered_by_id=node.body,
            **values,
        )


def root_of(row):
    return row.is_published if row.family == Family.COST else row.initiative_id


def first_told(money):
    """Return {first month of a quarter: number of the release that first told any of its money}."""
    found = {}
    for row in sorted((row for row in money if not row.waits), key=lambda row: row.since_id, reverse=True):
        for month in Period(row.first, row.last).months:
            found[around(month, "quarter").first] = row.since_id
    return found


def versions_of(counted, rows):
    """Return what each release told, the latest last, and {id of a Told: its row}."""
    told = [(row, told_of(counted, row)) for row in rows if not row.waits]
    versions = [
        [part for row, part in told if holds(row, number)]
        for number in sorted({row.since_id for row in rows} | {row.until_id for row in rows if row.until_id})
    ]
    return versions, {id(part): row for row, part in told}


def holds(row, number):
    return row.since_id <= number and (row.until_id is None or row.until_id > number)


def told_of(counted, row):
    initiative = row.initiative_id if counted.levels == MONEY else None
    node = Node(row.first, row.last, row.depth, initiative, row.kind_id, row.delivered_by_id)
    parts = {int(body) if body else None: tuple(map(Decimal, counts)) for body, counts in row.by_body.items()}
    return Told(node, tuple(row.counts), row.is_divided, parts)
