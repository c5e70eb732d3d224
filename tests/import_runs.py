"""Files on their way into the portal, for the tests: in whatever state, without a worker."""

from django.utils import timezone

from initiatives.models.imports import ImportedRow, ImportProblem, ImportRun
from tests.places import city, key
from tests.projects import kind

COLUMNS = {
    "Data": ["10/03/2026", "\x1f2026-03-11"],
    "Progetto": ["PR-2026-01"],
    "Tipologia": ["A4"],
    "Utenti": ["12", "\x1f1234.5"],
    "Appunti": [],
}
MAPPING = {"0": "day", "1": "initiative", "2": "kind", "3": "people_served"}
UNDERSTOOD = {
    "format": "xlsx",
    "encoding": "",
    "delimiter": "",
    "sheet": "Registro",
    "sheets": ["Registro", "Legenda"],
    "header_row": 3,
    "rows": 200,
    "width": len(COLUMNS),
    "columns": [{"heading": heading, "samples": samples} for heading, samples in COLUMNS.items()],
    "titles": [[1, "Comune di Parma"]],
    "blank": 2,
    "repeated": [104],
    "totals": [{"row": 206, "cells": ["Totale", "", "", "\x1f24000", ""]}],
    "overlong": [],
}
CSV = UNDERSTOOD | {"format": "csv", "encoding": "cp1252", "delimiter": ";", "sheet": "", "sheets": []}
ENDED = ["done", "undoing", "undone"]
VALUES = {"day": "2026-03-10", "initiative": "PR-2026-01", "kind": "A4", "people_served": 12}


def import_run(state, by, **fields):
    """Store a file of Parma's log in this state; before it was read nothing is known of it."""
    values = {"subject": "log", "city": city("parma"), "file_name": "registro.xlsx", "digest": "a" * 64}
    if state not in ("reading", "refused"):
        values |= {"understood": UNDERSTOOD, "mapping": MAPPING, "rows": 200}
    if state in ENDED:
        values |= {"confirmed_at": timezone.now(), "done_at": timezone.now()}
    if state == "undone":
        values |= {"undone_at": timezone.now(), "undone_by": by}
    return ImportRun.objects.create(by=by, state=state, **values | fields)


def imported_row(run, number, outcome, **fields):
    kind()
    values = {"values": VALUES} | fields
    return ImportedRow.objects.create(run=run, number=number, outcome=outcome, **values)


def problem(run, number, message="Write a whole number, for example 12.", **fields):
    values = {"column": 3, "field": "people_served", "value": "dodici"} | fields
    return ImportProblem.objects.create(run=run, number=number, message=message, **values)


def reviewed_run(by, **fields):
    """A checked file with a row of each outcome and two that are wrong in the same way."""
    counts = {
        f"{name}_rows": count
        for name, count in {"created": 1, "changed": 1, "unchanged": 1, "alike": 1, "wrong": 2}.items()
    }
    run = import_run("review", by, **counts | fields)
    imported_row(run, 4, "new", target=key("imported"))
    imported_row(run, 5, "changed", before=VALUES | {"people_served": 7})
    imported_row(run, 6, "unchanged")
    imported_row(run, 7, "alike")
    for number in [8, 9]:
        imported_row(run, number, "wrong")
        problem(run, number)
    return run
