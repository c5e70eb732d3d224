"""Two people at the same moment, each in a transaction on a connection of their own."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from threading import Barrier, Event
from time import monotonic, sleep
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Sum
from django.utils import translation
from psycopg.errors import CheckViolation

from initiatives.actions import log
from initiatives.actions.months import close_month, reopen_month
from initiatives.models import Intervention, InterventionPeople, MonthClosing
from tests import cast as people
from tests.bodies import organisation
from tests.projects import DAY, entry, implementer, kind
from will_portal.accounts.actions import Refused

pytestmark = pytest.mark.django_db(transaction=True)
MARCH = DAY.replace(day=1)
# Nothing here may take longer: what hangs must fail.
PATIENCE = 10
REFUSALS = (Refused, log.Conflict, log.AlreadySaved, IntegrityError)


@pytest.fixture
def world(transactional_db):
    cast = people.enter()
    project = implementer("parma", "cooperativa").initiative
    return SimpleNamespace(**cast, project=project, body=organisation("cooperativa"), kind=kind())


def alone(call):
    """Run a call on a connection of its own; a refusal is its result."""
    try:
        with translation.override("en"):
            return call()
    except REFUSALS as refusal:
        return refusal
    finally:
        connection.close()


def at_once(*calls):
    start = Barrier(len(calls))

    def run(call):
        start.wait(PATIENCE)
        return alone(call)

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls, timeout=PATIENCE))


def somebody_waits():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock' LIMIT 1"
        )
        return cursor.rowcount == 1


def until(condition):
    end = monotonic() + PATIENCE
    while not condition():
        assert monotonic() < end, "waited in vain"
        sleep(0.01)


@contextmanager
def still_open(act):
    """Another transaction that has done its act, and is committed when the block ends."""
    done, end = Event(), Event()

    def run():
        with transaction.atomic():
            act()
            done.set()
            assert end.wait(PATIENCE)

    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(alone, run)
        until(lambda: done.is_set() or other.done())
        try:
            yield
        finally:
            end.set()
        assert other.result(PATIENCE) is None


def behind(first, second):
    """Return what becomes of the second, which must wait until the transaction of the first has ended."""
    with ThreadPoolExecutor(1) as pool:
        with still_open(first):
            waiting = pool.submit(alone, second)
            until(lambda: somebody_waits() or waiting.done())
            assert not waiting.done(), waiting.result()
        return waiting.result(PATIENCE)


def recorder(world, **fields):
    def act():
        values = {"day": DAY, "kind": world.kind, "people_served": 10} | fields
        new = Intervention(initiative=world.project, **values)
        return log.record(entry=new, breakdown=[], by=world.parma_staff)

    return act


def closer(world, month=MARCH):
    return lambda: close_month(city=world.project.city, month=month, by=world.parma_lead)


def confirmer(world, seen, by="parma_staff"):
    return lambda: log.confirm(seen=seen, by=getattr(world, by))


def corrector(world, key, people_served, version=1):
    def act():
        changed = Intervention.objects.get(pk=key)
        changed.people_served = people_served
        log.correct(entry=changed, breakdown=[], version=version, by=world.partner_member)

    return act


def waiting_entry(world, **fields):
    return entry(world.project, world.partner_member, confirmed=False, delivered_by=world.body, **fields)


def test_a_closing_waits_for_who_is_saving_and_then_holds(world):
    closing = behind(recorder(world), closer(world))
    assert (closing.month, Intervention.objects.count()) == (MARCH, 1)
    assert isinstance(alone(recorder(world)), Refused)


def test_who_saves_while_a_month_is_being_closed_is_told_who_closed_it(world):
    refusal = behind(closer(world), recorder(world))
    assert "March 2026 was closed by" in refusal.message
    assert not Intervention.objects.exists()


def test_who_confirms_while_a_month_is_being_closed_is_told_who_closed_it(world):
    waiting = waiting_entry(world)
    refused = behind(closer(world), confirmer(world, {waiting.public_id: 1}))
    assert "was closed by" in refused.message
    assert not Intervention.objects.confirmed().exists()


def test_a_closing_of_one_month_does_not_hold_up_another(world):
    with still_open(closer(world)):
        assert alone(recorder(world, day=date(2026, 4, 1))).pk


def test_a_reopening_lets_in_who_comes_after_it(world):
    closing = closer(world)()
    with still_open(lambda: reopen_month(closing=closing, reason="Late", by=world.parma_lead)):
        assert isinstance(alone(recorder(world)), Refused)
    assert alone(recorder(world)).pk


def test_two_closings_at_once_make_one(world):
    results = at_once(closer(world), closer(world))
    assert sorted(type(result).__name__ for result in results) == ["MonthClosing", "Refused"]
    assert MonthClosing.objects.count() == 1


def test_two_confirmations_at_once_count_once(world):
    seen = {waiting_entry(world).public_id: 1 for _number in range(5)}
    both = at_once(confirmer(world, seen), confirmer(world, seen, by="parma_lead"))
    assert sorted((done.confirmed, len(done.changed)) for done in both) == [(0, 5), (5, 0)]
    assert set(Intervention.objects.values_list("version", flat=True)) == {2}


def test_what_a_partner_changes_is_not_confirmed_unseen(world):
    found = waiting_entry(world)
    done = behind(corrector(world, found.pk, 99), confirmer(world, {found.public_id: 1}))
    assert (done.confirmed, done.changed) == (0, [found.public_id])
    assert Intervention.objects.to_confirm().get().people_served == 99


def test_what_is_being_confirmed_is_not_changed_underneath(world):
    found = waiting_entry(world)
    conflict = behind(confirmer(world, {found.public_id: 1}), corrector(world, found.pk, 99))
    assert isinstance(conflict, log.Conflict)
    assert Intervention.objects.confirmed().get().people_served == 12


def test_an_entry_returned_and_confirmed_at_once_is_one_of_both(world):
    found = waiting_entry(world)

    def send_back():
        log.send_back(entry=found, version=1, note="Hours?", by=world.parma_lead)

    assert isinstance(behind(confirmer(world, {found.public_id: 1}), send_back), log.Conflict)
    assert Intervention.objects.confirmed().get().returned_at is None


def test_two_writers_of_a_breakdown_do_not_exceed_the_total_together(world):
    found = entry(world.project, world.parma_staff, people_served=10, new_people=None)

    def insert(sex):
        def act():
            with connection.cursor() as cursor:
                cursor.execute(
                    "INSERT INTO initiatives_interventionpeople"
                    " (intervention_id, sex, age_band, citizenship, people) VALUES (%s, %s, 'ND', 'ND', 6)",
                    [found.pk, sex],
                )

        return act

    assert isinstance(behind(insert("F"), insert("M")), IntegrityError)
    assert InterventionPeople.objects.aggregate(people=Sum("people"))["people"] == 6


def test_a_total_is_not_lowered_while_its_breakdown_is_written(world):
    found = entry(world.project, world.parma_staff, people_served=10, new_people=None)
    part = InterventionPeople(intervention=found, sex="F", age_band="ND", citizenship="ND", people=8)

    def lower():
        Intervention.objects.filter(pk=found.pk).update(people_served=7, version=2)

    assert isinstance(behind(part.save, lower), IntegrityError)


def test_the_same_key_sent_twice_at_once_makes_one_entry(world):
    key = uuid4()
    results = at_once(recorder(world, public_id=key), recorder(world, public_id=key))
    again = next(result for result in results if isinstance(result, log.AlreadySaved))
    assert again.entry == Intervention.objects.get()


def test_a_bulk_confirmation_and_corrections_in_the_other_order_never_lock_each_other_out(world):
    found = [waiting_entry(world, day=date(2026, 1 + number % 4, 5)) for number in range(12)]
    seen = {item.public_id: 1 for item in found}

    def correct_backwards():
        return [alone(corrector(world, item.pk, 99)) for item in reversed(found)]

    done, corrected = at_once(confirmer(world, dict(reversed(seen.items()))), correct_backwards)
    changed = sum(result is None for result in corrected)
    assert (done.confirmed, len(done.changed)) == (12 - changed, changed)
    assert not Intervention.objects.confirmed().filter(people_served=99).exists()


@contextmanager
def import_of(world, day):
    """An import that has opened its transaction; called, it copies an entry of that day."""

    def copy():
        columns = "public_id, initiative_id, city_id, day, whole_month, kind_id, place, people_served, note"
        rest = "reference, entered_by_id, entered_at, return_note, withdraw_reason, version"
        row = [uuid4(), world.project.pk, world.project.city_id, day, False, world.kind.pk, "", 5, ""]
        row += ["", world.parma_staff.pk, f"{day} 12:00+00", "", "", 1]
        with connection.cursor() as cursor:
            into = f"COPY initiatives_intervention ({columns}, {rest}) FROM STDIN"
            with cursor.copy(into) as stream:
                stream.write_row(row)

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM initiatives_intervention")
        yield copy


def test_an_import_that_was_open_when_the_month_closed_is_refused(world):
    with import_of(world, DAY) as copy:
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(alone, closer(world)).result(PATIENCE).pk
        with pytest.raises(CheckViolation, match="closed"), transaction.atomic():
            copy()
    assert not Intervention.objects.exists()


def test_a_closing_gives_way_to_an_import_that_goes_on(world):
    with import_of(world, DAY) as copy:
        copy()
        with ThreadPoolExecutor(1) as pool:
            refusal = pool.submit(alone, closer(world)).result(PATIENCE)
    assert isinstance(refusal, Refused)
    assert "Somebody is saving into this month" in refusal.message
    assert closer(world)().pk
    assert Intervention.objects.count() == 1
