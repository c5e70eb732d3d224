"""Pictures for download as Vega-Lite specifications: all that is drawn and said comes from the Answer.

A picture leaves the page it stood on, so title, unit, coverage, source, release and licence are drawn in it.
"""

from textwrap import wrap

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from evaluation.answer_coverage import spell_answer_coverage
from evaluation.figure_rows import LICENCE, citation_of
from evaluation.figure_words import notes_of, subtitle_of, title_of
from evaluation.pictures import (
    breakdown,
    breakdown_spec,
    city_map,
    city_map_spec,
    heatmap_spec,
    panels,
    panels_spec,
    ranking,
    ranking_spec,
)
from evaluation.pictures.key import key_of

SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"
INK, QUIET = "#17324d", "#455b71"
FONT = "Titillium Web"
# Letters in a line, and the height of one, in the small print below.
LETTERS, LINE = 130, 15

CONFIG = {
    "font": FONT,
    "background": "white",
    "padding": 20,
    "view": {"stroke": None},
    "axis": {"labelColor": QUIET, "titleColor": QUIET, "gridColor": "#e3e8ee", "domainColor": "#c2ccd6"},
    "header": {"labelColor": INK, "labelFontSize": 13, "labelFontWeight": 600},
    "legend": {"labelColor": QUIET, "titleColor": QUIET},
    "text": {"font": FONT, "color": INK},
}
CHARTS = {
    "panels": (panels_spec.chart_of, panels.finding),
    "ranking": (ranking_spec.chart_of, ranking.finding),
    "heatmap": (heatmap_spec.chart_of, panels.finding),
    "map": (city_map_spec.chart_of, city_map.finding),
    "breakdown": (breakdown_spec.chart_of, breakdown.finding),
}


def spec_of(answer, address):
    """Return the specification of the view that was asked for; a table is drawn as panels.

    `address` is where the figures can be read, for whoever meets the picture elsewhere.
    """
    asked, version = answer.asked, answer.version
    chart_of, finding = CHARTS.get(asked.view, CHARTS["panels"])
    said = finding(answer)
    return {
        "$schema": SCHEMA,
        "description": f"{title_of(asked, version)}. {said}",
        "usermeta": {"citation": citation_of(answer), "licence": LICENCE, "address": address},
        "config": CONFIG,
        "title": {
            "text": wrap(title_of(asked, version), 80),
            "subtitle": [*wrap(subtitle_of(asked, version), 110), *wrap(said, 110)],
            "anchor": "start",
            "fontSize": 20,
            "subtitleFontSize": 14,
            "color": INK,
            "subtitleColor": QUIET,
            "offset": 16,
        },
        "vconcat": [chart_of(answer), small_print(answer, address)],
        "spacing": 24,
    }


def small_print(answer, address):
    said = [
        *marks_of(answer),
        *(f"{capfirst(why)}: {', '.join(where)}" for why, where in notes_of(answer)),
    ]
    said += [spell_answer_coverage(answer), citation_of(answer), f"{LICENCE}. {address}"]
    lines = [line for text in said for line in wrap(text, LETTERS)]
    words = {
        "type": "text",
        "text": lines,
        "align": "left",
        "baseline": "top",
        "fontSize": 11,
        "lineHeight": LINE,
    }
    return {
        "data": {"values": [{}]},
        "mark": words | {"color": QUIET},
        "encoding": {"x": {"value": 0}, "y": {"value": 0}},
        "width": 700,
        "height": LINE * len(lines),
    }


def marks_of(answer):
    """Return what the marks mean that are in the picture: no page around it says it."""
    wholes = {"ranking": answer.totals, "map": answer.totals, "breakdown": answer.parts}
    drawn = wholes.get(answer.asked.view, answer.cells)
    states = key_of(drawn.values(), answer.version)
    hidden = states["why_suppressed"]
    words = {
        "has_suppressed": _("Grey or empty square: %(why)s") % {"why": hidden[:1].lower() + hidden[1:]},
        "has_apart": _("Hollow dot or dashed border: not like the others, and not compared with them."),
        "has_not_applicable": _("Cross or n/a: not applicable."),
        "has_missing": _("Gap or dash: no data."),
        "has_ranges": _("Bar or two numbers: only a lowest and a highest number are known."),
    }
    return [text for name, text in words.items() if states[name]]
