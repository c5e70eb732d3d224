"""What would be told from the same is not told again, and whatever changed is."""

from collections import Counter
from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone

from evaluation import release_rows, release_unchanged, releases
from evaluation.models import MonthlyTotal, Release, ReleasedFigure, ReleaseDigest
from evaluation.releases import MonthOpened, make_release
from evaluation.telling import Retelling
from initiatives.actions.months import reopen_month
from initiatives.models import Initiative, Intervention, InterventionPeople, MonthClosing
from tests.evaluation.worlds import (
    MONTHS,
    QUARTER,
    TWO_MONTHS,
    C,
    cells_of,
    seen,
    telling_of,
    tree_of,
    worlds_of,
)
from tests.places import key
from tests.projects import entry, implementer, initiative
from tests.releases import FEBRUARY, JANUARY, corrected, released

THRESHOLD = 3
WORLDS = {
    "two months": (cells_of(TWO_MONTHS), 9, MONTHS),
    "a quarter by month": (cells_of(TWO_MONTHS), 9, QUARTER),
    "two kinds": (cells_of(kinds=(1, 2)), 9, MONTHS[:1]),
    "two months of city and organisation": (cells_of(TWO_MONTHS, bodies=(None, C)), 4, MONTHS),
}


@pytest.mark.parametrize("name", WORLDS)
def test_what_is_told_once_more_from_the_same_is_the_same(name):
    places, most, periods = WORLDS[name]
    worlds, tree = worlds_of(places, most), tree_of(THRESHOLD)
    for before in worlds:
        first = telling_of(before, periods, tree).told
        for now in worlds:
            second = telling_of(now, periods, tree, [first])
            assert seen(telling_of(now, periods, tree, [first, second.told])) == seen(second), (before, now)


def parts_of(world, versions, whole):
    return telling_of(world, [TWO_MONTHS], tree_of(THRESHOLD, protected=2), versions, whole=whole)


def test_what_divides_something_else_is_the_same_too():
    worlds, tree = worlds_of(cells_of(TWO_MONTHS), 5, components=2), tree_of(THRESHOLD)
    sums = [{cell: (sum(counts),) for cell, counts in world.items()} for world in worlds]
    for before, served_before in zip(worlds, sums, strict=True):
        first = telling_of(served_before, MONTHS, tree)
        parts = [parts_of(before, [], first).told]
        for now, served in zip(worlds, sums, strict=True):
            second = telling_of(served, MONTHS, tree, [first.told])
            third = telling_of(served, MONTHS, tree, [first.told, second.told])
            told = parts_of(now, parts, second)
            assert seen(parts_of(now, [*parts, told.told], third)) == seen(told), (before, now)


@pytest.fixture
def told(monkeypatch):
    """Count the initiatives that are told, and as None the money of a city."""
    counted = Counter()

    class Counting(Retelling):
        def tell(self):
            counted["trees"] += 1
            return super().tell()

    def counting(roots):
        def stored(families, **whose):
            counted[whose.get("initiative")] += 1
            return roots(families, **whose)

        return stored

    monkeypatch.setattr(release_rows, "Retelling", Counting)
    monkeypatch.setattr(release_rows, "stored", counting(release_rows.stored))
    return counted


@pytest.fixture
def other(cast, parma):
    return initiative("parma", code="PR-2026-09", public_id=key("ninth"))


@pytest.fixture
def log(cast, other, db):
    """Twenty people in January, of each of two initiatives of Parma."""
    for project in [initiative("parma"), other]:
        entry(
            project,
            cast.parma_staff,
            day=date(2026, 1, 10),
            people_served=20,
            new_people=None,
            cost=Decimal(9),
        )


@pytest.fixture
def first(log, parma, told):
    release = released(parma, JANUARY)
    told.clear()
    return release


def changed(**values):
    return lambda: MonthlyTotal.objects.filter(initiative=initiative("parma")).update(**values)


def test_a_night_without_anything_new_tells_nothing_anew(first, told):
    assert make_release() is None
    assert not told


def test_what_waits_is_not_told_anew(first, parma, told, cast):
    entry(initiative("parma"), cast.parma_staff, day=date(2026, 2, 10), people_served=2, new_people=None)
    released(parma, FEBRUARY)
    assert ReleasedFigure.objects.filter(waits=True, first=FEBRUARY).exists()
    told.clear()
    assert make_release() is None
    assert not told


def test_what_is_summed_anew_to_the_same_is_not_told_anew(first, told):
    sums = list(MonthlyTotal.objects.all())
    MonthlyTotal.objects.all().delete()
    MonthlyTotal.objects.bulk_create([*map(with_another_key, reversed(sums))])
    assert make_release() is None
    assert not told


def with_another_key(row):
    row.pk = None
    return row


@pytest.mark.parametrize(
    "values",
    [
        pytest.param({"people_served": 40}, id="people"),
        pytest.param({"volunteer_hours": Decimal("0.25")}, id="what is told with them"),
        pytest.param({"delivered_by": 9}, id="another body"),
        pytest.param({"kind": 99}, id="another kind"),
        pytest.param({"confirmed": False}, id="nothing confirmed any more"),
    ],
)
def test_only_the_initiative_whose_sums_changed_is_told_anew(first, told, values):
    MonthlyTotal.objects.filter(initiative=initiative("parma")).update(**values)
    assert make_release()
    assert initiatives_in(told) == {initiative("parma").pk}


def initiatives_in(told):
    return told.keys() - {None, "trees"}


def test_a_largest_entry_that_grew_alone_is_told_to_nobody(first):
    MonthlyTotal.objects.filter(initiative=initiative("parma")).update(largest_entry=43)
    assert make_release() is None


def test_sums_that_are_gone_are_told_no_more(first, told):
    MonthlyTotal.objects.filter(initiative=initiative("parma")).delete()
    make_release()
    assert initiatives_in(told) == {initiative("parma").pk}
    assert not ReleasedFigure.objects.filter(initiative=initiative("parma"), until=None).exists()


def test_a_month_that_is_closed_is_told_of_every_initiative_of_its_city_alone(
    first, parma, other, cast, told
):
    elsewhere = initiative("verona")
    released(elsewhere.city, JANUARY)
    told.clear()
    released(parma, FEBRUARY)
    assert initiatives_in(told) == {initiative("parma").pk, other.pk}


def test_a_month_that_was_opened_and_closed_as_it_was_is_not_told_anew(first, parma, cast, told):
    assert corrected(parma, JANUARY, cast.parma_lead, lambda: None)
    assert not initiatives_in(told)


def test_a_month_that_is_open_again_is_looked_at_and_stays_as_it_was(first, parma, cast, told):
    MonthClosing.objects.update(
        reopened_at=timezone.now(), reopened_by=cast.parma_lead, reopen_reason="Mancavano fogli."
    )
    assert make_release() is None
    assert len(initiatives_in(told)) == 2


def test_a_breakdown_that_moved_from_one_body_to_another_is_told_anew(parma, other, cast, told):
    """The sums of the month are the same: they know no body of a breakdown."""
    body = implementer("parma", "cooperativa").organisation
    entries = [
        entry(initiative("parma"), cast.parma_staff, day=date(2026, 1, 10), people_served=20, **fields)
        for fields in [{"new_people": None}, {"new_people": None, "delivered_by": body}]
    ]
    for one, sex in zip(entries, ["F", "M"], strict=True):
        InterventionPeople.objects.create(
            intervention=one, sex=sex, age_band="ND", citizenship="ND", people=20, new_people=0
        )
    released(parma, JANUARY)
    told.clear()
    corrected(parma, JANUARY, cast.parma_lead, lambda: exchange(*entries))
    assert initiatives_in(told) == {initiative("parma").pk}


def exchange(*entries):
    for one, sex in zip(entries, ["M", "F"], strict=True):
        one.breakdown.update(sex=sex)


def test_another_threshold_has_all_told_anew(first, told, settings):
    settings.SUPPRESSION_THRESHOLD = 21
    assert make_release()
    assert len(initiatives_in(told)) == 2
    assert ReleasedFigure.objects.filter(family="served", until=None, waits=False).count() == 0


def test_another_method_has_all_told_anew_and_most_of_it_is_as_it_was(first, told, monkeypatch):
    monkeypatch.setattr(release_unchanged, "METHOD", "another")
    assert make_release() is None
    assert len(initiatives_in(told)) == 2
    assert list(Release.objects.all()) == [first]


def test_a_portal_that_kept_no_digests_tells_all_anew_and_nothing_changes(first, parma, told, cast):
    ReleaseDigest.objects.all().delete()
    assert make_release() is None
    assert len(initiatives_in(told)) == 2
    told.clear()
    assert make_release() is None
    assert not told


def test_a_release_that_is_thrown_away_leaves_no_digest(log, parma, monkeypatch):
    monkeypatch.setattr(releases, "are_closed_still", lambda months: False)
    with pytest.raises(MonthOpened):
        released(parma, JANUARY)
    assert not ReleaseDigest.objects.exists()


def test_an_initiative_that_moves_to_another_city_and_back_is_told_in_each(first, parma, cast, told):
    project, verona = initiative("parma"), initiative("verona").city
    released(verona, FEBRUARY)
    closing = MonthClosing.objects.of(parma.pk, JANUARY).get()
    reopen_month(closing=closing, reason="Era di un’altra città.", by=cast.parma_lead)
    for city in [verona, parma]:
        told.clear()
        Initiative.objects.filter(pk=project.pk).update(city=city)
        assert released(city)
        assert project.pk in told
        assert ReleaseDigest.objects.get(initiative=project).city == city
        told.clear()
        make_release()
        assert not told


def test_an_initiative_that_is_deleted_is_told_no_more_and_then_left_alone(first, parma, cast, told):
    project = initiative("parma")
    closing = MonthClosing.objects.of(parma.pk, JANUARY).get()
    reopen_month(closing=closing, reason="Era un doppione.", by=cast.parma_lead)
    Intervention.objects.filter(initiative=project).delete()
    Initiative.objects.filter(pk=project.pk).delete()
    released(parma, JANUARY)
    assert not ReleasedFigure.objects.filter(initiative=project.pk, until=None).exists()
    told.clear()
    make_release()
    assert not told


def test_what_is_told_of_one_city_leaves_the_others_alone_night_after_night(first, parma, told):
    other_city = initiative("verona").city
    digests = ReleaseDigest.objects.filter(city=parma).order_by("pk")
    kept = list(digests)
    assert len(kept) == 3
    for month in [JANUARY, FEBRUARY]:
        assert released(other_city, month)
        assert initiative("parma").pk not in told
        assert list(digests) == kept
