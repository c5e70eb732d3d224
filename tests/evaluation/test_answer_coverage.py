import pytest
from django.utils import translation

from evaluation.answer_coverage import spell_answer_coverage
from evaluation.figure_words import hints, say
from tests.answers import SUPPRESSED, answer, at_least, between, exactly

NOTHING = exactly(0, entries=0)


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def coverage(figures, **options):
    return spell_answer_coverage(answer(figures, **options))


def test_of_single_periods_it_counts_who_has_a_figure_in_any():
    found = coverage({"Parma": [3, None], "Ravenna": [5, 5]}, totals={"Ravenna": SUPPRESSED}, view="panels")
    assert found == "2 of 2 cities. Parma: no data since February 2025"


@pytest.mark.parametrize("view", ["ranking", "map"])
def test_of_the_whole_time_it_counts_who_has_a_figure_of_it(view):
    figures = {"Novara": [SUPPRESSED, SUPPRESSED], "Ravenna": [5, 5]}
    found = coverage(figures, totals={"Novara": 40, "Ravenna": SUPPRESSED}, view=view)
    assert found == "1 of 2 cities. Ravenna: not shown"


def test_it_says_of_whom_only_limits_are_shown():
    found = coverage({"Parma": [3], "Ravenna": [at_least(615, 723)]}, view="ranking")
    assert found == "1 of 2 cities. Ravenna: only limits are shown"


def test_a_ranking_says_of_how_many_it_shows_the_change():
    figures, before = {"Parma": [3], "Como": [4], "Lodi": [between(1, 2)]}, {"Parma": 2, "Como": 4, "Lodi": 1}
    assert coverage(figures, before=before, view="ranking") == "3 of 3 cities; change of 2 cities"
    assert coverage(figures, before=before, view="map") == "3 of 3 cities"


def test_who_has_nothing_of_what_was_chosen_is_counted_apart():
    figures = {"Parma": [exactly(3, entries=2)], "Como": [NOTHING], "Lodi": [NOTHING]}
    assert coverage(figures) == "3 of 3 cities; 2 of them have nothing of what you chose"


@pytest.mark.parametrize("other", [exactly(0), SUPPRESSED, exactly(0, entries=3)])
def test_where_the_entries_are_not_told_nothing_is_said_of_them(other):
    assert coverage({"Parma": [NOTHING, other]}) == "1 of 1 city"


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("new-people", "the same persons may be new in several initiatives"),
        ("people-reached", "the same persons may have come more than once"),
    ],
)
def test_why_a_number_is_a_range_depends_on_what_is_counted(code, why):
    version = answer({"Parma": [1]}, code=code).version
    assert hints(between(4, 8), version) == [f"The number lies in this range: {why}."]


def test_limits_that_are_shown_are_said_with_the_place_and_why():
    version = answer({"Parma": [1]}).version
    assert say("Parma", at_least(615, 723), version).startswith("Parma: 615–723. Only its limits are shown: ")
    assert say("Parma", SUPPRESSED, version).startswith("Parma. Not shown: ")
