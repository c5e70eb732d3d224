from datetime import date
from urllib.parse import parse_qs

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import QueryDict
from django.utils import timezone, translation

from evaluation.dashboard_form import AskedForm
from evaluation.figures.periods import Period
from evaluation.figures.spans import presets
from evaluation.models import Release, ReleasedMonth
from initiatives.calendar import months_before
from tests.bodies import organisation
from tests.evaluation.dashboard_engine import MADE, Reader
from tests.measures import indicator
from tests.projects import implementer, initiative, kind

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture
def measures(parma, verona):
    indicator("people-served")
    indicator("new-people")
    indicator("deliveries", topic="activity", protection="none")
    indicator("ledger-cost", topic="money", protection="none", source="money", frequency="year")


@pytest.fixture
def release():
    return Release.objects.create(number=3, made_at=MADE)


def publish(city, first, months, release):
    ReleasedMonth.objects.bulk_create(
        ReleasedMonth(city=city, month=months_before(first, -number), since=release)
        for number in range(months)
    )


@pytest.fixture
def published(measures, release, parma, verona):
    """Both cities have published from February 2023 to October 2025, and Parma closed November too."""
    publish(parma, date(2023, 2, 1), 34, release)
    publish(verona, date(2023, 2, 1), 33, release)


@pytest.fixture
def form_of(request):
    """The form over a query, for somebody of the cast or for a stranger."""

    def read(query="", role=""):
        user = getattr(request.getfixturevalue("cast"), role) if role else AnonymousUser()
        return AskedForm(QueryDict(query), user=user, reader=Reader.of(user))

    return read


@pytest.fixture
def ask(form_of):
    """What a query asks: `ask("by=year")`."""

    def read(query="", role=""):
        form = form_of(query, role)
        assert form.is_valid(), form.errors
        return form.asked

    return read


def span(asked):
    return Period(asked.first, asked.last).code


def test_nothing_asked_shows_eight_quarters_up_to_the_last_that_is_published(ask, published):
    asked = ask()
    assert (asked.indicator.code, asked.every, span(asked)) == ("new-people", "quarter", "2023-10/2025-09")


def test_a_quarter_that_few_have_published_is_not_the_last(ask, published, parma, release):
    publish(parma, date(2025, 12, 1), 1, release)
    publish(parma, date(2026, 1, 1), 3, release)
    ReleasedMonth.objects.filter(month="2025-10-01", city=parma).delete()
    assert ask().last == date(2026, 3, 1)


def test_nothing_before_the_first_published_quarter_is_shown(ask, measures, release, parma):
    publish(parma, date(2025, 2, 1), 5, release)
    assert span(ask()) == "2025-01/2025-06"


def test_without_any_release_the_time_is_that_which_has_just_passed(ask, measures):
    assert len(ask().periods) == 8


def test_of_an_earlier_release_the_months_of_then_count(ask, published, parma):
    old = Release.objects.create(number=1, made_at=MADE)
    ReleasedMonth.objects.filter(month__lte="2024-06-01").update(since=old)
    assert span(ask("release=1")) == "2023-01/2024-06"


def test_what_is_told_by_year_is_shown_by_whole_years(ask, published):
    asked = ask("indicator=ledger-cost")
    assert (asked.every, span(asked)) == ("year", "2023-01/2024-12")


def test_the_city_of_the_reader_is_in_colour(ask, published, parma):
    assert ask(role="parma_staff").highlight == parma
    assert ask().highlight is None


def test_a_reader_may_have_no_city_in_colour(ask, published):
    assert ask("highlight=", role="parma_staff").highlight is None


@pytest.mark.parametrize("query", ["highlight=", "city=parma&highlight=verona"])
def test_no_city_in_colour_stays_so_in_addresses(ask, published, query):
    asked = ask(query, role="parma_staff")
    again = ask(asked.query, role="parma_staff")
    assert asked.query.endswith("&highlight=")
    assert (again, again.highlight) == (asked, None)


@pytest.mark.parametrize(("query", "role"), [("highlight=", ""), ("city=verona&highlight=", "parma_staff")])
def test_where_no_city_would_be_in_colour_addresses_do_not_speak_of_it(ask, published, query, role):
    assert "highlight" not in ask(query, role).query


def test_no_city_in_colour_stays_so_in_views_times_and_citations(ask, published, release):
    asked = ask("highlight=", role="parma_staff")
    assert all(
        "&highlight=" in other.query
        for other in [asked.with_(view="map"), asked.with_(every="year"), asked.at(release)]
    )


@pytest.mark.parametrize(
    ("query", "every"),
    [
        ("indicator=new-people&by=month", "quarter"),
        ("indicator=people-served&by=month", "month"),
        ("indicator=deliveries&by=month", "month"),
        ("indicator=ledger-cost&by=quarter", "year"),
        ("indicator=new-people&by=year", "year"),
    ],
)
def test_nothing_is_told_more_finely_than_may_be(ask, published, query, every):
    assert ask(query).every == every


def test_months_that_are_not_told_are_spoken_of(form_of, published):
    form = form_of("indicator=new-people&by=month&from=2024-02&to=2024-05")
    assert form.is_valid()
    assert (len(form.notes), span(form.asked)) == (2, "2024-01/2024-06")


@pytest.mark.parametrize(
    ("query", "every"), [("city=parma", "month"), ("", "quarter"), ("city=parma&release=3", "quarter")]
)
def test_a_city_reads_its_own_months(ask, published, query, every):
    assert ask(f"indicator=new-people&by=month&{query}", role="parma_staff").every == every


def test_one_end_of_the_time_is_enough(ask, published):
    assert span(ask("to=2023-06")) == "2021-07/2023-06"
    assert span(ask("from=2025-01")) == "2025-01/2025-09"
    assert span(ask("from=2026-01")) == "2026-Q1"


def test_every_choice_comes_back_as_it_was_written(ask, published):
    implementer("parma", "cooperativa")
    kind("A4")
    body = organisation("cooperativa").public_id
    query = (
        "indicator=people-served&city=verona&from=2024-01&to=2024-12&by=month&area=FAM&innovation=MIN"
        "&lever=NUDGE&stage=adopted&highlight=verona&release=3"
    )
    for more in [f"kind=A&organisation={body}&view=map", "split=age&view=breakdown"]:
        assert parse_qs(ask(f"{query}&{more}").query) == parse_qs(f"{query}&{more}")


def test_the_query_leaves_out_what_is_so_anyway(ask, published):
    query = ask("city=parma&city=verona&view=panels&area=").query
    assert query == "indicator=new-people&from=2023-10&to=2025-09&by=quarter"


def test_reading_its_own_query_a_question_stays_the_same(ask, published):
    asked = ask("indicator=people-served&by=month&city=parma&split=sex&view=ranking")
    assert ask(asked.query) == asked


def test_the_fields_show_what_was_understood(form_of, published):
    form = form_of("indicator=new-people&by=month")
    form.is_valid()
    assert (form["by"].value(), form["from"].value()) == ("quarter", "2023-10")


def test_an_organisation_that_the_reader_does_not_see_at_work_is_taken_all_the_same(ask, published):
    body = organisation("associazione")
    assert ask(f"organisation={body.public_id}").organisation == body


def test_only_organisations_at_work_in_what_the_reader_sees_are_offered(form_of, published):
    implementer("parma", "cooperativa")
    assert len(list(form_of(role="parma_staff").fields["organisation"].choices)) == 2
    assert len(list(form_of().fields["organisation"].choices)) == 1


@pytest.mark.parametrize("query", ["split=sex", "view=breakdown", "basis=paid"])
def test_what_an_indicator_does_not_know_is_left_out_with_a_note(form_of, published, query):
    form = form_of(query)
    assert form.is_valid()
    assert len(form.notes) == 1
    assert set(form.asked.parameters) == {"indicator", "from", "to", "by"}


@pytest.mark.parametrize("more", ["split=sex", "view=breakdown"])
def test_a_single_kind_is_not_broken_down_and_a_note_says_so(form_of, published, more):
    kind("A4")
    form = form_of(f"indicator=people-served&kind=A4&{more}")
    assert form.is_valid()
    assert form.notes == [
        "The people of a single kind of intervention or organisation are not told apart by sex, age and"
        " citizenship."
    ]
    assert (form.asked.kind.code, form.asked.split, form.asked.view) == ("A4", "", "panels")


def test_a_single_organisation_is_not_broken_down(form_of, published):
    body = organisation("cooperativa").public_id
    form = form_of(f"indicator=people-served&organisation={body}&split=age")
    assert form.is_valid()
    assert (len(form.notes), form.asked.split) == (1, "")


@pytest.mark.parametrize(
    ("query", "chosen"),
    [
        ("indicator=ledger-cost&kind=A4&area=FAM", "Kind of intervention"),
        ("indicator=months-closed&kind=A4&stage=adopted", "Kind of intervention, Stage"),
    ],
)
def test_what_an_indicator_knows_nothing_of_stays_with_a_note(form_of, published, query, chosen):
    indicator("months-closed", topic="quality", protection="none")
    kind("A4")
    form = form_of(query)
    assert form.is_valid()
    assert form.notes == [
        f"This indicator is not told by what you chose, and does not apply to it: {chosen}."
    ]
    assert form.asked.kind.code == "A4"


def test_a_city_that_has_no_part_in_an_initiative_is_left_out_with_a_note(form_of, published):
    code = initiative("parma", published_at=timezone.now()).code
    form = form_of(f"initiative={code}&city=verona&highlight=verona")
    assert form.is_valid()
    assert form.notes == [
        "The initiative “Portierato di quartiere” is of Parma: other cities have no part in it.",
        "Verona is not among the cities shown: none is in colour.",
    ]


def test_an_initiative_with_its_own_city_needs_no_note(form_of, published):
    code = initiative("parma", published_at=timezone.now()).code
    form = form_of(f"initiative={code}&city=parma&highlight=parma")
    assert form.is_valid()
    assert form.notes == []


def test_a_breakdown_without_a_choice_is_by_sex(ask, published):
    assert ask("indicator=people-served&view=breakdown").split == "sex"


def test_money_of_the_budgets_has_a_basis(ask, published):
    assert ask("indicator=ledger-cost&basis=paid").basis == "paid"


NONSENSE = {
    "indicator": ["happiness", "new-people%00"],
    "city": ["atlantis", "%00"],
    "highlight": ["atlantis"],
    "from": ["yesterday", "2024-13", "0000-01", "1999-12", "2024-1", "9" * 500, "%00", "%D9%A2024-01"],
    "to": ["2100-01"],
    "by": ["day"],
    "area": ["XXX"],
    "kind": ["Z9", "A%00"],
    "organisation": ["7", "00000000-0000-0000-0000-000000000000", "%00"],
    "view": ["pie"],
    "split": ["income"],
    "release": ["2", "0", "-1", "three", "9" * 5000, "99999999999", "%00"],
}


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in NONSENSE.items() for value in values], ids=str
)
def test_what_makes_no_sense_is_said_at_its_field(form_of, published, name, value):
    form = form_of(f"{name}={value}")
    assert not form.is_valid()
    assert [len(errors) for errors in form.errors.values()] == [1]
    assert set(form.errors) == {name}
    assert form.asked is None


@pytest.mark.parametrize(
    ("query", "name"), [("from=2025-02&to=2025-01", "to"), ("from=2001-01&to=2025-01", "from")]
)
def test_a_time_that_ends_too_soon_or_too_late_is_refused(form_of, published, query, name):
    assert set(form_of(query).errors) == {name}


def test_without_indicators_there_is_nothing_to_ask(form_of, parma):
    assert set(form_of().errors) == {"indicator"}


def times(form):
    asked = form.asked
    found = presets(asked, form.counts, form.is_own(asked.cities))
    return {words: (span(question), question.every) for words, question in found}


def test_other_times_are_offered_as_far_as_there_are_figures(form_of, published):
    form = form_of("indicator=people-served")
    form.is_valid()
    assert times(form) == {
        "last 12 months": ("2024-10/2025-09", "month"),
        "last 8 quarters": ("2023-10/2025-09", "quarter"),
        "2023": ("2023", "month"),
        "2024": ("2024", "month"),
        "2025": ("2025-01/2025-09", "month"),
        "whole programme": ("2023-02/2025-09", "year"),
    }


def test_other_times_are_whole_years_of_what_is_told_by_year(form_of, published):
    form = form_of("indicator=ledger-cost")
    form.is_valid()
    assert times(form)["whole programme"] == ("2023-01/2025-12", "year")


def test_a_month_that_cannot_be_chosen_is_told_which_can(form_of, measures):
    errors = form_of("from=1990-01&to=1990").errors
    assert errors["from"] == ["Choose a month from January 2000 to December 2099."]
    assert errors["to"] == ["Write the month as in 2025-03."]
