"""Dots on the silhouette of the regions; to colour a region by the figure of one city would tell a lie."""

from django.db.models import Exists, OuterRef
from django.utils.text import capfirst

from cities.geometry import Projection
from cities.maps import dot
from cities.models import City, Region
from evaluation.figure_words import in_period, mark, say, span_of, why
from evaluation.pictures.classes import Classes
from evaluation.pictures.comparing import extremes
from evaluation.pictures.heatmap import shade_of
from evaluation.pictures.key import key_of


def context_of(answer):
    figures = [answer.totals[city.pk] for city in answer.cities]
    classes = Classes.of([figure.place for figure in figures if figure.is_comparable])
    dots = [dot_of(answer, row, classes) for row in answer.ranking]
    return key_of(figures, answer.version) | {
        "version": answer.version,
        "map": drawing_of(dots),
        "dots": dots,
        "legend": classes.legend(answer.version.decimals),
        "summary": finding(answer),
    }


def finding(answer):
    pairs = [(city, answer.totals[city.pk]) for city in answer.cities]
    return f"{capfirst(span_of(answer.asked))}. {extremes(pairs, answer.version)}"


def outlines():
    """The outlines of all regions with a city, so that the silhouette stays the same whatever is asked."""
    located = Exists(City.objects.filter(region=OuterRef("istat_code")))
    return list(Region.objects.filter(located).values_list("outline", flat=True))


def drawing_of(dots):
    """Add to each dot where it lies, and return what lies below them; None where no outline is stored."""
    shapes = outlines()
    if not shapes:
        return None
    projection = Projection.around(shapes, size=600)
    for one in dots:
        one |= dot(one["city"], projection)
    return {"viewbox": projection.viewbox, "outlines": [projection.path(shape) for shape in shapes]}


def dot_of(answer, row, classes):
    _place, city, figure, _before = row
    version = answer.version
    return {
        "city": city,
        "shade": shade_of(figure, classes),
        "text": mark(figure, version),
        "reason": why(figure, version) if figure.is_apart or not figure.is_value else "",
        "sentence": say(in_period(city, span_of(answer.asked)), figure, version),
        "in_colour": city == answer.asked.highlight,
    }
