"""Lists as CSV and JSON files."""

import csv
import json
from decimal import Decimal

from django.core.exceptions import BadRequest
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpResponse

# What makes a spreadsheet run a cell as a formula, full-width forms included.
RUNS = tuple("=+-@\t\r＝＋－＠")


class PlainEncoder(DjangoJSONEncoder):
    """Numbers as numbers, so that nobody has to convert them."""

    def default(self, value):
        return float(value) if isinstance(value, Decimal) else super().default(value)


def cell(value):
    """Return the value as a cell: a text that a spreadsheet would run is quoted with an apostrophe."""
    if value is None:
        return ""
    return f"'{value}" if isinstance(value, str) and value.startswith(RUNS) else value


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


def json_response(name, content):
    text = json.dumps(content, cls=PlainEncoder, ensure_ascii=False, indent=1)
    return HttpResponse(text, content_type="application/json", headers=as_file(f"{name}.json"))


def as_file(name):
    return {"Content-Disposition": f'inline; filename="{name}"'}
