"""The ranking as a picture to download."""

import pytest
from django.utils import translation

from evaluation.figures.figure import Apart
from evaluation.pictures import ranking_spec
from tests.answers import answer, exactly

APART = exactly(9, apart=frozenset([Apart.PARTIAL]))


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def test_numbers_without_a_place_stand_below_the_others():
    spec = ranking_spec.chart_of(answer({"Rovigo": [9], "Parma": [3]}, totals={"Rovigo": APART}))
    rows = spec["data"]["values"]
    assert [row["city"] for row in rows] == spec["encoding"]["y"]["sort"] == ["Parma", "Rovigo"]
    assert rows[1]["why"] == "9. Not all months of this period are published."


def test_a_dot_at_zero_keeps_clear_of_the_names():
    spec = ranking_spec.chart_of(answer({"Parma": [0]}))
    assert spec["encoding"]["y"]["axis"]["labelPadding"] > 6
