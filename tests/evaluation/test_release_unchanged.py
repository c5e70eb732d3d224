"""What has not changed is not told anew, and whatever has is."""

from collections import Counter
from datetime import date

import pytest

from evaluation import release_rows
from evaluation.disclosure import Cell, tell
from evaluation.families import COUNTED
from evaluation.models import Family, MonthlyTotal, ReleasedFigure
from evaluation.release_store import Row
from evaluation.release_unchanged import is_unchanged
from evaluation.releases import make_release
from evaluation.telling import Retelling
from tests.projects import entry, initiative
from tests.releases import FEBRUARY, JANUARY, MARCH, released

SERVED = COUNTED[Family.SERVED]
OTHERS = (1,) * (len(SERVED.columns) - 1)
CELLS = {Cell(month, 1, None): (20, *OTHERS) for month in (JANUARY, FEBRUARY)}
PERIODS = [(JANUARY, JANUARY), (FEBRUARY, FEBRUARY)]


def rows_of(cells, periods=PERIODS):
    return [
        Row("served", 1, *of_node(part.node), None, part.is_divided, counts=part.counts, by_body=part.parts)
        for period in periods
        for part in tell(cells, period, periods, SERVED.tree)
    ]


def of_node(node):
    return node.first, node.last, node.depth, node.kind, node.body


def unchanged(cells, current=None, periods=PERIODS, open_months=frozenset()):
    return is_unchanged(SERVED, cells, periods, rows_of(CELLS) if current is None else current, open_months)


def test_the_same_cells_are_unchanged():
    assert unchanged(CELLS)


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({Cell(JANUARY, 1, None): (21, *OTHERS)}, id="people"),
        pytest.param({Cell(JANUARY, 1, None): (20, *OTHERS[1:], 7)}, id="what is told with them"),
        pytest.param({Cell(JANUARY, 1, 9): (20, *OTHERS)}, id="another body"),
        pytest.param({Cell(JANUARY, 2, None): (0, *OTHERS)}, id="a kind without people"),
    ],
)
def test_cells_that_changed_are_seen(changed):
    assert not unchanged(CELLS | changed)


def test_a_cell_that_is_gone_is_seen():
    assert not unchanged({Cell(JANUARY, 1, None): (20, *OTHERS)})


def test_a_new_month_is_seen_once_it_is_one_of_the_periods():
    cells = CELLS | {Cell(MARCH, 1, None): (20, *OTHERS)}
    assert unchanged(cells)
    assert not unchanged(cells, periods=[*PERIODS, (MARCH, MARCH)])


def test_what_waits_is_told_anew():
    waits = Row("served", 1, MARCH, MARCH, 0, None, None, None, waits=True)
    assert not unchanged(CELLS, current=[*rows_of(CELLS), waits])


def test_a_month_that_is_open_again_need_not_be_as_it_was():
    cells = {Cell(JANUARY, 1, None): (20, *OTHERS)}
    assert unchanged(cells, open_months={FEBRUARY})


def test_what_may_not_be_told_any_more_is_told_anew(settings):
    settings.SUPPRESSION_THRESHOLD = 21
    assert not unchanged(CELLS)


@pytest.fixture
def told(monkeypatch):
    """Count the trees that are told."""
    counted = Counter()

    class Counting(Retelling):
        def tell(self):
            counted["trees"] += 1
            return super().tell()

    monkeypatch.setattr(release_rows, "Retelling", Counting)
    return counted


@pytest.mark.django_db
def test_a_night_without_anything_new_tells_nothing_anew(cast, parma, told):
    entry(initiative("parma"), cast.parma_staff, day=date(2026, 1, 10), people_served=20, new_people=None)
    released(parma, JANUARY)
    told.clear()
    assert make_release() is None
    assert not told


@pytest.mark.django_db
def test_a_largest_entry_that_grew_alone_is_written(cast, parma):
    for _ in range(2):
        entry(initiative("parma"), cast.parma_staff, day=date(2026, 1, 10), people_served=20)
    released(parma, JANUARY)
    MonthlyTotal.objects.update(largest_entry=30)
    second = make_release()
    assert ReleasedFigure.objects.get(since=second, until=None).largest == 30
