"""The figures of an Answer as tables: the same rows and numbers as its files."""

from typing import NamedTuple

from django.utils.translation import gettext as _

from evaluation.answer_coverage import RANKING
from evaluation.figure_words import Written, span_of, spell_category, spell_known, spell_unconfirmed, written
from evaluation.figures.figure import MISSING
from evaluation.pictures.comparing import change_of


class Table(NamedTuple):
    periods: list
    rows: list
    network: list
    has_total: bool
    # Headings of what stands behind them: the time before, and the change on it.
    more: list


NOTHING = Written(text="", state="value", mark="", words="", hint="", is_apart=False)


def table_of(answer):
    """Return a row of cells for each city, and one of all together; the cell of the whole time closes them.

    In a ranking, which shows the change, cells of the time before and of the change follow.
    """
    has_total, has_change = len(answer.periods) > 1, answer.asked.view == RANKING
    rows = [
        {
            "city": city,
            "cells": cells(answer, [*answer.of(city), answer.totals[city.pk]], has_total)
            + (change_cells(answer, city) if has_change else []),
        }
        for city in answer.cities
    ]
    network = [*(answer.network[period] for period in answer.periods), answer.overall]
    more = [span_of(answer.asked).before, _("difference")] if has_change else []
    network = cells(answer, network, has_total) + [NOTHING for _heading in more]
    return Table(answer.periods, rows, network, has_total, more)


def change_cells(answer, city):
    """Return the figure of the time before, and the change where both are exact and like with like."""
    before = answer.before.get(city.pk, MISSING)
    change = change_of(answer.totals[city.pk], before, answer.version)
    return [written(before, answer.version), NOTHING._replace(text=change)]


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
    tables = [answer.cells, answer.totals, answer.network, answer.parts]
    if answer.asked.view == RANKING:
        tables.append(answer.before)
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
