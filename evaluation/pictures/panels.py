"""Small multiples: a line for each city, all on one scale, before the band of those like with like."""

from math import floor, log10
from typing import NamedTuple

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from evaluation.figure_words import in_period, mark, say
from evaluation.figures.figure import State
from evaluation.pictures.comparing import extremes
from evaluation.pictures.key import key_of
from will_portal.common.charts import Frame, Peers, Point, dot, marked, point, runs
from will_portal.common.numbers import spell_number

# A scale ends at one of these times a power of ten.
ROUND = [1, 1.2, 1.4, 1.6, 1.8, 2, 2.5, 3, 3.5, 4, 5, 6, 7, 8, 9, 10]
# Half the width of what is drawn of a period that stands alone.
HALF = 6


class Bar(NamedTuple):
    """What is known of a figure that has no exact value."""

    x: str
    top: str
    bottom: str
    is_open: bool
    is_hidden: bool


class Panel(NamedTuple):
    city: object
    in_colour: bool
    last: str
    line: str
    dots: list
    hollow: list
    bars: list
    hatches: list
    crosses: list
    points: list[Point]
    summary: str


def context_of(answer):
    return context_with(answer, highlighted_first(answer)) | {"summary": finding(answer)}


def context_of_one(answer, city):
    """What is drawn of a single city, before the others."""
    context = context_with(answer, [city])
    return context | {"panel": context.pop("panels")[0]}


def context_with(answer, cities):
    frame = frame_of(answer)
    peers = Peers(*(by_position(answer.periods, series) for series in answer.peers))
    return key_of(answer.cells.values(), answer.version) | {
        "frame": frame,
        "high": spell_axis(frame.high),
        "low": spell_axis(frame.low),
        "first": answer.periods[0].short,
        "last": answer.periods[-1].short,
        "band": band_of(frame, peers),
        "median": frame.line(peers.median),
        "panels": [panel_of(answer, city, frame, peers) for city in cities],
        "has_peers": bool(peers.median),
    }


def highlighted_first(answer):
    return sorted(answer.cities, key=lambda city: city != answer.asked.highlight)


def finding(answer):
    """Return who had most and who least in the last period in which that can be said."""
    for period in reversed(answer.periods):
        pairs = [(city, answer.cells[city.pk, period]) for city in answer.cities]
        if any(figure.is_comparable for _city, figure in pairs):
            return f"{capfirst(period)}. {extremes(pairs, answer.version)}"
    return extremes([], answer.version)


def frame_of(answer):
    """Fit all figures, from zero, so that heights compare; periods are numbered from 0."""
    figures = answer.cells.values()
    ends = [end for figure in figures for end in (figure.place, figure.lower) if end is not None]
    low, high = min([0, *ends]), max([0, *ends])
    low = -round_up(-low) if low < 0 else 0
    return Frame(0, len(answer.periods) - 1, low, round_up(high) or low + 1, height=110, margin=4)


def round_up(value):
    """Return the next number a scale may end at; zero for zero."""
    if value <= 0:
        return 0
    power = 10 ** floor(log10(value))
    return next(step * power for step in [*ROUND, 20] if step * power >= value)


def spell_axis(value):
    """Return the end of the scale with as many decimals as it has, which are few."""
    text = f"{float(value):.6f}".rstrip("0").partition(".")[2]
    return spell_number(round(float(value), 6), len(text))


def by_position(periods, series):
    return {number: series[period] for number, period in enumerate(periods) if period in series}


def band_of(frame, peers):
    alone = [run[0][0] for run in runs(peers.low) if len(run) == 1]
    pieces = [piece(frame, number, peers.low[number], peers.high[number]) for number in alone]
    return frame.band(peers.low, peers.high) + "".join(pieces)


def piece(frame, number, low, high):
    """Return the band of a period between two without one, which has no length by itself."""
    x, top, bottom = frame.x(number), frame.y(high), frame.y(low)
    return f"M{x - HALF:.1f} {top:.1f}H{x + HALF:.1f}V{bottom:.1f}H{x - HALF:.1f}Z"


def panel_of(answer, city, frame, peers):
    figures = dict(enumerate(answer.of(city)))
    placed = {number: figure for number, figure in figures.items() if figure.place is not None}
    line = {number: figure.place for number, figure in placed.items() if figure.is_comparable}
    return Panel(
        city=city,
        in_colour=city == answer.asked.highlight,
        last=mark(figures[len(figures) - 1], answer.version),
        line=frame.line(line),
        dots=[dot(frame, number, line[number]) for number in (marked(line) if line else [])],
        hollow=[dot(frame, number, one.place) for number, one in placed.items() if one.is_apart],
        bars=[bar(frame, number, figure) for number, figure in figures.items() if has_span(figure)],
        hatches=[strip(frame, number) for number in in_state(figures, State.SUPPRESSED)],
        crosses=[f"{frame.x(number):.1f}" for number in in_state(figures, State.NOT_APPLICABLE)],
        points=[
            point(frame, number, sentence(answer, city, number, figure, peers))
            for number, figure in figures.items()
        ],
        summary=summary_of(answer, city, line, figures),
    )


def in_state(figures, state):
    return [number for number, figure in figures.items() if figure.state == state]


def has_span(figure):
    """Whether ends are known but no value; ends that are not known are drawn to the edge."""
    return figure.value is None and (figure.lower, figure.upper) != (None, None)


def bar(frame, number, figure):
    lower = frame.low if figure.lower is None else figure.lower
    upper = frame.high if figure.upper is None else min(figure.upper, frame.high)
    ends = f"{frame.y(upper):.1f}", f"{frame.y(lower):.1f}"
    return Bar(f"{frame.x(number):.1f}", *ends, figure.upper is None, not figure.is_value)


def strip(frame, number):
    """Return where the hatching of a period lies; that of periods that follow each other joins."""
    half = min((frame.right - frame.left) / max(frame.last, 1) / 2, 2 * HALF)
    start, end = max(frame.x(number) - half, 0), min(frame.x(number) + half, frame.width)
    return {"x": f"{start:.1f}", "width": f"{end - start:.1f}"}


def sentence(answer, city, number, figure, peers):
    said = say(in_period(city, answer.periods[number]), figure, answer.version)
    if number not in peers.median:
        return said
    median = spell_number(peers.median[number], answer.version.decimals)
    return f"{said} · " + _("median of the cities %(median)s") % {"median": median}


def summary_of(answer, city, line, figures):
    if not line:
        return _("%(city)s: there is no figure to draw a line of.") % {"city": city.name}
    first, last = min(line), max(line)
    if first == last:
        return say(in_period(city, answer.periods[last]), figures[last], answer.version)
    words = {"first": answer.periods[first], "last": answer.periods[last], "city": city.name}
    words |= {"start": mark(figures[first], answer.version), "end": mark(figures[last], answer.version)}
    return _("%(city)s: from %(start)s (%(first)s) to %(end)s (%(last)s)") % words
