from decimal import Decimal

import pytest
from django.utils.translation import override

from cities.charts import Panel, spell_coverage, spell_standing
from cities.context import Comparison, SeriesTable, Standing, tables_of
from tests.cities.conftest import add_figures


@pytest.fixture
def cities(make_city):
    return [make_city(name) for name in ["Alba", "Bra", "Cuneo"]]


@pytest.fixture
def series(make_series, cities):
    series = make_series()
    for city, value in zip(cities, [10, 30, 20], strict=True):
        add_figures(series, city, {2023: value - 1, 2024: value})
    return series


def table_of(city):
    return tables_of(city)[0][0]


def test_peers_are_the_lowest_the_middle_and_the_highest_of_each_year(series, cities):
    peers = table_of(cities[0]).peers
    assert (peers.low[2024], peers.median[2024], peers.high[2024]) == (10, 20, 30)


def test_a_city_outside_the_programme_is_no_peer_but_sees_them(series, cities, make_city):
    outside = make_city("Zola", member=False)
    add_figures(series, outside, {2024: 100})
    table = table_of(outside)
    assert table.peers.high[2024] == 30
    assert table.frame.high == 100
    assert table.standing(outside.pk, 2024) is None


def test_the_place_counts_from_the_highest(series, cities):
    table = table_of(cities[0])
    assert [table.standing(city.pk, 2024).place for city in cities] == [3, 1, 2]


def test_equal_values_share_a_place(series, cities, make_city):
    fourth = make_city("Dronero")
    add_figures(series, fourth, {2024: 30})
    table = table_of(fourth)
    assert [table.standing(city.pk, 2024).place for city in [*cities, fourth]] == [4, 1, 3, 1]


def test_the_place_compares_values_of_the_same_year_only(series, cities, make_city):
    late = make_city("Dronero")
    add_figures(series, late, {2025: 5})
    assert table_of(late).standing(late.pk, 2025) == Standing(2025, place=1, known=1, cities=4)


def test_a_place_among_nobody_is_not_told():
    assert spell_standing(Standing(2025, place=1, known=1, cities=4)) == ""


def test_a_place_says_for_how_many_cities_the_figure_is_known():
    with override("en"):
        assert spell_standing(Standing(2024, 4, 10, 10)) == "4 of 10"
        assert spell_standing(Standing(2024, 4, 7, 10)) == "4 of 7, of 10 cities"
        assert spell_coverage(7, 10) == "7 of 10 cities"


def test_each_city_sees_its_series_in_the_order_of_the_list(series, cities, make_series):
    second = make_series("births", position=5)
    series.position = 9
    series.save()
    add_figures(second, cities[0], {2024: 1})
    assert [table.series.code for table in tables_of(cities[0])[0]] == ["births", "ageing-index"]


def test_sources_are_named_once_each(series, cities):
    add_figures(series, cities[0], {2025: 1}, source="ISTAT, stima")
    said = tables_of(cities[0])[1][series.pk]
    assert [one["source"] for one in said] == ["ISTAT", "ISTAT, stima"]


def test_a_comparison_keeps_to_the_years_asked_for(series):
    assert Comparison.of(series, first=2024, last=2024).table.years == [2024]


def test_a_comparison_takes_in_the_city_asked_for_even_from_outside(series, make_city):
    outside = make_city("Zola", member=False)
    add_figures(series, outside, {2024: 1})
    assert outside not in Comparison.of(series).cities
    assert outside in Comparison.of(series, outside).cities


def test_a_comparison_counts_the_cities_with_a_figure(series, make_city):
    make_city("Dronero")
    comparison = Comparison.of(series)
    assert (comparison.known, len(comparison.cities)) == (3, 4)


def panel(series, city, values, peers=None):
    table = SeriesTable(series, {city.pk: values, 0: peers or {}}, {city.pk, 0})
    return Panel(table, city)


def test_a_point_says_place_year_value_and_median(make_series, make_city):
    one = panel(make_series(), make_city(), {2024: Decimal("185")}, {2024: Decimal("165")})
    with override("en"):
        assert one.sentence(2024) == "province of Parma, 2024: 185.0; median of the cities 175.0"


def test_figures_of_the_city_itself_are_not_said_to_be_of_the_province(make_series, make_city):
    assert panel(make_series(level="municipal"), make_city(), {2024: 1}).place == "Parma"


def test_the_change_is_told_only_against_the_year_before(make_series, make_city):
    series, city = make_series(), make_city()
    with override("en"):
        assert panel(series, city, {2023: Decimal(1), 2024: Decimal("0.5")}).change == "−0.5 on 2023"
        assert panel(series, city, {2021: Decimal(1), 2024: Decimal("0.5")}).change == ""


def test_years_apart_make_no_chart(make_series, make_city):
    assert panel(make_series(), make_city(), {2011: 1, 2021: 2}).chart is None
