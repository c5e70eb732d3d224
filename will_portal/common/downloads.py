"""Lists as CSV and JSON files."""

import csv
import json
import re
from decimal import Decimal

from django.core.exceptions import BadRequest
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpResponse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

# What makes a spreadsheet run a cell as a formula, full-width forms included.
RUNS = tuple("=+-@\t\r＝＋－＠")
# Programs split where their language says, and take quotation marks in the middle for text.
RUNS_AFTER_SPLIT = re.compile(r"([,;\t\r\n])(?=\s*[=+\-@＝＋－＠])")
# What a spreadsheet would take for a number and shorten.
CODE = re.compile(r"0[0-9]+")


class PlainEncoder(DjangoJSONEncoder):
    """Numbers as numbers, so that nobody has to convert them."""

    def default(self, value):
        return float(value) if isinstance(value, Decimal) else super().default(value)


def cell(value):
    """Return the value as a cell: what a spreadsheet would run of a text is quoted with an apostrophe."""
    if value is None:
        return ""
    if not isinstance(value, str):
        return value
    text = RUNS_AFTER_SPLIT.sub(r"\1'", value)
    return f"'{text}" if text.startswith(RUNS) else text


def rows_of(found, row):
    """Return the row of each thing that a filter set finds; a filter that does not exist is a bad request."""
    if not found.is_valid():
        raise BadRequest(found.errors.as_text())
    return list(map(row, found.qs))


def csv_response(name, rows):
    """Return the rows, all dictionaries with the same keys, as a CSV file: comma, decimal point, UTF-8."""
    response = HttpResponse(content_type="text/csv; charset=utf-8", headers=as_file(f"{name}.csv"))
    rows = list(rows)
    writer = csv.writer(response)
    if rows:
        writer.writerow(rows[0])
        writer.writerows([cell(value) for value in row.values()] for row in rows)
    return response


def csv_asked_for(request, name, rows, model, headings=None):
    """Return the rows as a CSV file, or for `format=excel` as one that Excel in Italian opens as a table.

    That one has semicolons, names of columns in words (those of the model's fields, or these headings),
    and codes that keep the zeros in front.
    """
    if request.GET.get("format") != "excel":
        return csv_response(name, rows)
    file = as_file(f"{name}-excel.csv")
    response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8", headers=file)
    writer = csv.writer(response, delimiter=";")
    if rows:
        writer.writerow(heading(model, headings or {}, column) for column in rows[0])
        writer.writerows([excel_cell(value) for value in row.values()] for row in rows)
    return response


def heading(model, headings, column):
    return capfirst(headings[column] if column in headings else model._meta.get_field(column).verbose_name)


def excel_cell(value):
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return f'="{value}"' if isinstance(value, str) and CODE.fullmatch(value) else cell(value)


def json_response(name, content):
    text = json.dumps(content, cls=PlainEncoder, ensure_ascii=False, indent=1)
    return HttpResponse(text, content_type="application/json", headers=as_file(f"{name}.json"))


def as_file(name):
    return {"Content-Disposition": f'inline; filename="{name}"'}
