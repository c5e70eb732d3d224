from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils import timezone
from django.utils.translation import override

from cities.models import City, Precision, ProgrammeMembership, ProgrammeNote
from cities.models.programme import spell
from tests.cities.conftest import join

LEFT = {"left": "2024-11-28", "status": "completed", "reason": "The programme closed."}
BAD = {
    "left before it joined": LEFT | {"left": "2019-08-31"},
    "left and yet active": LEFT | {"status": "active"},
    "completed without a date": {"status": "completed"},
    "left without a reason": LEFT | {"reason": ""},
    "a season that begins in the middle": {"joined": "2019-10-01", "joined_precision": "season"},
    "a month on its second day": LEFT | {"left": "2024-11-02", "left_precision": "month"},
    "a year that begins in May": {"joined": "2019-05-01", "joined_precision": "year"},
}


@pytest.fixture
def parma_apart(make_city):
    return make_city("Parma", member=False)


@pytest.mark.parametrize("fields", BAD.values(), ids=BAD)
def test_the_database_refuses_a_time_that_cannot_be_true(parma_apart, fields):
    with pytest.raises(IntegrityError):
        join(parma_apart, **fields)


@pytest.mark.parametrize("fields", BAD.values(), ids=BAD)
def test_a_form_refuses_it_with_a_sentence(parma_apart, fields):
    time = ProgrammeMembership(
        city=parma_apart,
        **{"joined": "2019-09-01", "joined_precision": "season", "source": "The act"} | fields,
    )
    with pytest.raises(ValidationError) as refusal:
        time.full_clean()
    assert "constraint" not in str(refusal.value).lower()


def test_a_city_is_in_the_programme_once_at_a_time(make_city):
    with pytest.raises(IntegrityError):
        join(make_city("Parma"), joined="2025-01-01", joined_precision="day")


def test_a_city_that_left_can_join_again(parma_apart):
    join(parma_apart, **LEFT)
    join(parma_apart, joined="2025-03-01", joined_precision="month")
    assert City.objects.in_programme().get() == parma_apart


def test_a_time_that_overlaps_an_earlier_one_is_refused(parma_apart):
    join(parma_apart, **LEFT)
    time = ProgrammeMembership(city=parma_apart, joined=date(2024, 1, 1), source="The act")
    with pytest.raises(ValidationError, match="earlier entry|precedente"):
        time.full_clean()


def test_a_city_that_left_is_no_longer_in_the_programme(parma_apart, make_city):
    join(parma_apart, **LEFT)
    novara = make_city("Novara")
    assert list(City.objects.in_programme()) == [novara]


@pytest.mark.parametrize(
    ("day", "precision", "text"),
    [
        ((2020, 11, 16), Precision.DAY, "16 November 2020"),
        ((2020, 11, 1), Precision.MONTH, "November 2020"),
        ((2019, 9, 1), Precision.SEASON, "autumn 2019"),
        ((2020, 3, 1), Precision.SEASON, "spring 2020"),
        ((2019, 1, 1), Precision.YEAR, "2019"),
    ],
)
def test_a_date_is_written_no_more_exactly_than_it_is_known(day, precision, text):
    with override("en"):
        assert spell(date(*day), precision) == text


def test_a_note_on_no_city_concerns_every_city(make_city):
    parma, novara = make_city("Parma"), make_city("Novara")
    for city, text in [(None, "all"), (parma, "Parma"), (novara, "Novara")]:
        ProgrammeNote.objects.create(city=city, text_it=text, source="A page")
    assert {note.text for note in ProgrammeNote.objects.about(parma)} == {"all", "Parma"}


def test_a_note_is_shown_in_italian_where_english_is_missing():
    note = ProgrammeNote(text_it="Una nota", text_en="")
    with override("en"):
        assert note.text == "Una nota"


@pytest.mark.parametrize(("left", "members"), [(timedelta(days=1), 1), (timedelta(0), 0)])
def test_a_city_is_in_the_programme_until_the_day_it_leaves(parma, left, members):
    times = parma.programme_memberships
    times.update(left=timezone.localdate() + left, status="withdrawn", reason="The council voted so.")
    assert City.objects.in_programme().count() == members


def test_a_city_that_joins_tomorrow_is_not_yet_in_the_programme(parma):
    parma.programme_memberships.update(
        joined=timezone.localdate() + timedelta(days=1), joined_precision="day"
    )
    assert not City.objects.in_programme().exists()
