"""What a file would do, before anything is written: row by row, and what is wrong with it cell by cell."""

from typing import NamedTuple

from django.db.models import BigIntegerField, Count, F, Q, Window
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Cast, RowNumber
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from initiatives.actions import imports
from initiatives.forms.imports import ConfirmForm, loads
from initiatives.models.imports import ImportedRow, ImportRun, Subject
from initiatives.views.imports_runs import act, own_run, show
from initiatives.views.imports_words import Words
from thirdsector.models import Organisation

Outcome = ImportedRow.Outcome
ROWS = 50
CAUSES = 50
FIRST = 5
TABS = {
    Outcome.WRONG: gettext_lazy("Wrong"),
    Outcome.NEW: gettext_lazy("New"),
    Outcome.CHANGED: gettext_lazy("Changed"),
    Outcome.UNCHANGED: gettext_lazy("Unchanged"),
    Outcome.ALIKE: gettext_lazy("Already there"),
}


class Tab(NamedTuple):
    outcome: str
    label: str
    rows: int


class Cause(NamedTuple):
    """Cells that are wrong in the same way."""

    label: str
    message: str
    cells: int
    first: list
    more: int


class WrongCell(NamedTuple):
    address: str
    label: str
    value: str
    message: str


def tabs_of(run):
    counts = {Outcome.NEW: run.created_rows}
    return [
        Tab(outcome, label, counts.get(outcome, getattr(run, f"{outcome}_rows", 0)))
        for outcome, label in TABS.items()
    ]


def chosen(tabs, asked):
    """Return the tab that somebody asks for, or the first that holds something."""
    held = [tab.outcome for tab in tabs if tab.rows]
    return asked if asked in held else next(iter(held), Outcome.NEW)


def row_number(text):
    return int(text) if text.isdecimal() and len(text) < 8 else 0


def rows_after(run, outcome, after):
    """Return a page of the rows with this outcome, and one more."""
    rows = run.imported.filter(outcome=outcome, number__gt=after).order_by("number")
    return list(rows[: ROWS + 1])


def causes_of(run, words):
    """Return a Cause for each thing that is wrong, the most frequent first, with its first cells."""
    kinds = run.problems.order_by().values("field", "message").annotate(cells=Count("pk"))
    kinds = list(kinds.order_by("-cells", "field", "message")[:CAUSES])
    first = first_of(run, {kind["message"] for kind in kinds})
    return [
        Cause(
            words.label(kind["field"]),
            kind["message"],
            kind["cells"],
            [words.address(*place) for place in first.get((kind["field"], kind["message"]), [])],
            max(kind["cells"] - FIRST, 0),
        )
        for kind in kinds
    ]


def first_of(run, messages):
    """Return {(field, message): [(row, column), ...]} of the first cells of each."""
    place = Window(RowNumber(), partition_by=[F("field"), F("message")], order_by=["number", "column", "pk"])
    problems = run.problems.filter(message__in=messages).annotate(place=place).filter(place__lte=FIRST)
    first = {}
    for field, message, *cell in problems.order_by("place").values_list(
        "field", "message", "number", "column"
    ):
        first.setdefault((field, message), []).append(cell)
    return first


def wrong_cells(run, rows, words):
    """Return a WrongCell for each of these rows; of a row as a whole the value is what it is about."""
    words.learn(rows)
    about = {row.number: words.about(row) for row in rows}
    problems = run.problems.filter(number__in=about)
    cells = {number: [] for number in about}
    for problem in problems.order_by("number", F("column").asc(nulls_last=True), "pk"):
        address = words.address(problem.number, problem.column)
        value = about[problem.number] if problem.column is None else problem.value
        cell = WrongCell(address, words.label(problem.field), value, problem.message)
        cells[problem.number].append(cell)
    return [cell for found in cells.values() for cell in found]


def confirmations_of(run):
    """Count the changed entries that the load takes out of what counts, and those that it confirms."""
    if run.subject != Subject.LOG or not run.changed_rows:
        return {"unconfirmed": 0, "confirmed": 0}
    was = KeyTextTransform("confirmed_at", KeyTransform("_row", "before"))
    body = Cast(KeyTextTransform("2", KeyTransform("_keys", "values")), BigIntegerField())
    own = Q(body__in=Organisation.objects.worked_in_by(run.by).values("pk"))
    # As the load decides it: what a body delivered is confirmed by somebody of the city who is not of it.
    stays = Q(number=None) if run.organisation_id else Q(body=None) | ~own
    changed = run.imported.filter(outcome=Outcome.CHANGED).alias(was=was, body=body).order_by()
    return changed.aggregate(
        unconfirmed=Count("number", filter=Q(was__isnull=False) & ~stays),
        confirmed=Count("number", filter=Q(was=None) & stays),
    )


def show_review(request, run, form=None):
    tabs, words = tabs_of(run), Words(run, run.by)
    outcome = chosen(tabs, request.GET.get("show", ""))
    rows = rows_after(run, outcome, row_number(request.GET.get("after", "")))
    shown, more = rows[:ROWS], rows[ROWS:]
    same = imports.same_as_before(run)
    context = {
        "tabs": tabs,
        "outcome": outcome,
        "is_further": "after" in request.GET,
        "next": shown[-1].number if more else None,
        "same": same,
        "form": form or ConfirmForm(run=run, same=same),
        "loads": loads(run),
        "loads_all": loads(run) + run.alike_rows,
        "confirmations": confirmations_of(run),
    }
    context |= contents(run, outcome, shown, words)
    return show(request, run, "initiatives/import_review.html", **context)


def contents(run, outcome, rows, words):
    """What the tab shows of its rows."""
    if outcome == Outcome.WRONG:
        return {"causes": causes_of(run, words), "cells": wrong_cells(run, rows, words)}
    words.learn(rows)
    if outcome == Outcome.CHANGED:
        return {"changes": [(row.number, words.about(row), words.differences(row)) for row in rows]}
    facts = [(row.number, words.facts(row.values)) for row in rows]
    headings = list(dict.fromkeys(label for _number, values in facts for label in values))
    return {
        "headings": headings,
        "rows": [
            (number, [(label, values.get(label, "")) for label in headings]) for number, values in facts
        ],
    }


@require_POST
def confirm(request, public_id):
    run = own_run(request.user, public_id)
    if run.state != ImportRun.State.REVIEW:
        return redirect(run)
    form = ConfirmForm(request.POST, run=run, same=imports.same_as_before(run))
    if not form.is_valid():
        return show_review(request, run, form)
    values = form.cleaned_data
    chosen = {"load_alike": values["alike"] == "load", "again": values.get("again", False)}
    return act(request, run, imports.confirm, **chosen)
