"""Rows of the log that somebody takes along: made by the worker, read again by the import."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import chain
from types import SimpleNamespace

from django.conf import settings
from django.db import transaction
from django.db.models import Prefetch
from django.db.models.functions import Now
from django.http import QueryDict
from django.utils import timezone, translation
from django.utils.text import capfirst, slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from initiatives.imports.resources.log import LogResource, PartColumn
from initiatives.imports.working import EXPORT_LOCKS, Aside, alone
from initiatives.log_filters import STATES, LogFilter, places_of
from initiatives.models import ExportRun, Initiative, InterventionKind, InterventionPeople
from thirdsector.models import Organisation
from will_portal.common.downloads import csv_lines, excel_cell
from will_portal.common.models import StoredFile
from will_portal.common.spreadsheets import workbook_of

ATTEMPTS = 3
UNHEARD = timedelta(seconds=30)
# Rows fetched at a time: what is held in memory, however long the log.
CHUNK = 2000
# Excel has this many rows below the headings.
MOST_OF_A_SHEET = 2**20 - 1
# What a row names, as the columns of the import write it.
CODES = {
    "initiative": lambda entry: entry.initiative.code,
    "kind": lambda entry: entry.kind.code,
    "delivered_by": lambda entry: entry.delivered_by and entry.delivered_by.fiscal_code,
}
# For people only: the import leaves these columns out.
READ_ONLY = {
    "initiative_title": gettext_lazy("initiative: title"),
    "kind_label": gettext_lazy("kind: name"),
    "body_name": gettext_lazy("delivered by: name"),
    "state": gettext_lazy("state"),
    "entered": gettext_lazy("entered"),
}


class CannotBeMade(Exception):
    """Whoever asked has no business with this log any more, or asked for more rows than the format holds."""

    def __init__(self, rows=0):
        super().__init__(rows)
        self.rows = rows


def reads_all(user, place):
    """Whether somebody reads all entries of a place of theirs: mere members of a body read their own."""
    if place.city:
        return True
    return Organisation.objects.represented_by(user).filter(pk=place.organisation.pk).exists()


def place_of(run):
    """Return the Place whose log somebody asked for, as long as they read as much of it as then."""
    if run.by.is_active:
        for place in places_of(run.by):
            if (place.city, place.organisation) == (run.city, run.organisation):
                if run.reads_all and not reads_all(run.by, place):
                    break
                return place
    raise CannotBeMade


def cause_of(run):
    """Return a word for why an export has failed, as far as that can be seen afterwards."""
    if run.rows:
        return "rows"
    try:
        place = place_of(run)
    except CannotBeMade:
        return "rights"
    return "" if filters_of(run.by, place, run.query).is_valid() else "filters"


def make_export(pk):
    """Make the file of an ExportRun, once; a second worker, or one that comes too late, leaves it alone."""
    with alone(EXPORT_LOCKS, pk) as is_free:
        making = ExportRun.objects.filter(pk=pk, state=ExportRun.State.MAKING)
        run = making.select_related("by").first() if is_free else None
        if run is None:
            return
        # Counted before it begins, so that what kills the worker does not do so for ever.
        with Aside() as aside:
            aside.write("UPDATE initiatives_exportrun SET attempts = attempts + 1 WHERE id = %s", [pk])
        making.update(**made_of(run))


def made_of(run):
    """Return what becomes of an export once its file is made, or cannot be."""
    failed = {"state": ExportRun.State.FAILED}
    if run.attempts >= ATTEMPTS:
        return failed
    try:
        with translation.override(run.by.language), transaction.atomic():
            return write(run, place_of(run))
    except CannotBeMade as error:
        return failed | {"rows": error.rows}


def write(run, place):
    is_sheet = run.format == ExportRun.Format.XLSX
    entries = entries_of(run, place)
    if is_sheet and (count := entries.count()) > MOST_OF_A_SHEET:
        raise CannotBeMade(count)
    columns = columns_of(run, place, entries)
    headings = [capfirst(str(heading)) for heading, _value in columns]
    rows = Counted(values_of(entries, columns))
    content = workbook_of(_("Log"), headings, rows) if is_sheet else as_csv(headings, rows)
    log = slugify(_("Log"))
    name = f"{log}-{slugify(place.name)}-{timezone.localdate()}.{run.format}"
    stored, now = StoredFile.objects.store(name, content), timezone.now()
    return {
        "state": ExportRun.State.READY,
        "file": stored,
        "rows": rows.count,
        "made_at": now,
        "expires": now + timedelta(hours=settings.EXPORT_HOURS),
    }


def filters_of(by, place, query):
    """The filters of the log's list over one place, as somebody's browser asks for them."""
    asked = SimpleNamespace(GET=QueryDict(query), user=by)
    return LogFilter.of(asked, [place])


def entries_of(run, place):
    """The entries of the filters, read now: what somebody may no longer see does not go along."""
    found = filters_of(run.by, place, run.query)
    if not found.is_valid():
        raise CannotBeMade
    return found.qs.order_by("-day", "-pk")


def with_parts(entries):
    return entries.prefetch_related(
        Prefetch("initiative", Initiative.objects.only("code", "title")),
        Prefetch("kind", InterventionKind.objects.defer("loaded")),
        Prefetch("delivered_by", Organisation.objects.only("fiscal_code", "name")),
        "breakdown",
    )


def columns_of(run, place, entries):
    """Return [(heading, function of an entry)]: what the import reads back, then what is for people."""
    resource = LogResource(by=run.by, place=place.city or place.organisation)
    used = cells_in(entries)
    exported = [
        (column.label, reader_of(name, column))
        for name, column in resource.columns().items()
        if column.exported and (not isinstance(column, PartColumn) or (column.what, column.cell) in used)
    ]
    return exported + [(label, read_only(name)) for name, label in READ_ONLY.items()]


def cells_in(entries):
    """Return the parts that occur in some breakdown, as {(what, (sex, age band, citizenship))}."""
    parts = InterventionPeople.objects.filter(intervention__in=entries.order_by().values("pk"))
    names = ["sex", "age_band", "citizenship"]
    cells = {("people", cell) for cell in parts.order_by().values_list(*names).distinct()}
    counted_new = parts.exclude(new_people=None).order_by().values_list(*names).distinct()
    return cells | {("new", cell) for cell in counted_new}


def reader_of(name, column):
    if isinstance(column, PartColumn):
        return part_reader(column)
    take = CODES.get(name) or (lambda entry: getattr(entry, column.attribute))

    def read(entry):
        value = take(entry)
        return value if is_typed(value) else column.widget.render(value)

    return read


def is_typed(value):
    """Whether a spreadsheet has a type of its own for the value; of anything else the column knows how."""
    return isinstance(value, int | Decimal | date) and not isinstance(value, bool)


def part_reader(column):
    field, cell = "people" if column.what == "people" else "new_people", column.cell

    def read(entry):
        part = entry.parts.get(cell)
        return part and getattr(part, field)

    return read


def read_only(name):
    return {
        "initiative_title": lambda entry: entry.initiative.title,
        "kind_label": lambda entry: entry.kind.label,
        "body_name": lambda entry: entry.delivered_by.name if entry.delivered_by else _("The city itself"),
        "state": lambda entry: str(STATES[state_of(entry)]),
        "entered": lambda entry: timezone.localtime(entry.entered_at).replace(tzinfo=None, microsecond=0),
    }[name]


def state_of(entry):
    if entry.withdrawn_at:
        return "withdrawn"
    if entry.returned_at:
        return "returned"
    return "counts" if entry.confirmed_at else "waiting"


def values_of(entries, columns):
    readers = [read for _heading, read in columns]
    for entry in with_parts(entries).iterator(chunk_size=CHUNK):
        entry.parts = {(part.sex, part.age_band, part.citizenship): part for part in entry.breakdown.all()}
        yield [read(entry) for read in readers]


class Counted:
    """Rows that are counted while somebody goes through them."""

    def __init__(self, rows):
        self.rows, self.count = rows, 0

    def __iter__(self):
        for row in self.rows:
            self.count += 1
            yield row


def as_csv(headings, rows):
    """Yield the file as Excel in Italian opens it: semicolons, decimal commas, marked as UTF-8."""
    table = chain([headings], ([spelled(value) for value in row] for row in rows))
    for lines in chain(["\ufeff"], csv_lines(table, delimiter=";")):
        yield lines.encode()


def spelled(value):
    if value is None or value == "":
        return ""
    if isinstance(value, Decimal):
        return str(value).replace(".", ",")
    if isinstance(value, datetime):
        return f"{value:%d/%m/%Y %H:%M}"
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    return excel_cell(value)


def note_download(run):
    """Write when the file was fetched, on a connection of its own: the request that fetches it only reads."""
    with Aside() as aside:
        aside.write("UPDATE initiatives_exportrun SET downloaded_at = now() WHERE id = %s", [run.pk])


def unmade():
    """Those that no worker has made: their bell was lost, or the worker killed."""
    return ExportRun.objects.filter(state=ExportRun.State.MAKING, created__lt=timezone.now() - UNHEARD)


@transaction.atomic
def expire():
    """Delete the files whose day is over; who asked for which rows, and when, stays."""
    over = ExportRun.objects.filter(state=ExportRun.State.READY, expires__lte=Now())
    files = list(over.select_for_update(skip_locked=True).values_list("file", flat=True))
    ExportRun.objects.filter(file__in=files).update(state=ExportRun.State.EXPIRED, file=None)
    StoredFile.objects.filter(pk__in=files).delete()
