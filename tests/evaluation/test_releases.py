"""What becomes a release, and what stays as it was."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.utils import timezone

from evaluation import releases, tasks
from evaluation.closings import months_of_cities
from evaluation.copies import copy_all
from evaluation.families import COUNTED
from evaluation.models import (
    Family,
    Release,
    ReleaseChange,
    ReleasedFigure,
    ReleasedInitiative,
    ReleasedMoney,
    ReleasedMonth,
    ReleasedPartner,
)
from evaluation.releases import make_release
from initiatives.actions.months import reopen_month
from initiatives.models import (
    BudgetLine,
    FundingSource,
    Initiative,
    Intervention,
    InterventionPeople,
    MonthClosing,
)
from tests.bodies import organisation
from tests.places import key
from tests.projects import entry, implementer, initiative, kind
from tests.releases import FEBRUARY, JANUARY, MARCH, QUARTER, close, corrected, released

pytestmark = pytest.mark.django_db


@pytest.fixture
def log(cast, parma):
    """`log(month, people_served=…)`: an entry of Parma’s initiative."""

    def write(month, project=None, **fields):
        fields = {"new_people": None} | fields
        return entry(project or initiative("parma"), cast.parma_staff, day=month.replace(day=10), **fields)

    return write


def told(family=Family.SERVED, release=None, depth=1):
    """Return {(first month, last month): counts} of what a release tells of initiatives without filters."""
    rows = ReleasedFigure.objects.filter(family=family, depth__lte=depth, waits=False)
    rows = rows.at(release) if release else rows.filter(until=None)
    return {(row.first, row.last): list(map(int, row.counts)) for row in rows}


def people(**options):
    return {months: counts[0] for months, counts in told(**options).items()}


def test_a_closed_month_is_told_and_an_open_one_is_not(log, parma):
    log(JANUARY, people_served=12)
    log(FEBRUARY, people_served=20)
    release = released(parma, JANUARY)
    assert release.number == 1
    assert people() == {(JANUARY, JANUARY): 12}
    assert list(ReleasedMonth.objects.values_list("month", "since")) == [(JANUARY, 1)]


def test_without_anything_new_no_release_is_made(log, parma):
    log(JANUARY, people_served=12)
    released(parma, JANUARY)
    assert make_release() is None
    assert Release.objects.count() == 1


def test_a_portal_without_anything_has_no_release(db):
    assert make_release() is None


def test_unconfirmed_and_withdrawn_entries_are_not_told(log, parma, cast):
    log(JANUARY, people_served=12)
    log(JANUARY, people_served=50, confirmed=False)
    log(
        JANUARY,
        people_served=50,
        withdrawn_by=cast.parma_staff,
        withdrawn_at=timezone.now(),
        withdraw_reason="Due volte.",
    )
    released(parma, JANUARY)
    assert people() == {(JANUARY, JANUARY): 12}


def test_a_month_of_few_people_waits_for_the_next_one(log, parma):
    log(JANUARY, people_served=3)
    released(parma, JANUARY)
    assert people() == {}
    assert ReleasedFigure.objects.get(family=Family.SERVED).waits
    log(FEBRUARY, people_served=10)
    released(parma, FEBRUARY)
    assert people() == {(JANUARY, FEBRUARY): 13}


def test_a_month_whose_sums_wait_is_told_the_night_after(log, parma):
    log(JANUARY, people_served=12)
    close(parma, JANUARY)
    make_release()
    assert people() == {}
    released(parma)
    assert people() == {(JANUARY, JANUARY): 12}


def test_a_month_that_is_open_again_stays_as_it_was(log, parma, cast):
    first = log(JANUARY, people_served=12)
    released(parma, JANUARY)
    MonthClosing.objects.update(
        reopened_at=timezone.now(), reopened_by=cast.parma_lead, reopen_reason="Mancavano fogli."
    )
    Intervention.objects.filter(pk=first.pk).update(people_served=40, version=2)
    log(FEBRUARY, people_served=20)
    released(parma, FEBRUARY)
    assert people() == {(JANUARY, JANUARY): 12, (FEBRUARY, FEBRUARY): 20}


def correct(number):
    entry = Intervention.objects.earliest("pk")
    return lambda: Intervention.objects.filter(pk=entry.pk).update(
        people_served=number, version=entry.version + 1
    )


def test_a_correction_comes_with_the_next_release_and_its_reason_and_the_former_stays(log, parma, cast):
    log(JANUARY, people_served=12)
    first = released(parma, JANUARY)
    second = corrected(parma, JANUARY, cast.parma_lead, correct(40), "Due fogli mancavano.")
    assert people() == people(release=second) == {(JANUARY, JANUARY): 40}
    assert people(release=first) == {(JANUARY, JANUARY): 12}
    assert list(ReleaseChange.objects.values_list("release", "month", "what", "why")) == [
        (1, JANUARY, "new", ""),
        (2, JANUARY, "corrected", "Due fogli mancavano."),
    ]


def test_the_night_after_a_correction_has_nothing_new(log, parma, cast):
    log(JANUARY, people_served=20)
    released(parma, JANUARY)
    for number in [2, 3]:
        corrected(parma, JANUARY, cast.parma_lead, lambda: log(JANUARY, people_served=20))
        assert Release.objects.count() == number
        assert make_release() is None


def test_a_correction_of_few_people_waits_though_the_release_says_that_the_month_was_open(log, parma, cast):
    log(JANUARY, people_served=12)
    released(parma, JANUARY)
    corrected(parma, JANUARY, cast.parma_lead, correct(14))
    assert people() == {(JANUARY, JANUARY): 12}
    assert ReleaseChange.objects.filter(release=2, what="corrected").exists()


def test_a_correction_whose_sums_waited_for_a_night_keeps_its_reason(log, parma, cast):
    log(JANUARY, people_served=12)
    released(parma, JANUARY)
    closing = MonthClosing.objects.get()
    reopen_month(closing=closing, reason="Due fogli mancavano.", by=cast.parma_lead)
    correct(40)()
    log(FEBRUARY, people_served=20)
    close(parma, JANUARY, FEBRUARY)
    initiative("parma", code="PR-2026-09", public_id=key("ninth"))
    make_release()
    assert people() == {(JANUARY, JANUARY): 12}
    released(parma)
    assert people()[JANUARY, JANUARY] == 40
    assert ReleaseChange.objects.get(what="corrected").why == "Due fogli mancavano."


def test_corrections_that_waited_are_told_together(log, parma, cast):
    log(JANUARY, people_served=12)
    released(parma, JANUARY)
    corrected(parma, JANUARY, cast.parma_lead, correct(14))
    corrected(parma, JANUARY, cast.parma_lead, correct(18))
    assert people() == {(JANUARY, JANUARY): 18}


def test_nothing_that_is_stored_counts_few_people(log, parma, cast):
    implementer("parma", "cooperativa")
    body = organisation("cooperativa")
    for number, month in enumerate(QUARTER * 4):
        first = log(month, people_served=5 + number, new_people=number % 3, kind=kind(f"A{1 + number % 3}"))
        log(month, people_served=number, new_people=number // 2, delivered_by=body)
        InterventionPeople.objects.create(
            intervention=first,
            sex="F" if number % 2 else "M",
            age_band="0-17",
            citizenship="ITL",
            people=1 + number % 3,
            new_people=0,
        )
    released(parma, *QUARTER)
    stored = [
        count
        for row in ReleasedFigure.objects.exclude(family=Family.COST).filter(waits=False)
        for count in row.counts[: COUNTED[row.family].protected]
    ]
    assert len(stored) > 30
    assert not [count for count in stored if 0 < count < 5]


def test_new_people_are_told_by_quarter_and_below_it_where_all_months_may_be(log, parma):
    for month in QUARTER:
        log(month, people_served=30, new_people=2)
    released(parma, *QUARTER[:2])
    assert told(Family.NEW) == {}
    released(parma, MARCH)
    assert told(Family.NEW) == {(JANUARY, MARCH): [6, 84, 3]}


def test_a_quarter_is_complete_without_a_month_in_which_nobody_logged(log, parma):
    log(JANUARY, people_served=30, new_people=9)
    log(MARCH, people_served=30, new_people=9)
    released(parma, JANUARY, MARCH)
    assert told(Family.NEW) == {(JANUARY, JANUARY): [9, 21, 1], (MARCH, MARCH): [9, 21, 1]}


def costs(**conditions):
    rows = ReleasedFigure.objects.filter(family=Family.COST, until=None, is_divided=False, **conditions)
    return {(row.is_published, row.initiative_id): sum(row.counts[:2]) for row in rows if not row.waits}


def test_the_money_of_one_organisation_is_not_told(log, parma):
    body = implementer("parma", "cooperativa").organisation
    log(JANUARY, people_served=30, cost=Decimal(900), delivered_by=body)
    released(parma, *QUARTER)
    assert costs() == {}


def test_the_money_of_the_city_itself_is_told_by_initiative_and_month(log, parma):
    log(JANUARY, people_served=30, cost=Decimal(900))
    released(parma, *QUARTER)
    assert costs() == {(False, initiative("parma").pk): 900}


def test_the_money_of_published_initiatives_is_summed_apart(log, parma):
    body = implementer("parma", "cooperativa").organisation
    other = initiative("parma", code="PR-2026-09", public_id=key("ninth"), published_at=timezone.now())
    for project in [initiative("parma"), other]:
        log(JANUARY, project, people_served=30, cost=Decimal(100), delivered_by=body)
        log(JANUARY, project, people_served=30, cost=Decimal(200))
    released(parma, *QUARTER)
    assert set(costs()) == {(False, initiative("parma").pk), (True, other.pk)}


def test_money_stays_in_the_sum_in_which_it_was_first_told(log, parma):
    log(JANUARY, people_served=30, cost=Decimal(900))
    released(parma, *QUARTER)
    project = initiative("parma")
    project.published_at = timezone.now()
    project.save()
    log(date(2026, 4, 1), people_served=30, cost=Decimal(700))
    released(parma, date(2026, 4, 1), date(2026, 5, 1), date(2026, 6, 1))
    assert set(costs(first__lt=date(2026, 4, 1))) == {(False, project.pk)}
    assert set(costs(first__gte=date(2026, 4, 1))) == {(True, project.pk)}


def test_initiatives_money_and_partners_are_copied_as_they_are(log, parma):
    implementer("parma", "cooperativa")
    FundingSource.objects.create(code="COM-BIL", label_it="Bilancio", label_en="Budget")
    line = BudgetLine.objects.create(
        initiative=initiative("parma"), year=2026, funding_source_id="COM-BIL", basis="paid", amount=10
    )
    first = make_release()
    BudgetLine.objects.filter(pk=line.pk).update(amount=20)
    second = make_release()
    amounts = [ReleasedMoney.objects.at(release).get().amount for release in [first, second]]
    assert amounts == [10, 20]
    assert ReleasedInitiative.objects.at(second).get().code == "PR-2026-01"
    assert ReleasedPartner.objects.at(second).get().role == "implementer"


def test_a_month_that_is_opened_meanwhile_throws_the_release_away(log, parma, cast, monkeypatch):
    log(JANUARY, people_served=12)

    def reopening(release):
        MonthClosing.objects.update(
            reopened_at=timezone.now(), reopened_by=cast.parma_lead, reopen_reason="Mancavano fogli."
        )
        return True

    monkeypatch.setattr(releases, "copy_all", reopening)
    with pytest.raises(releases.MonthOpened):
        released(parma, JANUARY)
    assert not Release.objects.exists()


def test_a_month_that_is_closed_meanwhile_is_told_by_the_next_release(log, parma, verona, monkeypatch):
    log(JANUARY, people_served=12)
    monkeypatch.setattr(releases, "copy_all", lambda release: close(verona, JANUARY))
    assert released(parma, JANUARY).number == 1
    monkeypatch.undo()
    make_release()
    assert set(ReleasedMonth.objects.values_list("city__slug", "since")) == {("parma", 1), ("verona", 2)}


def test_a_month_that_is_closed_just_before_the_release_is_new_and_not_corrected(log, parma, monkeypatch):
    log(JANUARY, people_served=12)

    def closing():
        months = months_of_cities()
        close(parma, FEBRUARY)
        return months

    monkeypatch.setattr(releases, "months_of_cities", closing)
    released(parma, JANUARY)
    monkeypatch.undo()
    make_release()
    assert set(ReleaseChange.objects.values_list("release", "month", "what")) == {
        (1, JANUARY, "new"),
        (2, FEBRUARY, "new"),
    }


def test_what_is_published_while_a_release_is_made_counts_in_the_next(log, parma, monkeypatch):
    log(JANUARY, people_served=30, cost=Decimal(900))

    def publishing(release):
        copied = copy_all(release)
        Initiative.objects.update(published_at=timezone.now())
        return copied

    monkeypatch.setattr(releases, "copy_all", publishing)
    released(parma, *QUARTER)
    assert {is_published for is_published, _initiative in costs()} == {False}


def test_the_night_makes_the_release(log, parma):
    log(JANUARY, people_served=12)
    released(parma)
    close(parma, JANUARY)
    tasks.make_release()
    assert Release.objects.latest("made_at").number == Release.objects.count()
    assert people() == {(JANUARY, JANUARY): 12}


def test_the_command_says_what_it_made(log, parma, capsys):
    log(JANUARY, people_served=12)
    released(parma)
    close(parma, JANUARY)
    call_command("make_release")
    call_command("make_release")
    assert "Release 2\nRelease: nothing new\n" in capsys.readouterr().out
