"""What is measured, of all cities: the address is the question, and every format answers the same one."""

from functools import wraps

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponseBadRequest
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from evaluation.answer_coverage import spell_answer_coverage
from evaluation.dashboard_form import VIEWS, AskedForm
from evaluation.dashboard_tables import all_of, by_category, made_rows, table_of, waiting_in
from evaluation.figure_rows import COLUMNS, LICENCE, citation_of, head_of, initiatives_of, rows_of
from evaluation.figure_words import (
    least_told,
    notes_of,
    spell_span,
    spell_vintage,
    subtitle_of,
    title_of,
    why_range,
    why_suppressed,
)
from evaluation.figures.engine import answer
from evaluation.figures.figure import State
from evaluation.figures.kept import drawn_once
from evaluation.figures.reader import Reader
from evaluation.figures.spans import presets
from evaluation.figures.splits import BROKEN_DOWN
from evaluation.models import Indicator, Release
from evaluation.pictures import VIEWS as PICTURES
from will_portal.common.downloads import csv_response, json_response, xlsx_response
from will_portal.common.fragments import wants_fragment


def question(request):
    return AskedForm(request.GET, user=request.user, reader=Reader.of(request.user))


def faults_of(form):
    """Return a line for each fault, for an answer without a page around it."""
    return "\n".join(f"{field.label}: {words}" for field in form for words in field.errors)


def answered(view):
    """Hand the Answer to what the address asks to a view of a file; what makes no sense is a bad request."""

    @login_not_required
    @require_safe
    @wraps(view)
    def answer_or_refuse(request):
        form = question(request)
        if not form.is_valid():
            return HttpResponseBadRequest(faults_of(form), content_type="text/plain; charset=utf-8")
        return view(request, answer(form.asked, form.reader))

    return answer_or_refuse


@login_not_required
@require_safe
@vary_on_headers("HX-Request")
def show(request):
    form = question(request)
    is_fragment = wants_fragment(request)
    context = {"form": form, "answer": None, "title": "", "is_fragment": is_fragment}
    if form.is_valid():
        found = answer(form.asked, form.reader)
        context |= in_words(found) | links_of(form, found)
        context["figures"] = drawn_once("figures", found, lambda: figures_of(found, context))
        context["link"] = request.build_absolute_uri(context["cited"].url)
    if not is_fragment:
        context["filters"] = drawn_once("filters", form.content, lambda: filters_of(form))
    template = "evaluation/_dashboard.html" if is_fragment else "evaluation/dashboard.html"
    response = render(request, template, context)
    if is_fragment and form.asked:
        response["HX-Push-Url"] = form.asked.url
    return response


def filters_of(form):
    return render_to_string("evaluation/_dashboard_filters.html", {"form": form})


def figures_of(found, words):
    """Return the HTML of the picture and the tables."""
    # Of the view that was chosen; the table needs no picture.
    template, context_of = PICTURES.get(found.asked.view, (None, None))
    context = {
        "picture_template": template,
        "picture": context_of(found) if template else None,
        "table": table_of(found),
        "categories": by_category(found),
        "highlight": found.asked.highlight,
    }
    return render_to_string("evaluation/_dashboard_figures.html", words | context)


def in_words(found):
    asked, version, figures = found.asked, found.version, all_of(found)
    return {
        "answer": found,
        "asked": asked,
        "version": version,
        "indicator": asked.indicator,
        "title": title_of(asked, version),
        "subtitle": subtitle_of(asked, version),
        "coverage": spell_answer_coverage(found),
        "vintage": spell_vintage(found),
        "notes": notes_of(found),
        "waiting": waiting_in(found),
        "why_range": why_range(version) if any(figure.is_range for figure in figures) else "",
        "is_pooled": any(figure.is_pooled for figure in figures),
        "why_suppressed": why_suppressed(version) if is_any_suppressed(figures) else "",
        "span": spell_span(asked),
        "citation": citation_of(found),
        "licence": LICENCE,
    }


def is_any_suppressed(figures):
    return any(figure.state == State.SUPPRESSED for figure in figures)


def links_of(form, found):
    asked = found.asked
    is_own = form.is_own(asked.cities)
    return {
        "views": [(words, asked.with_(view=code)) for code, words in views_for(asked)],
        "presets": presets(asked, form.counts, is_own),
        "cited": asked.at(found.release),
        "unnarrowed": asked.with_(initiative=None) if asked.initiative else None,
        "newer": asked.at(None) if asked.release and asked.release != Release.objects.first() else None,
    }


def views_for(asked):
    """A breakdown is offered only of what can be broken down."""
    may_split = asked.indicator.code == BROKEN_DOWN and not asked.kind and not asked.organisation
    return [view for view in VIEWS if view[0] != "breakdown" or may_split]


def name_of(found):
    """Files of those who read different figures are not to be taken for each other."""
    return f"will-figures-{initiatives_of(found)}"


@answered
def csv(request, found):
    return csv_response(name_of(found), rows_of(found))


@answered
def xlsx(request, found):
    return xlsx_response(name_of(found), rows_of(found), Indicator, COLUMNS)


@answered
def json(request, found):
    return json_response(name_of(found), head_of(found) | {"figures": list(rows_of(found))})


@login_not_required
@require_safe
def made(request):
    form = question(request)
    context = {"form": form, "answer": None, "up": reverse("dashboard:show")}
    if form.is_valid():
        found = answer(form.asked, form.reader)
        context |= in_words(found) | {
            "rows": made_rows(found),
            "up": form.asked.url,
            "threshold": least_told(found.version),
        }
    return render(request, "evaluation/dashboard_made.html", context)
