from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from evaluation import outages
from evaluation.models import Outage, ParkedMonth, RollupRun
from initiatives.models import ChangedMonth
from tests.projects import DAY, initiative
from will_portal.accounts.models import User

pytestmark = pytest.mark.usefixtures("cast")
MARCH = DAY.replace(day=1)


def park():
    ParkedMonth.objects.create(
        initiative=initiative("parma"), month=MARCH, error="DataError 22003", retry_at=timezone.now()
    )


def run(kind, state, **fields):
    return RollupRun.objects.create(kind=kind, state=state, finished=timezone.now(), **fields)


def test_the_coordinator_is_told_of_the_first_failure_only(mailoutbox):
    park()
    outages.watch()
    outages.watch()
    [message] = mailoutbox
    assert message.to == ["coordinamento@will.example"]
    assert "PR-2026-01" not in message.body


def test_the_coordinator_is_told_of_the_recovery(mailoutbox):
    park()
    outages.watch()
    ParkedMonth.objects.all().delete()
    outages.watch()
    outages.watch()
    assert len(mailoutbox) == 2
    assert Outage.objects.get().ended


def test_a_second_failure_is_told_again(mailoutbox):
    for _time in range(2):
        park()
        outages.watch()
        ParkedMonth.objects.all().delete()
        outages.watch()
    assert len(mailoutbox) == 4


def test_nothing_wrong_is_no_outage(mailoutbox):
    run("update", "done")
    run("audit", "done")
    outages.watch()
    assert not mailoutbox
    assert not Outage.objects.exists()


@pytest.mark.parametrize("kind", ["update", "audit"])
def test_a_run_that_failed_is_an_outage_until_the_next_that_goes_well(kind):
    ChangedMonth.objects.create(initiative_id=1, month=MARCH)
    run(kind, "failed", error="ProgrammingError 42P01")
    outages.watch()
    assert (Outage.objects.get().cause, Outage.objects.get().detail) == ("failed", "ProgrammingError 42P01")
    run(kind, "done")
    outages.watch()
    assert Outage.objects.get().ended


def test_a_worker_that_was_killed_is_none():
    run("update", "interrupted")
    outages.watch()
    assert not Outage.objects.exists()


def test_differences_are_an_outage_until_a_check_finds_none():
    run("audit", "done", differences=3)
    outages.watch()
    assert Outage.objects.get().cause == "drift"
    run("audit", "done")
    outages.watch()
    assert Outage.objects.get().ended


def test_a_check_that_left_something_out_does_not_end_what_another_found():
    run("audit", "done", differences=3)
    outages.watch()
    run("audit", "done", left_out=1)
    outages.watch()
    assert Outage.objects.get().ended is None


def test_what_a_check_found_is_checked_again_after_a_while():
    run("audit", "done", differences=3)
    outages.watch()
    assert not outages.must_recheck()
    RollupRun.objects.update(started=timezone.now() - timedelta(minutes=6))
    assert outages.must_recheck()


def test_changes_that_wait_for_long_are_an_outage():
    ChangedMonth.objects.create(initiative_id=1, month=MARCH, marked_at=timezone.now() - timedelta(hours=1))
    outages.watch()
    assert Outage.objects.get().cause == "late"


def test_changes_of_a_moment_ago_are_none():
    ChangedMonth.objects.create(initiative_id=1, month=MARCH)
    outages.watch()
    assert not Outage.objects.exists()


def test_an_update_that_failed_is_none_once_nothing_waits():
    run("update", "failed")
    outages.watch()
    assert not Outage.objects.exists()


def test_an_outage_tells_the_cause_that_is_left():
    park()
    outages.watch()
    ParkedMonth.objects.all().delete()
    run("audit", "done", differences=3)
    outages.watch()
    assert (Outage.objects.get().cause, Outage.objects.get().detail) == ("drift", "")


def test_one_address_that_no_mail_reaches_does_not_mail_the_others_again(cast, mailoutbox):
    User.objects.create(email="guasto\n@will.example").groups.add(cast.coordinator.groups.get())
    park()
    outages.watch()
    outages.watch()
    assert [message.to for message in mailoutbox] == [["coordinamento@will.example"]]


def test_a_mail_that_could_not_leave_is_sent_later(mailoutbox, monkeypatch):
    def refuse(*args, **kwargs):
        raise OSError("no mail server")

    park()
    with monkeypatch.context() as patch:
        patch.setattr("will_portal.accounts.mails.send_mail", refuse)
        outages.watch()
    assert Outage.objects.get().began_told is None
    outages.watch()
    assert len(mailoutbox) == 1


def test_the_mail_leads_to_the_runs_where_the_address_of_the_portal_is_known(settings):
    settings.SITE_URL = "https://will.example"
    park()
    outages.watch()
    assert "https://will.example/runs/" in mail.outbox[0].body
