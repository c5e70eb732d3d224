"""What was understood of a file, and what its columns mean."""

from typing import NamedTuple

from django.shortcuts import redirect
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from initiatives.actions import imports
from initiatives.forms.imports import MatchForm
from initiatives.models.imports import ImportRun
from initiatives.views.imports_runs import act, is_own, own_run, show
from will_portal.common.tables.cells import is_empty_formula, spelled

# Beyond these a file has titles or repetitions of a kind that nobody reads through.
FEW = 5
SEPARATORS = {
    ";": gettext_lazy("semicolons"),
    ",": gettext_lazy("commas"),
    "\t": gettext_lazy("tabs"),
    "|": gettext_lazy("vertical bars"),
}
ENCODINGS = {"cp1252": "Windows-1252", "windows-1252": "Windows-1252", "utf-8-sig": "UTF-8"}


class MatchedColumn(NamedTuple):
    """A column of the file on the page."""

    field: object
    letter: str
    samples: list


def show_matching(request, run, form=None):
    template = "initiatives/import_matching.html"
    if not is_own(request.user, run):
        return show(request, run, template, understood=facts_of(run), form=None, columns=[])
    form = form or MatchForm(run=run, by=request.user)
    language = get_language()
    columns = [
        MatchedColumn(field, letter, [spelled(sample, language) for sample in samples])
        for field, letter, samples in form.columns()
    ]
    return show(request, run, template, understood=facts_of(run), form=form, columns=columns)


def facts_of(run):
    """Return how the file was read, in words: what it is, and what is not taken for a row of data."""
    read = run.understood
    return {
        "format": told_format(read),
        "sheet": told_sheet(read),
        "header_row": read["header_row"],
        "rows": read["rows"] - len(read["totals"]),
        "titles": [text for _number, text in read["titles"][:FEW]],
        "blank": read["blank"],
        "repeated": read["repeated"],
        "totals": [told_total(total) for total in read["totals"][:FEW]],
    }


def told_format(read):
    if read["format"] != "csv":
        return {"xlsx": _("Excel workbook"), "ods": _("OpenDocument spreadsheet")}[read["format"]]
    values = {
        "separator": SEPARATORS.get(read["delimiter"], read["delimiter"]),
        "encoding": ENCODINGS.get(read["encoding"].lower(), read["encoding"].upper()),
    }
    return _("text in columns (CSV) with %(separator)s, written as %(encoding)s") % values


def told_sheet(read):
    if len(read["sheets"]) < 2:
        return read["sheet"]
    others = ", ".join(name for name in read["sheets"] if name != read["sheet"])
    return _("%(sheet)s; not read: %(others)s") % {"sheet": read["sheet"], "others": others}


def told_total(total):
    language = get_language()
    filled = [spelled(cell, language) for cell in total["cells"] if cell and not is_empty_formula(cell)]
    return {"row": total["row"], "cells": " · ".join(filled)}


@require_POST
def match(request, public_id):
    run = own_run(request.user, public_id)
    if run.state != ImportRun.State.MATCHING:
        return redirect(run)
    form = MatchForm(request.POST, run=run, by=request.user)
    if not form.is_valid():
        return show_matching(request, run, form)
    return act(request, run, imports.match, mapping=form.mapping, options=form.options)


@require_POST
def back(request, public_id):
    run = own_run(request.user, public_id)
    return act(request, run, imports.back)
