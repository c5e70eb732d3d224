"""Months that close by themselves: which, when, and beside whom."""

from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from operator import attrgetter
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection

from initiatives.actions import log, months
from initiatives.actions.months import close_month, reopen_month
from initiatives.models import MonthClosing
from initiatives.tasks import close_due_months
from tests.bodies import organisation
from tests.projects import entry, initiative

MARCH = date(2026, 3, 1)
ROME = ZoneInfo("Europe/Rome")


def rome(*moment):
    return datetime(*moment, tzinfo=ROME)


# The night in which March closes by itself.
DUE = rome(2026, 5, 1, 1, 30)


def night(moment=DUE):
    """Do what is done each night, and return the (city, month) that are closed afterwards."""
    with time_machine.travel(moment):
        close_due_months()
    return list(MonthClosing.objects.in_force().order_by("city", "month").values_list("city__slug", "month"))


def reopened(parma, by, moment):
    """Close March as soon as it has ended, reopen it at the moment, and return its closing."""
    with time_machine.travel(rome(2026, 4, 1, 9)):
        closing = close_month(city=parma, month=MARCH, by=by)
    with time_machine.travel(moment):
        reopen_month(closing=closing, reason="A partner was late", by=by)
    return MonthClosing.objects.get()


@contextmanager
def another_transaction(sql, params):
    """A statement on a connection of its own, committed when the block is left."""
    other = connection.copy()
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute(sql, params)
        yield
        other.commit()
    finally:
        other.close()


@pytest.fixture
def logged(cast, project):
    """An entry in March, in Parma."""
    return entry(project, cast.parma_staff)


@pytest.fixture
def both(logged, cast, verona):
    """An entry in March in either city."""
    entry(initiative("verona"), cast.verona_staff)


def test_months_that_nobody_closes_close_by_themselves(both, parma, verona):
    assert night() == [(city.slug, MARCH) for city in sorted([parma, verona], key=attrgetter("pk"))]
    assert set(MonthClosing.objects.values_list("closed_by", flat=True)) == {None}


@pytest.mark.parametrize(
    ("moment", "closed"),
    [
        (rome(2026, 4, 30, 23, 59), []),
        # In Greenwich it is still April.
        (rome(2026, 5, 1, 0, 1), [("parma", MARCH)]),
    ],
    ids=["the last day", "the day after"],
)
def test_a_month_stays_open_for_thirty_whole_days_of_rome(moment, closed, logged):
    assert night(moment) == closed


@pytest.mark.parametrize(
    ("days", "moment", "closed"),
    [
        (10, rome(2026, 4, 10, 23), []),
        (10, rome(2026, 4, 11, 1), [("parma", MARCH)]),
        (31, DUE, []),
    ],
    ids=["10: the last day", "10: the day after", "31"],
)
def test_how_long_it_stays_open_is_a_setting(days, moment, closed, logged, settings):
    settings.MONTH_CLOSING_DAYS = days
    assert night(moment) == closed


@pytest.mark.parametrize(
    ("moment", "closed"),
    [(rome(2026, 5, 2, 0, 30), []), (rome(2026, 5, 1, 23, 30), [("parma", MARCH)])],
    ids=["30 days ago", "31 days ago"],
)
def test_a_reopened_month_stays_open_for_thirty_whole_days_more(moment, closed, logged, cast, parma):
    reopened(parma, cast.parma_lead, moment)
    assert night(rome(2026, 6, 1, 1, 30)) == closed


def test_every_month_with_entries_closes_and_none_between_or_after_them(logged, cast, project):
    for day in [date(2025, 12, 31), date(2026, 4, 1), date(2026, 5, 1), date(2026, 8, 1)]:
        entry(project, cast.parma_staff, day=day)
    assert night() == [("parma", date(2025, 12, 1)), ("parma", MARCH)]


def test_a_month_of_which_all_was_withdrawn_stays_open(cast, project):
    gone = {"withdrawn_by": cast.parma_staff, "withdrawn_at": "2026-04-01T10:00Z", "withdraw_reason": "Twice"}
    entry(project, cast.parma_staff, **gone)
    assert night() == []


def test_a_month_of_which_nothing_is_confirmed_closes(cast, project):
    entry(project, cast.partner_member, confirmed=False, delivered_by=organisation("cooperativa"))
    assert night() == [("parma", MARCH)]


def test_a_month_that_the_lead_has_closed_stays_hers(logged, cast, parma):
    close_month(city=parma, month=MARCH, by=cast.parma_lead)
    night()
    assert MonthClosing.objects.get().closed_by == cast.parma_lead


def test_a_second_night_closes_nothing_again(logged):
    night()
    assert night(rome(2026, 5, 2, 1, 30)) == [("parma", MARCH)]
    assert MonthClosing.objects.count() == 1


def test_each_month_is_asked_about_again_before_it_closes(logged, cast, parma):
    log.withdraw(entry=logged, version=1, reason="Twice", by=cast.parma_staff)
    months.close_by_themselves(parma.pk, [MARCH])
    assert not MonthClosing.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_month_that_somebody_is_writing_into_waits_for_the_next_night(both, parma):
    save = "UPDATE initiatives_intervention SET people_served = 13, version = 2 WHERE city_id = %s"
    with another_transaction(save, [parma.pk]):
        assert night() == [("verona", MARCH)]
    assert ("parma", MARCH) in night(rome(2026, 5, 2, 1, 30))


@pytest.mark.django_db(transaction=True)
def test_of_two_runs_at_once_one_closes_and_the_other_does_not_wait(logged, parma):
    close = (
        "INSERT INTO initiatives_monthclosing (city_id, month, closed_at, reopen_reason)"
        " VALUES (%s, %s, now(), '')"
    )
    with another_transaction(close, [parma.pk, MARCH]):
        assert night() == []
    assert night() == [("parma", MARCH)]
    assert MonthClosing.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_what_goes_wrong_in_one_city_does_not_keep_the_others_open(both, parma, monkeypatch, caplog):
    monkeypatch.setattr(months, "PATIENCE", "SET LOCAL lock_timeout = '10ms'")
    with another_transaction("SELECT FROM cities_city WHERE id = %s FOR UPDATE", [parma.pk]):
        assert night() == [("verona", MARCH)]
    assert f"city {parma.pk} did not close" in caplog.text


def test_the_day_that_is_told_is_that_on_which_it_closes(logged, cast, parma):
    closing = reopened(parma, cast.parma_lead, rome(2026, 5, 3, 23, 30))
    told = datetime.combine(months.closes_on(MARCH, closing.reopened_at), time(1, 30), ROME)
    assert night(told - timedelta(days=1)) == []
    assert night(told) == [("parma", MARCH)]


def test_months_close_before_the_figures_of_the_night_are_made(settings):
    beat = settings.CELERY_BEAT_SCHEDULE["close-due-months"]
    assert beat["task"] == close_due_months.name
    assert max(beat["schedule"].hour) < 3
