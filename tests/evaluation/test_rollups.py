"""What the log adds up to, month by month, against a recount in plain Python."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection

from evaluation.models import MonthlyPeople, MonthlyTotal
from evaluation.rollups import make_equal
from initiatives.actions import log
from initiatives.models import ChangedMonth, Initiative, Intervention, InterventionPeople
from tests.bodies import organisation
from tests.evaluation import recount
from tests.places import city
from tests.projects import entry, implementer, initiative, kind

pytestmark = pytest.mark.django_db
MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)
# Each measure with a number that no other has.
ALL = dict(zip(recount.COUNTS, [40, 9, 7, 5, 3], strict=True))
ALL |= dict(zip(recount.AMOUNTS, map(Decimal, ["1.25", "2.50", "30.10"]), strict=True))
NONE = dict.fromkeys(ALL) | {"contacts": 1}


@pytest.fixture
def project(cast):
    implementer("parma", "cooperativa")
    return initiative("parma")


@pytest.fixture
def logged(project, cast):
    """`logged(people_served=5)`: an entry by staff of Parma that knows what is said and no more."""

    def save(**values):
        return entry(project, cast.parma_staff, **NONE | {"contacts": None} | values)

    return save


def sum_up(cells=None):
    """Make the sums of these cells equal to the log, or of all that is marked."""
    cells = cells or list(ChangedMonth.objects.values_list("initiative_id", "month").distinct())
    marks = list(ChangedMonth.objects.values_list("pk", flat=True))
    with connection.cursor() as cursor:
        return make_equal(cursor, cells, marks)


def are_right():
    return recount.stored() == recount.counted()


def versions():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 'total', id, xmin::text, cmin::text FROM evaluation_monthlytotal"
            " UNION ALL SELECT 'people', id, xmin::text, cmin::text FROM evaluation_monthlypeople"
        )
        return set(cursor.fetchall())


def add_part(saved, sex="F", age_band="ND", citizenship="ND", people=1, new_people=None):
    values = {"sex": sex, "age_band": age_band, "citizenship": citizenship}
    return InterventionPeople.objects.create(
        intervention=saved, people=people, new_people=new_people, **values
    )


def only_total():
    return MonthlyTotal.objects.get()


def test_each_measure_is_summed_beside_how_many_know_it(logged):
    logged(**ALL)
    logged(**ALL)
    logged(**NONE)
    sum_up()
    row = only_total()
    expected = {name: 2 * value for name, value in ALL.items()} | {"contacts": 7}
    assert {name: getattr(row, name) for name in ALL} == expected
    assert {name: getattr(row, f"{name}_known") for name in ALL} == dict.fromkeys(ALL, 2) | {"contacts": 3}
    assert row.entries == 3
    assert are_right()


@pytest.mark.parametrize("measure", ALL)
def test_a_measure_that_is_zero_is_known(measure, logged):
    logged(**{"people_served": 0, measure: 0})
    sum_up()
    row = only_total()
    assert (getattr(row, measure), getattr(row, f"{measure}_known")) == (0, 1)
    assert are_right()


def test_people_with_a_cost_and_costs_with_people_are_of_the_same_entries(logged):
    logged(people_served=10, cost=Decimal("50.00"))
    logged(people_served=5)
    logged(households=3, cost=Decimal("700.00"))
    sum_up()
    row = only_total()
    assert (row.people_served, row.cost) == (15, 750)
    assert (row.people_with_cost, row.cost_with_people) == (10, 50)
    assert are_right()


@pytest.mark.parametrize(
    ("measure", "people"), [("new_people", "people_with_new"), ("living_elsewhere", "people_with_elsewhere")]
)
def test_a_share_is_of_the_people_of_entries_that_know_it(measure, people, logged):
    logged(**{"people_served": 10, measure: 4})
    logged(people_served=5)
    logged(**{"people_served": 3, measure: 0})
    sum_up()
    row = only_total()
    assert (row.people_served, getattr(row, measure), getattr(row, people)) == (18, 4, 13)
    assert are_right()


def test_the_largest_entry_is_that_with_most_people(logged):
    for people in [4, 11, 7, None]:
        logged(people_served=people, contacts=99)
    sum_up()
    assert only_total().largest_entry == 11
    assert are_right()


def test_no_entry_that_knows_its_people_is_a_largest_of_none(logged):
    logged(contacts=99)
    sum_up()
    assert only_total().largest_entry == 0


def test_what_waits_for_confirmation_is_apart(logged, project, cast):
    logged(people_served=5)
    entry(project, cast.partner_member, confirmed=False, people_served=7)
    sum_up()
    assert dict(MonthlyTotal.objects.values_list("confirmed", "people_served")) == {True: 5, False: 7}
    assert are_right()


def test_what_is_withdrawn_is_nowhere(logged, cast):
    add_part(logged(people_served=5))
    gone = logged(people_served=7)
    add_part(gone)
    log.withdraw(entry=gone, version=1, reason="Doppia", by=cast.parma_staff)
    sum_up()
    assert (only_total().people_served, MonthlyPeople.objects.get().people) == (5, 1)
    assert are_right()


def test_a_month_whose_entries_are_gone_loses_its_rows(logged, cast):
    saved = logged(people_served=7)
    add_part(saved)
    sum_up()
    log.withdraw(entry=saved, version=1, reason="Doppia", by=cast.parma_staff)
    sum_up()
    assert not MonthlyTotal.objects.exists()
    assert not MonthlyPeople.objects.exists()


def test_a_moved_entry_takes_its_people_along(logged):
    saved = logged(people_served=7)
    add_part(saved)
    sum_up()
    Intervention.objects.filter(pk=saved.pk).update(day=date(2026, 4, 30), version=2)
    sum_up()
    assert only_total().month == MonthlyPeople.objects.get().month == APRIL
    assert are_right()


def test_the_first_and_last_day_are_of_their_month(logged):
    for day in [MARCH, date(2026, 3, 31), APRIL]:
        logged(people_served=1, day=day)
    sum_up()
    assert dict(MonthlyTotal.objects.values_list("month", "people_served")) == {MARCH: 2, APRIL: 1}


def test_kinds_are_apart(logged):
    logged(people_served=1)
    logged(people_served=2, kind=kind("B1"))
    sum_up()
    assert dict(MonthlyTotal.objects.values_list("kind__code", "people_served")) == {"A4": 1, "B1": 2}


def test_what_nobody_else_delivered_is_one_row_beside_each_body(logged):
    body = organisation("cooperativa")
    for people, by in [(1, None), (2, None), (4, body), (8, body)]:
        logged(people_served=people, delivered_by=by)
    sum_up()
    logged(people_served=16)
    sum_up()
    by_body = dict(MonthlyTotal.objects.values_list("delivered_by", "people_served"))
    assert by_body == {None: 19, body.pk: 12}
    assert are_right()


def test_initiatives_are_apart(logged, cast):
    other = initiative("verona")
    logged(people_served=1)
    entry(other, cast.verona_staff, people_served=2, new_people=0)
    sum_up()
    assert dict(MonthlyTotal.objects.values_list("city__slug", "people_served")) == {"parma": 1, "verona": 2}
    assert are_right()


def test_the_city_travels_along(logged, project):
    add_part(logged(people_served=1))
    sum_up()
    verona = city("verona")
    Initiative.objects.filter(pk=project.pk).update(city=verona)
    sum_up()
    assert only_total().city == MonthlyPeople.objects.get().city == verona
    assert are_right()


def test_people_are_summed_by_what_is_known_of_them(logged):
    one, two = logged(people_served=9, new_people=5), logged(people_served=9)
    add_part(one, "F", people=2, new_people=1)
    add_part(two, "F", people=3)
    add_part(one, "F", "0-17", people=1)
    add_part(one, "F", "0-17", "ITL", people=1)
    add_part(one, "M", "0-17", "ITL", people=1)
    sum_up()
    row = MonthlyPeople.objects.get(sex="F", age_band="ND")
    assert (row.entries, row.people, row.new_people, row.new_people_known) == (2, 5, 1, 1)
    assert MonthlyPeople.objects.count() == 4
    assert are_right()


def test_a_part_that_goes_takes_its_row_and_leaves_the_total(logged):
    saved = logged(people_served=5)
    add_part(saved, "F")
    add_part(saved, "M")
    sum_up()
    saved.breakdown.filter(sex="M").delete()
    sum_up()
    assert list(MonthlyPeople.objects.values_list("sex", flat=True)) == ["F"]
    assert are_right()


def test_rows_that_are_right_are_not_touched(logged):
    saved = logged(people_served=5)
    add_part(saved)
    logged(people_served=5, kind=kind("B1"))
    logged(people_served=5, day=APRIL)
    sum_up()
    before = versions()
    Intervention.objects.filter(pk=saved.pk).update(hours=1, version=2)
    _cells, written = sum_up()
    assert (written, len(before & versions()), len(before)) == (1, 3, 4)
    assert are_right()


def test_sums_made_anew_touch_nothing(logged, project):
    add_part(logged(people_served=5))
    sum_up()
    before = versions()
    assert sum_up([(project.pk, MARCH), (project.pk, APRIL)]) == (1, 0)
    assert versions() == before


def test_rows_that_the_log_does_not_have_go(project):
    key = {"initiative": project, "city": project.city, "month": MARCH, "confirmed": True, "entries": 1}
    MonthlyTotal.objects.create(kind=kind(), people_served=5, **key)
    MonthlyPeople.objects.create(sex="F", age_band="ND", citizenship="ND", people=5, **key)
    sum_up([(project.pk, MARCH)])
    assert recount.stored() == ({}, {})


def test_rows_that_say_something_else_are_made_right(logged, project):
    add_part(logged(people_served=5))
    sum_up()
    MonthlyTotal.objects.update(people_served=6)
    MonthlyPeople.objects.update(city=city("verona"))
    sum_up([(project.pk, MARCH)])
    assert are_right()


def test_other_cells_are_left_as_they_are(logged, project):
    logged(people_served=5)
    logged(people_served=5, day=APRIL)
    sum_up()
    MonthlyTotal.objects.update(people_served=6)
    sum_up([(project.pk, MARCH)])
    assert dict(MonthlyTotal.objects.values_list("month", "people_served")) == {MARCH: 5, APRIL: 6}


def test_only_the_marks_that_were_read_are_taken(logged, project):
    logged(people_served=5)
    ChangedMonth.objects.all().delete()
    read, unread = (
        ChangedMonth.objects.create(initiative_id=project.pk, month=MARCH) for _number in range(2)
    )
    with connection.cursor() as cursor:
        make_equal(cursor, [(project.pk, MARCH)], [read.pk])
    assert ChangedMonth.objects.get() == unread


def test_cents_are_not_lost(logged):
    for _number in range(3):
        logged(people_served=1, cost=Decimal("0.10"))
    sum_up()
    assert only_total().cost == Decimal("0.30")
