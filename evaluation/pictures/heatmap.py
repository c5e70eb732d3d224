"""Cities by periods: a table whose cells are shaded by class and say their number."""

from itertools import groupby
from typing import NamedTuple

from evaluation.figure_words import in_period, mark, say
from evaluation.figures.figure import State
from evaluation.pictures.classes import Classes
from evaluation.pictures.key import key_of
from evaluation.pictures.panels import finding

SHADES = {State.SUPPRESSED: "suppressed", State.MISSING: "missing", State.NOT_APPLICABLE: "not-applicable"}


class Cell(NamedTuple):
    # A class from 1 to 5, "open", "apart", or the name of a state.
    shade: int | str
    text: str
    sentence: str


def context_of(answer):
    figures = answer.cells.values()
    classes = Classes.of([figure.place for figure in figures if figure.is_comparable])
    return key_of(figures, answer.version) | {
        "version": answer.version,
        "years": years_of(answer.periods),
        "rows": [row_of(answer, city, classes) for city in answer.cities],
        "legend": classes.legend(answer.version.decimals),
        "summary": finding(answer),
    }


def years_of(periods):
    """Return each year with how its periods are headed: one column for each; years head themselves."""
    if all(period.length == 12 for period in periods):
        return [{"name": period.short, "parts": [""]} for period in periods]
    return [
        {"name": year, "parts": [period.short.removesuffix(f" {year}") for period in group]}
        for year, group in groupby(periods, key=lambda period: period.last.year)
    ]


def row_of(answer, city, classes):
    cells = [
        cell_of(answer, city, period, figure, classes)
        for period, figure in zip(answer.periods, answer.of(city), strict=True)
    ]
    return {"city": city, "cells": cells, "in_colour": city == answer.asked.highlight}


def cell_of(answer, city, period, figure, classes):
    sentence = say(in_period(city, period), figure, answer.version)
    return Cell(shade_of(figure, classes), mark(figure, answer.version), sentence)


def shade_of(figure, classes):
    if not figure.is_value:
        return SHADES[State(figure.state)]
    if figure.is_apart:
        return "apart"
    # A range without a known end belongs to no class.
    return "open" if figure.place is None else classes.number(figure.place)
