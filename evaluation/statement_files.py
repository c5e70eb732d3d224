"""The yearly statement as a tidy CSV, and as a workbook of one sheet a table."""

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from evaluation.figures.figure import State
from evaluation.statement import MEASURES
from initiatives.codes import Basis
from will_portal.common.spreadsheets import Marked


def csv_rows(city, year, statement):
    """Yield a dictionary for each figure: what nobody knows has the state m, and is no zero."""
    place = {
        "city": city.name,
        "city_code": city.cadastral_code,
        "year": year,
        "invented": statement.is_invented,
    }
    for table, rows in tables_of(statement.delivered):
        for row in rows:
            yield place | figure(table, row, "deliveries", row.entries)
            for name, found in zip(MEASURES, row.figures, strict=True):
                counts = {"known": found.known, "entries": found.of}
                yield place | figure(table, row, name, found.value) | counts
    for table, code, row in money_of(statement.money):
        for basis, amount in zip(Basis, row.amounts, strict=True):
            yield place | amount_of(table, code, row, basis, amount)


def tables_of(delivered):
    return [("user_area", delivered.areas), ("kind", delivered.kinds), ("total", [delivered.total])]


def money_of(money):
    yield from (("funding_source", code, row) for code, row in money.sources)
    yield "money_total", "", money.total
    if money.undated:
        yield "money_without_year", "", money.undated


def figure(table, row, measure, value):
    state = State.MISSING.value if value is None else State.VALUE.value
    described = {"table": table, "code": row.code, "name": row.label, "measure": measure}
    return described | {"value": value, "state": state, "known": "", "entries": ""}


def amount_of(table, code, row, basis, amount):
    state = State.MISSING.value if amount is None else State.VALUE.value
    described = {"table": table, "code": code, "name": row.label, "measure": basis.value}
    return described | {"value": amount, "state": state, "known": "", "entries": ""}


def sheets(statement, notes):
    """Return (title, headings, rows) of each table, and of what must be known to read them."""
    delivered, money = statement.delivered, statement.money
    return [
        (_("By user area"), headings(delivered.total), rows_of(delivered.areas, delivered.total)),
        (_("By kind of intervention"), headings(delivered.total), rows_of(delivered.kinds, delivered.total)),
        (_("By funding source"), [_("Code"), _("Name"), *Basis.labels], money_rows(money)),
        (_("Notes"), [_("Notes")], [[note] for note in notes]),
    ]


def headings(row):
    return [_("Code"), _("Name"), _("Deliveries"), *(capfirst(name) for name, _known, _decimals in row.cells)]


def rows_of(rows, total):
    return [[row.code, row.label, row.entries, *map(known_cell, row.figures)] for row in [*rows, total]]


def known_cell(found):
    """A sum that some deliveries do not know is marked with how many do."""
    if found.value is None or found.is_complete:
        return found.value
    told = _("Known for %(known)s of %(of)s deliveries.") % {"known": found.known, "of": found.of}
    return Marked(found.value, told)


def money_rows(money):
    return [[code, row.label, *row.amounts] for _table, code, row in money_of(money)]
