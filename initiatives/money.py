"""The money of an initiative as a table. Its bases are bookings of the same euros: never added together."""

from dataclasses import dataclass
from itertools import groupby

from django.utils.translation import gettext as _

from initiatives.codes import Basis


@dataclass(frozen=True)
class Row:
    label: str
    # One for each basis, as in Basis: a Decimal, or None where nothing has been entered, which is not zero.
    amounts: list
    # What the line is about, beside the label.
    detail: str = ""

    @property
    def cells(self):
        """Return each amount with the name of its basis, which a narrow screen shows beside it."""
        return list(zip([basis.label for basis in Basis], self.amounts, strict=True))


@dataclass(frozen=True)
class Group:
    source: str
    rows: list
    total: Row


@dataclass(frozen=True)
class BudgetTable:
    bases: list
    groups: list
    total: Row
    years: list
    kinds: list


def sums(lines):
    """Return the exact sum of the lines' amounts for each basis, in EUR; None where there is no line."""
    amounts = {basis: [line.amount for line in lines if line.basis == basis] for basis in Basis}
    return [sum(known) if known else None for known in amounts.values()]


def tabulate(lines):
    """Take budget lines with their funding sources and return them as a table, or None if there are none."""
    if not lines:
        return None
    return BudgetTable(
        [basis.label for basis in Basis],
        [group(*of) for of in grouped(lines, lambda line: line.funding_source_id)],
        Row(_("Total"), sums(lines)),
        [Row(spell_year(year), sums(of)) for year, of in grouped(lines, lambda line: line.year)],
        [Row(spell_kind(recurs), sums(of)) for recurs, of in grouped(lines, lambda line: line.recurring)],
    )


def group(_code, lines):
    rows = [
        Row(spell_year(year), sums(of), describe(of[0]))
        for (year, _cost, _recurs), of in grouped(lines, lambda x: (x.year, x.cost_type, x.recurring))
    ]
    return Group(lines[0].funding_source.label, rows, Row(_("Total of this source"), sums(lines)))


def describe(line):
    cost = [line.get_cost_type_display()] if line.cost_type else []
    return ", ".join([*cost, spell_kind(line.recurring).lower()])


def spell_year(year):
    return str(year) if year else _("not split by year")


def spell_kind(recurring):
    return _("Recurring") if recurring else _("One-off")


def grouped(lines, key):
    """Return [(key, lines)] in order of the key, what has no year at the end."""

    def order(line):
        parts = key(line) if isinstance(key(line), tuple) else [key(line)]
        return [(part is None, part) for part in parts]

    return [(value, list(of)) for value, of in groupby(sorted(lines, key=order), key)]
