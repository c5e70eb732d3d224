"""Files on the whole way from their bytes to what they would do, as the worker goes it."""

from io import BytesIO

from django.db import connection
from openpyxl import load_workbook

from initiatives.imports import exporting, marking, steps
from initiatives.models import ExportRun, ImportRun
from tests.initiatives.imports.row_files import Nobody
from tests.places import city
from will_portal.common.models import StoredFile


def brought(content, name, *, by, subject="log", **options):
    """Read a file of Parma and check it, its columns matched as proposed."""
    run = ImportRun.objects.create(
        subject=subject,
        by=by,
        city=city("parma"),
        file_name=name,
        options=options,
        file=StoredFile.objects.store(name, [content]),
    )
    for step in [steps.read, steps.check]:
        ImportRun.objects.filter(pk=run.pk).update(**step(run, by, Nobody()))
        run.refresh_from_db()
    with connection.cursor() as cursor:
        # Tables for the check alone end with its transaction, which in a test goes on.
        cursor.execute("DISCARD TEMP")
    return run


def outcomes(run):
    return list(run.imported.order_by("number").values_list("outcome", flat=True))


def problems(run):
    return [(problem.number, problem.column, problem.message) for problem in run.problems.all()]


def marked(run):
    """Return the name and the content of a file with its wrong cells marked."""
    name, chunks = marking.marked_file(run)
    return name, b"".join(chunks)


def exported(by, file_format, query="", **place):
    """Make an export as the worker does and return its row, the file on it."""
    values = place or {"city": city("parma")}
    run = ExportRun.objects.create(by=by, format=file_format, query=query, **values)
    exporting.make_export(run.pk)
    run.refresh_from_db()
    return run


def content_of(run):
    return b"".join(run.file.chunks())


def sheet_of(content, name=None):
    workbook = load_workbook(BytesIO(content))
    return workbook[name] if name else workbook.worksheets[0]
