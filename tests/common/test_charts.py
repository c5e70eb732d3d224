from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from will_portal.common.charts import Frame, Peers, draw, marked, runs

years = st.integers(1900, 2100)
values = st.decimals(-1000, 1000, places=4)
series = st.dictionaries(years, values, min_size=1, max_size=30)


@given(series)
def test_every_value_falls_inside_the_frame(one):
    frame = Frame.around(one)
    for year, value in one.items():
        assert frame.left - 1e-6 <= frame.x(year) <= frame.right + 1e-6
        assert frame.top - 1e-6 <= frame.y(value) <= frame.bottom + 1e-6


@given(series)
def test_later_lies_further_right_and_more_lies_higher(one):
    frame = Frame.around(one)
    for (year, value), (later, other) in zip(one.items(), list(one.items())[1:], strict=False):
        assert (frame.x(later) - frame.x(year)) * (later - year) >= 0
        assert (frame.y(other) - frame.y(value)) * float(other - value) <= 1e-9


@given(series)
def test_runs_hold_every_year_once_and_in_order(one):
    found = [pair for run in runs(one) for pair in run]
    assert found == sorted(one.items())


@given(series)
def test_runs_break_exactly_where_a_year_is_missing(one):
    for run in runs(one):
        years = [year for year, _ in run]
        assert years == list(range(years[0], years[-1] + 1))
        assert years[0] - 1 not in one
        assert years[-1] + 1 not in one


@given(series)
def test_the_strips_of_all_years_lie_in_the_drawing(one):
    frame = Frame.around(one)
    for year in one:
        x, width = frame.slice(year)
        assert x >= 0
        assert width > 0
        assert x + width <= frame.width + 1e-6


def test_a_single_value_is_drawn_in_the_middle():
    frame = Frame.around({2024: 10})
    assert frame.x(2024) == (frame.left + frame.right) / 2
    assert frame.y(10) == (frame.top + frame.bottom) / 2


def test_a_constant_series_of_zeros_has_a_frame_too():
    frame = Frame.around({2023: 0, 2024: 0})
    assert (frame.low, frame.high) == (-1, 1)


def test_a_line_breaks_where_a_year_is_missing():
    one = {2001: 0, 2002: 5, 2004: 5, 2005: 10}
    assert Frame.around(one).line(one).count("M") == 2


def test_years_alone_and_the_last_get_a_dot():
    assert marked({2001: 1, 2003: 1, 2004: 1}) == [2001, 2004]


def test_a_band_goes_along_the_lows_and_back_along_the_highs():
    low, high = {2001: 0, 2002: 0}, {2001: 10, 2002: 10}
    frame = Frame(first=2001, last=2002, low=0, high=10)
    assert frame.band(low, high) == "M44.0 102.0L268.0 102.0L268.0 10.0L44.0 10.0Z"


def test_a_chart_says_the_same_in_words():
    one, nobody = {2023: Decimal("1.5"), 2024: Decimal("2.5")}, Peers({}, {}, {})
    chart = draw(
        one, nobody, Frame.around(one), write=str, sentence=lambda year: f"in {year}", summary="grew"
    )
    assert [point.sentence for point in chart.points] == ["in 2023", "in 2024"]
    assert (chart.low, chart.high, chart.summary) == ("1.5", "2.5", "grew")
    assert chart.band == ""
