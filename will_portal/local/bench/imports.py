"""Rows 5 and 6: a file of log entries, against django-import-export's own loop and against a bare COPY."""

import csv
import io
import resource
import sys
from contextlib import closing
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from time import perf_counter

import pghistory
from django.db import connection, transaction
from django.utils import timezone
from tablib import Dataset

from cities.models import City
from initiatives.imports import steps
from initiatives.imports.resources.log import LogResource
from initiatives.models import ImportRun, Intervention, InterventionKind
from will_portal.accounts.models import User
from will_portal.common.models import StoredFile
from will_portal.local.bench.explain import title
from will_portal.local.bench.generator import FIRST_DAY, KINDS, TABLES
from will_portal.local.bench.measure import Comparison, Statements, compared

ROWS, LOOP_ROWS, TRIES = 100_000, 500, 3
FASTER, COPY_TARGET, MEGABYTES = 50, 4, 512
MEGABYTE = 1024
# In months that are not closed.
FIRST_OPEN = FIRST_DAY.replace(year=FIRST_DAY.year + 5, month=7)
OPEN_DAYS = 91
PARTS = [(sex, age_band) for sex in "FM" for age_band in ("18-29", "65-74")]
HEADINGS = [
    "initiative",
    "day",
    "kind",
    "place",
    "delivered_by",
    "people_served",
    "new_people",
    "hours",
    "cost",
]
HEADINGS += ["note", "reference"]
HEADINGS += [f"{what} {sex} {age} ND" for what in ("people", "new") for sex, age in PARTS]


class Speedup(Comparison):
    """A line whose ratio is how many times less we take."""

    @property
    def met(self):
        return self.ratio >= self.target


def compare(databases, options):
    """Return the lines of the table."""
    with closing(databases.of(options.rows)) as side, databases.copy_of(side) as copy, copy.used():
        city = City.objects.filter(initiatives__code="BENCH-0000").get()
        staff = User.objects.get(email=f"staff-{city.slug}-0@bench.example")
        ours, copied = [], []
        peaks = []
        for turn in range(TRIES):
            content = office_file(city, ROWS, f"T{turn}", Random(turn))  # nosec B311
            forget_peak()
            seconds, run = imported(city, staff, content)
            peaks.append(peak())
            ours.append(seconds)
            rows = taken_out(run)
            undo(run, staff)
            copied.append(copied_in(rows))
        loop = looped(city, staff)
        if options.explain:
            show_statements(city, staff)
    per_row = [each / LOOP_ROWS * ROWS for each in loop]
    line = compared(
        5, f"check and load {ROWS:,} rows", f"import_data, from {LOOP_ROWS} rows", (ours, per_row), 1
    )
    return [
        Speedup(
            5, line.work, line.against, line.ours_s, line.against_s, line.against_s / line.ours_s, FASTER
        ),
        compared(6, f"check and load {ROWS:,} rows", "COPY of the same rows", (ours, copied), COPY_TARGET),
        Comparison(5, "peak memory of the worker, MB", "", None, None, round(max(peaks)), MEGABYTES),
        Comparison(5, "peak memory of the reader, MB", "", None, None, round(peak_of_children()), MEGABYTES),
    ]


def office_file(city, rows, mark, lots):
    """Return a CSV as Excel in Italian saves it; half of its rows have a breakdown by sex and age."""
    codes = list(city.initiatives.loggable().order_by("code").values_list("code", flat=True))
    kinds = list(InterventionKind.objects.usable().order_by("code").values_list("code", flat=True))[:KINDS]
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=";")
    writer.writerow(HEADINGS)
    for number in range(rows):
        part = lots.randint(2, 10)
        new = part // 2
        day = FIRST_OPEN + timedelta(days=lots.randrange(OPEN_DAYS))
        parts = [part] * len(PARTS) + [new] * len(PARTS) if lots.random() < 0.5 else [""] * 2 * len(PARTS)
        hours = str(Decimal(lots.randrange(80)) / 4).replace(".", ",")
        cost = f"1.{lots.randrange(1000):03},50" if lots.random() < 0.15 else ""
        place, note = (
            f"Quartiere {lots.randint(1, 40)}",
            "Con il gruppo del quartiere" if number % 10 == 0 else "",
        )
        counts = [part * len(PARTS), new * len(PARTS), hours, cost]
        row = [lots.choice(codes), f"{day:%d/%m/%Y}", lots.choice(kinds), place, "", *counts, note]
        writer.writerow([*row, f"{mark}-{number}", *parts])
    return file.getvalue().encode("cp1252")


def imported(city, staff, content):
    """Send a file through what the worker does, without the broker; return the seconds, and the run."""
    run = ImportRun.objects.create(
        subject="log",
        city=city,
        by=staff,
        file_name="registro.csv",
        file=StoredFile.objects.store("registro.csv", [content]),
    )
    seconds = step(run, ImportRun.State.MATCHING)
    mapping = {str(index): name for index, name in enumerate(HEADINGS)}
    seconds += step(run, ImportRun.State.REVIEW, state=ImportRun.State.CHECKING, mapping=mapping)
    confirmed = {"state": ImportRun.State.LOADING, "confirmed_at": timezone.now()}
    return seconds + step(run, ImportRun.State.DONE, **confirmed), run


def step(run, expected, **order):
    if order:
        ImportRun.objects.filter(pk=run.pk).update(**order)
    started = perf_counter()
    steps.carry_on(run.pk)
    taken = perf_counter() - started
    run.refresh_from_db()
    if run.state != expected or run.wrong_rows:
        problem = run.problems.first()
        raise AssertionError(f"The import is {run.state}: {run.notice or problem and problem.message}")
    return taken


def undo(run, staff):
    step(run, ImportRun.State.UNDONE, state=ImportRun.State.UNDOING, undone_by=staff)
    if run.kept_rows:
        raise AssertionError(f"The undo kept {run.kept_rows} rows.")
    with connection.cursor() as cursor:
        # As autovacuum would, so that each turn finds what the first one found.
        for table in TABLES:
            cursor.execute(f"VACUUM ANALYZE {table}")


def taken_out(run):
    """Return what was loaded as COPY writes it, table after table."""
    loaded = f"SELECT target FROM initiatives_importedrow WHERE run_id = {run.pk}"  # nosec B608
    of_entries = f"SELECT * FROM {TABLES[0]} WHERE public_id IN ({loaded}) ORDER BY id"  # nosec B608
    of_parts = (
        f"SELECT p.* FROM {TABLES[1]} AS p WHERE intervention_id IN (SELECT id FROM ({of_entries}) AS e)"  # nosec B608
    )
    with connection.cursor() as cursor:
        blocks = []
        for query in (of_entries, of_parts):
            with cursor.copy(f"COPY ({query}) TO STDOUT") as copy:
                blocks.append(b"".join(copy))
    return blocks


def copied_in(blocks):
    """Copy the same rows into the same tables, with all that hangs on these; return the seconds."""
    with transaction.atomic():
        started = perf_counter()
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0")
            cursor.execute("DISCARD PLANS")
            for table, block in zip(TABLES, blocks, strict=True):
                with cursor.copy(f"COPY {table} FROM STDIN") as copy:
                    copy.write(block)
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        taken = perf_counter() - started
        transaction.set_rollback(True)
    return taken


def looped(city, staff):
    """Check and load a few rows by import_data with the same columns and rules, row by row."""
    return [loop(city, staff, f"L{turn}", Random(100 + turn)) for turn in range(TRIES)]  # nosec B311


def loop(city, staff, mark, lots):
    content = office_file(city, LOOP_ROWS, mark, lots).decode("cp1252")
    started = perf_counter()
    data = Dataset(headers=HEADINGS)
    data.extend(list(csv.reader(io.StringIO(content, newline=""), delimiter=";"))[1:])
    options = {"numbers": range(2, LOOP_ROWS + 2), "progress": Silent(), "raise_errors": True}
    with pghistory.context(user=staff.pk):
        LogResource(by=staff, place=city).import_data(data, dry_run=True, use_transactions=True, **options)
        LogResource(by=staff, place=city).import_data(data, dry_run=False, use_transactions=True, **options)
    taken = perf_counter() - started
    if Intervention.objects.filter(reference__startswith=f"{mark}-").count() != LOOP_ROWS:
        raise AssertionError("The loop did not load all rows.")
    return taken


def show_statements(city, staff):
    """Print what either side sends for a small file; what travels by COPY is no statement of Django's."""
    with Statements().watched() as ours:
        imported(city, staff, office_file(city, 20, "S", Random(1)))  # nosec B311
    with Statements().watched() as others:
        loop(city, staff, "SL", Random(2))  # nosec B311
    for name, statements in {"the portal": ours, f"import_data, {LOOP_ROWS} rows": others}.items():
        title(name)
        for sent in dict.fromkeys(sent for _taken, sent, _params in statements.sent):
            print(" ".join(sent.split()), file=sys.stderr)


class Silent:
    def rows(self, number):
        """Nobody watches."""


STATUS, PEAK = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def forget_peak():
    """Begin to measure the most memory anew, where the system can (Linux)."""
    if PEAK.exists():
        PEAK.write_text("5")


def peak():
    """The most memory of this process since then, in MB."""
    if STATUS.exists():
        return int(STATUS.read_text().split("VmHWM:")[1].split()[0]) / MEGABYTE
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEGABYTE


def peak_of_children():
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / MEGABYTE
