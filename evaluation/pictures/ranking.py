"""The cities in order, each with its figure of the time before: a dumbbell for every row.

Positions are percentages of the width, so that dots and letters keep their size on a phone.
"""

from dataclasses import dataclass
from typing import NamedTuple

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from evaluation.figure_words import in_period, mark, say, span_of, spell, why
from evaluation.models.indicators import Direction
from evaluation.pictures.comparing import change_of, extremes, largest_change


@dataclass(frozen=True)
class Scale:
    """Where values lie between the sides of a drawing; zero is always among them."""

    low: float
    high: float

    @classmethod
    def around(cls, values):
        low, high = min([0, *values]), max([0, *values])
        return cls(float(low), float(high) if high > low else float(low) + 1)

    def share(self, value):
        return (float(value) - self.low) / (self.high - self.low) * 100

    def place(self, value):
        return f"{self.share(value):.2f}%"


class Row(NamedTuple):
    place: int
    city: object
    in_colour: bool
    text: str
    change: str
    # All as percentages; None where there is nothing to draw.
    x: str
    before: str | None
    start: str | None
    label: str
    sentence: str


def context_of(answer):
    ranked = [row for row in answer.ranking if row[0]]
    others = [row[1:3] for row in answer.ranking if not row[0]]
    rows, period = list_of(answer, ranked), span_of(answer.asked)
    return {
        "period": period,
        "period_before": period.before,
        "rows": rows,
        "room": room_of(rows),
        "zero": scale_of(ranked).place(0),
        "others": [(city, why(figure, answer.version)) for city, figure in others],
        "lowest_first": answer.version.direction == Direction.DOWN,
        "has_before": any(is_drawn(before) for *_row, before in ranked),
        "has_ranges": any(row[2].is_range for row in ranked),
        "summary": finding(answer),
    }


def scale_of(ranked):
    return Scale.around([end for row in ranked for end in ends_of(*row[2:])])


def list_of(answer, ranked):
    scale = scale_of(ranked)
    return [row_of(answer, scale, *row) for row in ranked]


def room_of(rows):
    """Return how much room the longest number needs beside its dot."""
    longest = max((len(row.text) for row in rows), default=0)
    return "short" if longest <= 6 else "medium" if longest <= 11 else "long"


def is_drawn(before):
    """Whether the figure before can be set against that of now."""
    return before is not None and before.is_comparable


def ends_of(figure, before):
    ends = [figure.place, figure.lower if figure.is_range else None]
    return [end for end in [*ends, before.place if is_drawn(before) else None] if end is not None]


def row_of(answer, scale, place, city, figure, before):
    known = [figure.place] + ([before.place] if is_drawn(before) else [])
    return Row(
        place=place,
        city=city,
        in_colour=city == answer.asked.highlight,
        text=mark(figure, answer.version),
        change=change_of(figure, before, answer.version),
        x=scale.place(figure.place),
        before=scale.place(before.place) if is_drawn(before) else None,
        start=scale.place(figure.lower or 0) if figure.is_range else None,
        # Beside the dot further right, whichever that is, where no other dot can lie.
        label=scale.place(max(known)),
        sentence=sentence(answer, place, city, figure, before),
    )


def sentence(answer, place, city, figure, before):
    period = span_of(answer.asked)
    now = say(in_period(city, period), figure, answer.version)
    said = _("Place %(place)s: %(now)s") % {"place": place, "now": now}
    if before is None:
        return said
    words = {"earlier": period.before, "figure": spell(before, answer.version)}
    return f"{said}; " + _("before, %(earlier)s: %(figure)s") % words


def finding(answer):
    """Return who has most and least, and whose figure changed most, in a sentence each."""
    version, period = answer.version, span_of(answer.asked)
    rows = [row[1:] for row in answer.ranking]
    changed = largest_change(rows, period.before, version)
    order = f"{capfirst(period)}. {extremes([row[:2] for row in rows], version)}"
    return f"{order} {changed}" if changed else order
