"""The figures of an Answer as tables: the same rows and numbers as its files."""

from typing import NamedTuple

from evaluation.figure_words import spell_category, spell_known, spell_unconfirmed, written
from evaluation.figures.figure import MISSING


class Table(NamedTuple):
    periods: list
    rows: list
    network: list
    has_total: bool


def table_of(answer):
    """Return a row of cells for each city, and one of all together; the last cell is of the whole time."""
    has_total = len(answer.periods) > 1
    rows = [
        {"city": city, "cells": cells(answer, [*answer.of(city), answer.totals[city.pk]], has_total)}
        for city in answer.cities
    ]
    network = [*(answer.network[period] for period in answer.periods), answer.overall]
    return Table(answer.periods, rows, cells(answer, network, has_total), has_total)


def cells(answer, figures, has_total):
    return [written(figure, answer.version) for figure in (figures if has_total else figures[:-1])]


def by_category(answer):
    """Return the breakdown of the whole time as {"headings": [...], "rows": [...]}, or None."""
    if not answer.parts:
        return None
    codes = list(dict.fromkeys(code for _place, code in answer.parts))
    places = [(None, None), *((city, city.pk) for city in answer.cities)]
    return {
        "headings": [spell_category(answer.asked.split, code) for code in codes],
        "rows": [
            {
                "city": city,
                "cells": [written(answer.parts.get((key, code), MISSING), answer.version) for code in codes],
            }
            for city, key in [*places[1:], places[0]]
        ],
    }


def all_of(answer):
    """Return all figures that its tables show."""
    tables = answer.cells, answer.totals, answer.network, answer.parts
    return [answer.overall, *(figure for table in tables for figure in table.values())]


def waiting_in(answer):
    """Return [(city, how many of its entries are not confirmed)] of those that the reader reads live."""
    waiting = [(city, answer.totals[city.pk].unconfirmed) for city in answer.cities if city.pk in answer.live]
    return [(city, spell_unconfirmed(count)) for city, count in waiting if count]


def made_rows(answer):
    """Return from how much each city's figure of the whole time was made."""
    return [
        {
            "city": city,
            "figure": answer.totals[city.pk],
            "written": written(answer.totals[city.pk], answer.version),
            "known": spell_known(answer.totals[city.pk]),
            "is_live": city.pk in answer.live,
        }
        for city in answer.cities
    ]
