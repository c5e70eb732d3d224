import pytest
from django.utils import translation

from evaluation.pictures.ranking import finding
from tests.answers import answer, at_least, between


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def summary(totals, before=None):
    return finding(answer({name: [None] for name in totals}, totals=totals, before=before))


def test_the_order_names_of_how_many_it_is_and_who_certainly_has_more_or_less():
    totals = {
        "Parma": 444,
        "Como": 30,
        "Ravenna": at_least(615, 723),
        "Rovigo": at_least(7, 12),
        "Lodi": None,
    }
    assert summary(totals) == (
        "January 2025. Among the 2 cities with an exact, comparable number: highest Parma (444), lowest Como"
        " (30). Ravenna has at least 615. Rovigo has at most 12."
    )


def test_limits_that_may_lie_between_the_others_are_not_said_to_be_beyond_them():
    found = summary({"Parma": 444, "Como": 30, "Ravenna": at_least(40, 500)})
    assert found.endswith("lowest Como (30).")


def test_of_ranges_the_order_says_that_it_is_by_the_highest_possible():
    found = summary({"Parma": between(4, 80), "Como": between(2, 9), "Ravenna": at_least(90)})
    assert found == (
        "January 2025. Among the 2 cities that can be compared, by the highest that each can be: first Parma"
        " (4–80), last Como (2–9). Ravenna has at least 90."
    )


def test_the_largest_change_says_among_how_many_it_is():
    found = summary({"Parma": 10, "Como": 9, "Lodi": between(4, 8)}, {"Parma": 9, "Como": 15, "Lodi": 6})
    assert found.endswith(
        "Largest change among the 2 cities with an exact number in both times: Como (−6 on December 2024)."
    )
