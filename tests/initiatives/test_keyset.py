"""Paging by the entry at the edge of a page."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from initiatives.keyset import page_of, read_cursor, write_cursor
from initiatives.models import Intervention
from tests.projects import DAY, entry, initiative

pytestmark = pytest.mark.django_db
KEEP = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def log(cast):
    def fill(offsets):
        Intervention.objects.all().delete()
        project = initiative("parma")
        for offset in offsets:
            entry(project, cast.parma_staff, day=DAY + timedelta(days=offset))
        return list(Intervention.objects.order_by("-day", "-pk"))

    return fill


def walk(size, direction, cursor=""):
    page = page_of(Intervention.objects.all(), size=size, **{direction: cursor})
    yield page
    while getattr(page, direction):
        page = page_of(Intervention.objects.all(), size=size, **{direction: getattr(page, direction)})
        yield page


@KEEP
@given(offsets=st.lists(st.integers(0, 5), max_size=9), size=st.integers(1, 4))
def test_the_pages_one_after_the_other_are_the_sorted_list(log, offsets, size):
    rows = log(offsets)
    pages = list(walk(size, "older"))
    assert [row for page in pages for row in page.rows] == rows
    assert all(len(page.rows) <= size for page in pages)


@KEEP
@given(offsets=st.lists(st.integers(0, 5), min_size=1, max_size=9), size=st.integers(1, 4))
def test_the_way_back_leads_to_the_first_page_and_skips_nothing(log, offsets, size):
    rows = log(offsets)
    last = list(walk(size, "older"))[-1]
    seen = last.rows
    for page in list(walk(size, "newer", last.newer)) if last.newer else []:
        seen = [row for row in page.rows if row not in seen] + seen
    assert seen == rows


@given(day=st.dates(date(1000, 1, 1)), pk=st.integers(1, 2**63 - 1))
def test_a_cursor_is_read_as_it_was_written(day, pk):
    assert read_cursor(write_cursor(Intervention(day=day, pk=pk))) == (day, pk)


@given(text=st.text(max_size=30))
def test_whatever_else_is_sent_as_a_cursor_is_the_first_page(text):
    place = read_cursor(text)
    assert place is None or write_cursor(Intervention(day=place[0], pk=place[1]))
