"""The figures of a city in a release: told family by family, and written where they differ from before."""

from dataclasses import dataclass
from functools import cached_property
from math import ceil

from evaluation.disclosure import MONEY, Node, Told
from evaluation.families import COUNTED
from evaluation.figures.periods import Period, around
from evaluation.models import Family
from evaluation.release_cells import CityMoney, InitiativeCells
from evaluation.release_store import Row, end, node_of, stored, write
from evaluation.release_unchanged import Roots
from evaluation.telling import NOTHING, Retelling

OF_PEOPLE = [counted for counted in COUNTED.values() if counted.levels != MONEY]
OF_MONEY = [counted for counted in COUNTED.values() if counted.levels == MONEY]
# {family: the one whose counts it divides}, which is told before it.
WHOLES = dict.fromkeys(
    [Family.NEW, Family.ELSEWHERE, Family.WITH_COST, Family.SEX, Family.AGE, Family.CITIZENSHIP],
    Family.SERVED,
) | {Family.NEW_SHARE: Family.NEW}


def write_figures(release, months):
    """Write what a release tells of a city, its CityMonths; return whether that is another than before."""
    roots = Roots(months)
    changed = [write_root(release, root) for root in told_anew(months, roots.anew)]
    roots.remember()
    return any(changed)


def told_anew(months, anew):
    """Yield a Root for each initiative of {initiative, or None for the money of the city: digest}."""
    for initiative in filter(None, anew):
        yield InitiativeRoot(months, stored(OF_PEOPLE, initiative=initiative), initiative)
    if None in anew:
        yield from money_of(months)


def money_of(months):
    """Yield the money of the city's initiatives that are published, and of those that are not."""
    rows = stored(OF_MONEY, city=months.city)
    found = CityMoney(months.city, list(months.closed), first_told(rows))
    cells = {counted.family: found.of(counted) for counted in OF_MONEY}
    for is_published in (False, True):
        own = [row for row in rows if row.is_published == is_published]
        yield MoneyRoot(months, own, is_published, cells)


def write_root(release, root):
    """Write what is told of a root where that is another than before; return whether it is."""
    fresh = {row.content: row for row in root.told()}
    known = {row.content: row for row in root.rows if row.until_id is None}
    gone = [row.pk for content, row in known.items() if content not in fresh]
    new = [row for content, row in fresh.items() if content not in known]
    end(release, gone)
    write(release, root.months.city, new)
    return bool(gone or new)


@dataclass
class Root:
    """What has trees of its own, one for each of some families, with its rows of any release."""

    months: object
    rows: list

    def rows_of(self, counted, rows):
        return [row for row in rows if row.family == counted.family]

    def told(self):
        """Yield what the release tells."""
        tellings = {}
        for counted in self.families:
            if self.cells_of(counted) or self.rows_of(counted, self.rows):
                is_part = counted.family in WHOLES
                whole = tellings.get(WHOLES[counted.family], NOTHING) if is_part else None
                telling, kept = self.retell(counted, whole)
                tellings[counted.family] = telling
                for part in telling.told:
                    yield kept.get(id(part)) or self.row(counted, part)
                for first, last in [*telling.waiting, *self.unfinished(counted)]:
                    yield self.row_at(counted, Node(first, last, 0), waits=True)

    def unfinished(self, counted):
        """Return the published months that wait for the rest of their quarter."""
        periods = self.months.periods(counted.every)
        months = self.months.open | {cell.month for cell in self.cells_of(counted)}
        rest = (month for month in months if not any(first <= month <= last for first, last in periods))
        return [(month, month) for month in sorted(rest)]

    def retell(self, counted, whole):
        """Return the Telling, and {id of a Told that was told before: its row}."""
        versions, rows = versions_of(counted, self.rows_of(counted, self.rows))
        retelling = Retelling(
            self.cells_of(counted),
            self.months.periods(counted.every),
            counted.tree,
            versions,
            self.months.open,
            whole,
        )
        return retelling.tell(), rows

    def row(self, counted, part):
        return self.row_at(
            counted,
            part.node,
            is_divided=part.is_divided,
            largest=largest_of(counted, part),
            counts=tuple(part.counts),
            by_body={} if part.is_divided else part.parts,
        )

    def row_at(self, counted, node, **values):
        return Row(
            family=counted.family.value,
            first=node.first,
            last=node.last,
            depth=node.depth,
            kind_id=node.kind,
            delivered_by_id=node.body,
            **self.own_values(node),
            **values,
        )


@dataclass
class InitiativeRoot(Root):
    initiative: int
    families = OF_PEOPLE

    @cached_property
    def cells(self):
        return InitiativeCells(self.initiative, list(self.months.closed))

    @cached_property
    def known_cells(self):
        return {}

    def cells_of(self, counted):
        if counted.family not in self.known_cells:
            self.known_cells[counted.family] = self.cells.of(counted)
        return self.known_cells[counted.family]

    def own_values(self, node):
        return {"initiative_id": self.initiative, "is_published": None}


@dataclass
class MoneyRoot(Root):
    is_published: bool
    cells: dict
    families = OF_MONEY

    def cells_of(self, counted):
        return self.cells[counted.family].get(self.is_published, {})

    def own_values(self, node):
        return {"initiative_id": node.initiative, "is_published": self.is_published}


def largest_of(counted, part):
    """Return how many people the largest entry of what is told has at least: those of the average entry.

    Its own number, however rounded, would say of two entries of eleven people that one has a single person.
    """
    if counted.family != Family.SERVED or part.is_divided:
        return 0
    counts = dict(zip(counted.columns, part.counts, strict=True))
    entries = counts["people_served_known"]
    return ceil(counts["people_served"] / entries) if entries else 0


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
    return Told(node_of(counted, row), row.counts, row.is_divided, row.by_body)
