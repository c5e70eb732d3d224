"""Reads context figures from a CSV file as the portal's own reference files are written.

One line for each series and city, one column for each year, a decimal point, an empty cell where nothing is
known:

    series,city,source,licence,2023,2024
    ageing-index,G337,"ISTAT, Indicatori demografici, demo.istat.it",CC BY 4.0,181.1,185.0

Series go by their code, cities by their cadastral code. UTF-8; a semicolon instead of the comma will do.
"""

import csv
import re
from decimal import Decimal
from typing import NamedTuple

from django.db import transaction

from cities.merging import Outcomes, merge
from cities.models import City, ContextFigure, ContextSeries
from cities.models.context import FIRST_YEAR, LAST_YEAR

WORDS = ["series", "city", "source", "licence"]
NUMBER = re.compile(r"-?[0-9]{1,10}(\.[0-9]{1,4})?")
# Rows per statement: few enough to keep a statement small, many enough that triggers fire seldom.
BATCH = 2000


class Fault(NamedTuple):
    row: int
    field: str
    reason: str

    def __str__(self):
        return f"row {self.row}, {self.field}: {self.reason}"


class FileRefused(Exception):
    """The file has faults, listed in `faults`, and nothing of it was stored."""

    def __init__(self, faults):
        self.faults = faults
        super().__init__("\n".join(map(str, faults)))


@transaction.atomic
def import_figures(path):
    """Merge the figures of the file into the table, return the Outcomes; raise FileRefused for any fault."""
    figures = read_figures(path)
    existing = {
        (row.series_id, row.city_id, row.year): row
        for row in ContextFigure.objects.select_for_update().filter(
            series__in={figure.series_id for figure in figures}
        )
    }
    outcomes, created, dirty = Outcomes(), [], []
    for figure in figures:
        row = existing.get((figure.series_id, figure.city_id, figure.year))
        if row is None:
            created.append(figure)
            outcomes.note("created", "", [])
            continue
        before = row.loaded
        outcome, kept = merge(row, figure)
        outcomes.note(outcome, f"{figure.city.cadastral_code} {figure.series.code} {figure.year}", kept)
        if row.loaded != before:
            dirty.append(row)
    ContextFigure.objects.bulk_create(created, batch_size=BATCH)
    update(dirty)
    return outcomes


def update(figures):
    """Store figures that exist already, eight times as fast as `bulk_update` with its CASE for each row."""
    ContextFigure.objects.bulk_create(
        figures,
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["value", "source", "licence", "loaded"],
    )


def read_figures(path):
    """Return the unsaved figures of the file, or raise FileRefused with every fault found in it."""
    header, lines = read_lines(path)
    years = read_header(header)
    series, cities = ContextSeries.objects.in_bulk(field_name="code"), cities_by_code()
    figures, faults, seen = [], [], set()
    for number, line in lines:
        cells = dict(zip(header, line, strict=False))
        found = list(faults_of_line(number, header, line, cells, series, cities))
        if not found and (cells["series"], cells["city"]) in seen:
            found = [Fault(number, "city", "this city has a row of this series already")]
        faults += found
        if not found:
            seen.add((cells["series"], cells["city"]))
            figures += [figure(cells, year, series, cities) for year in years if cells[year]]
    if faults:
        raise FileRefused(faults)
    return figures


def cities_by_code():
    return City.objects.only("cadastral_code").in_bulk(field_name="cadastral_code")


def read_lines(path):
    """Return the header, which is row 1, and the numbered lines after it, all as lists of trimmed cells."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise FileRefused([Fault(1, "file", f"it is not UTF-8 ({error.reason})")]) from error
    first = text.partition("\n")[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","
    rows = [[cell.strip() for cell in row] for row in csv.reader(text.splitlines(), delimiter=delimiter)]
    if not rows:
        raise FileRefused([Fault(1, "file", "it is empty")])
    return rows[0], [(number, row) for number, row in enumerate(rows[1:], start=2) if any(row)]


def read_header(header):
    """Return the columns that are years."""
    years = [name for name in header if name not in WORDS]
    faults = [Fault(1, name, "the column is missing") for name in WORDS if name not in header]
    faults += [Fault(1, name, "the column occurs twice") for name in set(header) if header.count(name) > 1]
    faults += [Fault(1, name or "(empty)", "it is no year") for name in years if not is_year(name)]
    if faults or not years:
        raise FileRefused(faults or [Fault(1, "file", "it has no column for a year, such as 2024")])
    return years


def is_year(name):
    return re.fullmatch("[0-9]{4}", name) and FIRST_YEAR <= int(name) <= LAST_YEAR


def faults_of_line(number, header, line, cells, series, cities):
    if len(line) != len(header):
        yield Fault(number, "row", f"it has {len(line)} cells and the header {len(header)}")
        return
    if cells["series"] not in series:
        yield Fault(number, "series", f"there is no series {cells['series']!r}")
    if cells["city"] not in cities:
        yield Fault(number, "city", f"there is no city with the cadastral code {cells['city']!r}")
    for name in ["source", "licence"]:
        if not 0 < len(cells[name]) <= ContextFigure._meta.get_field(name).max_length:
            yield Fault(number, name, "it is empty or too long")
    for name, cell in cells.items():
        if name not in WORDS and cell and not NUMBER.fullmatch(cell):
            yield Fault(number, name, f"{cell!r} is no number such as 1234.5 (decimal point, no thousands)")


def figure(cells, year, series, cities):
    loaded = {"value": cells[year], "source": cells["source"], "licence": cells["licence"]}
    return ContextFigure(
        city=cities[cells["city"]],
        series=series[cells["series"]],
        year=int(year),
        loaded=loaded,
        **loaded | {"value": Decimal(cells[year])},
    )
