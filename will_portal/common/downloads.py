"""Lists as CSV, Excel and JSON files."""

import csv
import json
import re
from decimal import Decimal
from itertools import chain, islice

from django.core.exceptions import BadRequest
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpResponse, StreamingHttpResponse
from django.utils.http import content_disposition_header
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from will_portal.common.spreadsheets import XLSX, workbook_of
from will_portal.common.tables.escapes import escape

# What a spreadsheet would take for a number and shorten.
CODE = re.compile(r"0[0-9]+")
# Rows fetched, and sent, at a time.
CHUNK = 500


class PlainEncoder(DjangoJSONEncoder):
    """Numbers as numbers, so that nobody has to convert them."""

    def default(self, value):
        return float(value) if isinstance(value, Decimal) else super().default(value)


class Lines:
    """What a writer of CSV writes to: it hands back each line."""

    def write(self, line):
        return line


def cell(value):
    """Return the value as a cell: what a spreadsheet would run of a text is quoted with an apostrophe."""
    if value is None:
        return ""
    return escape(value) if isinstance(value, str) else value


def rows_of(found, row):
    """Yield the row of each thing that a filter set finds; a filter that does not exist is a bad request."""
    if not found.is_valid():
        raise BadRequest(found.errors.as_text())
    return map(row, found.qs.iterator(chunk_size=CHUNK))


def csv_lines(rows, **dialect):
    """Yield the rows, of cells ready to be written, as lines of CSV, many at a time."""
    writer = csv.writer(Lines(), **dialect)
    lines = map(writer.writerow, rows)
    while some := "".join(islice(lines, CHUNK)):
        yield some


def csv_response(name, rows):
    """Return the rows, all dictionaries with the same keys, as a CSV file: comma, decimal point, UTF-8."""
    table = headed(rows, list, cell)
    file = as_file(f"{name}.csv")
    return StreamingHttpResponse(csv_lines(table), content_type="text/csv; charset=utf-8", headers=file)


def headed(rows, headings_of, cell_of):
    """Yield the headings of the rows, made from the keys of the first, and the cells of each."""
    rows = iter(rows)
    for first in rows:
        yield headings_of(first)
        for row in chain([first], rows):
            yield [cell_of(value) for value in row.values()]


def csv_asked_for(request, name, rows, model, headings=None):
    """Return the rows as a CSV file, or for `format=excel` as one that Excel in Italian opens as a table.

    That one has semicolons, names of columns in words (those of the model's fields, or these headings),
    and codes that keep the zeros in front.
    """
    if request.GET.get("format") != "excel":
        return csv_response(name, rows)
    table = headed(rows, in_words(model, headings or {}), excel_cell)
    lines = chain(["\ufeff"], csv_lines(table, delimiter=";"))
    file = as_file(f"{name}-excel.csv")
    return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=file)


def xlsx_response(name, rows, model, headings=None):
    """Return the rows as a workbook of one sheet, its columns named in words as in the CSV for Excel."""
    table = headed(rows, in_words(model, headings or {}), lambda value: value)
    title = str(capfirst(model._meta.verbose_name_plural))
    content = workbook_of(title, next(table, []), table)
    file = {"Content-Disposition": f'attachment; filename="{name}.xlsx"'}
    return StreamingHttpResponse(content, content_type=XLSX, headers=file)


def in_words(model, headings):
    return lambda row: [heading(model, headings, column) for column in row]


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


def stored_response(stored, content_type="application/octet-stream"):
    """Return a StoredFile as something to save, part after part."""
    headers = {"Content-Disposition": content_disposition_header(True, stored.name)}
    return StreamingHttpResponse(stored.chunks(), content_type=content_type, headers=headers)
