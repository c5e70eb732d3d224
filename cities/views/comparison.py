from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import BadRequest
from django.shortcuts import render
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from cities.charts import panels_of, rows_of, spell_coverage, summaries_of
from cities.context import Comparison
from cities.exports import figure_rows
from cities.filters import ComparisonForm
from will_portal.common.downloads import csv_response, json_response
from will_portal.common.fragments import wants_fragment


def compared(form):
    """Return the Comparison that a valid form asks for, or None as long as there are no figures at all."""
    asked = form.cleaned_data
    return asked["series"] and Comparison.of(
        asked["series"], asked["city"], asked["from_year"], asked["to_year"]
    )


@login_not_required
@require_safe
@vary_on_headers("HX-Request")
def city_compare(request):
    form = ComparisonForm(request.GET)
    comparison = compared(form) if form.is_valid() else None
    context = {"form": form, "query": request.GET.urlencode(), "panels": []}
    if comparison and comparison.figures:
        context |= in_words(comparison, form.cleaned_data["city"])
    template = "cities/_comparison.html" if wants_fragment(request) else "cities/city_compare.html"
    return render(request, template, context)


def in_words(comparison, city):
    panels = panels_of(comparison, city)
    return {
        "series": comparison.table.series,
        "first": comparison.table.years[0],
        "last": comparison.table.years[-1],
        "cities": comparison.cities,
        "sources": comparison.sources,
        "summaries": list(summaries_of(comparison)),
        "chosen": city,
        "panels": panels,
        "has_lines": any(panel.chart for panel in panels),
        "rows": list(rows_of(comparison)),
        "coverage": spell_coverage(comparison.known, len(comparison.table.members)),
    }


def rows_asked_for(request):
    form = ComparisonForm(request.GET)
    if not form.is_valid():
        raise BadRequest(form.errors.as_text())
    comparison = compared(form)
    return list(figure_rows(comparison)) if comparison else []


@login_not_required
@require_safe
def compare_csv(request):
    return csv_response("context-figures", rows_asked_for(request))


@login_not_required
@require_safe
def compare_json(request):
    rows = rows_asked_for(request)
    return json_response("context-figures", {"count": len(rows), "figures": rows})
