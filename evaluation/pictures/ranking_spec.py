from textwrap import wrap

from django.utils.translation import gettext as _

from evaluation.figure_words import mark, span_of, why
from evaluation.pictures.comparing import change_of
from evaluation.pictures.panels_spec import BLUE, GREY
from evaluation.pictures.ranking import is_drawn

WIDTH = 640
# Letters in a line of a reason; two lines fit between the names of the cities.
LETTERS = 140
REASONS = {
    "dx": 4,
    "dy": {"expr": "-6.5 * (datum.lines - 1)"},
    "fontSize": 11,
    "fontStyle": "italic",
    "lineBreak": "\n",
    "lineHeight": 13,
}


def chart_of(answer):
    """Return the cities in order, each with the figure of the time before as a hollow dot.

    Those without a place stand below, with their number and why it is not compared.
    """
    rows = [row_of(answer, *row) if row[0] else outside(answer, *row[1:3]) for row in answer.ranking]
    colour = {"value": GREY}
    if answer.asked.highlight:
        chosen = {"field": "city", "equal": answer.asked.highlight.name}
        colour = {"condition": {"test": chosen, "value": BLUE}, "value": GREY}
    return {
        "data": {"values": rows},
        "width": WIDTH,
        "height": {"step": 28},
        "encoding": {
            "y": {
                "field": "city",
                "type": "nominal",
                "sort": [row["city"] for row in rows],
                "title": None,
                "axis": {"labelFontSize": 13, "ticks": False, "domain": False, "labelPadding": 12},
            },
            "color": colour,
        },
        "layer": layers_of(answer),
    }


def row_of(answer, place, city, figure, before):
    drawn = {"now": figure.place, "lower": figure.lower if figure.is_range else None}
    drawn["before"] = before.place if is_drawn(before) else None
    numbers = {name: float(value) for name, value in drawn.items() if value is not None}
    change = change_of(figure, before, answer.version)
    text = mark(figure, answer.version) + (f"  ({change})" if change else "")
    far = max(numbers[name] for name in ("now", "before") if name in numbers)
    return numbers | {"city": city.name, "place": place, "text": text, "far": far}


def outside(answer, city, figure):
    lines = wrap(why(figure, answer.version), LETTERS)
    return {"city": city.name, "why": "\n".join(lines), "lines": len(lines)}


def layers_of(answer):
    number = {
        "type": "quantitative",
        "scale": {"zero": True},
        "axis": {"format": f",.{answer.version.decimals}~f"},
    }
    period = span_of(answer.asked)
    spans = {"now": period, "before": period.before}
    number["title"] = _("full dot: %(now)s; hollow dot: %(before)s") % spans
    known = "isValid(datum.{})".format
    return [
        layer(known("lower"), {"type": "rule", "strokeWidth": 8, "opacity": 0.3}, number, "lower", "now"),
        layer(known("before"), {"type": "rule", "strokeWidth": 2}, number, "before", "now"),
        layer(
            known("before"), {"type": "point", "fill": "white", "size": 80, "opacity": 1}, number, "before"
        ),
        layer(known("now"), {"type": "point", "filled": True, "size": 80, "opacity": 1}, number, "now"),
        words(known("far"), "text", number | {"field": "far"}, {"dx": 10}),
        words(known("why"), "why", {"value": 0}, REASONS),
    ]


def layer(test, shape, number, start, end=None):
    encoding = {"x": number | {"field": start}} | ({"x2": {"field": end}} if end else {})
    return {"transform": [{"filter": test}], "mark": shape, "encoding": encoding}


def words(test, field, x, style):
    mark = {"type": "text", "align": "left", "fontSize": 12} | style
    return {"transform": [{"filter": test}], "mark": mark, "encoding": {"x": x, "text": {"field": field}}}
