import re
from dataclasses import replace
from struct import unpack

import pytest
from django.core.cache import cache
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from evaluation.figures.figure import Apart
from evaluation.models import Release
from evaluation.pictures import VIEWS, drawing, panels, ranking
from evaluation.pictures.classes import Classes
from evaluation.pictures.ranking import Scale
from evaluation.pictures.specs import spec_of
from evaluation.views import dashboard
from tests.answers import NOT_APPLICABLE, SUPPRESSED, answer, at_least, between, exactly
from tests.evaluation import dashboard_engine
from tests.measures import indicator

values = st.lists(st.one_of(st.integers(0, 10**7), st.decimals(0, 1000, places=2)), min_size=1, max_size=40)
APART = exactly(9, apart=frozenset([Apart.PARTIAL]))
HIDDEN = "Not shown: it would tell of fewer than 5 people, here or in a figure beside it."
ADDRESS = "https://example.org/dashboard/"


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def page(view, found):
    template, context_of = VIEWS[view]
    return render_to_string(template, {"picture": context_of(found)})


def panel(*figures, **chosen):
    """The picture of a city beside three others that can be compared."""
    others = {name: [number] * len(figures) for number, name in enumerate(["Como", "Padova", "Rovigo"], 10)}
    return panels.context_of(answer({"Parma": figures} | others, **chosen))["panels"][0]


# Classes, scales and frames


@given(values)
def test_every_value_lies_in_the_span_of_its_class(some):
    classes = Classes.of(some)
    for value in some:
        low, high = classes.spans[classes.number(value) - 1]
        assert low <= value <= high


@given(values)
def test_more_is_never_in_a_lower_class(some):
    classes = Classes.of(some)
    numbers = [classes.number(value) for value in sorted(some)]
    assert numbers == sorted(numbers)
    assert 1 <= numbers[0] <= numbers[-1] <= 5


def test_ten_different_values_make_five_classes_of_two():
    assert Classes.of(range(10)).spans == ((0, 1), (2, 3), (4, 5), (6, 7), (8, 9))


def test_no_value_makes_no_class():
    assert Classes.of([]).legend(0) == []


@given(values)
def test_a_scale_keeps_order_and_stays_inside(some):
    scale = Scale.around(some)
    shares = [scale.share(value) for value in sorted(some)]
    assert shares == sorted(shares)
    assert all(0 <= share <= 100 for share in shares)


@given(values)
def test_a_scale_of_panels_begins_at_zero_and_ends_at_a_round_number_not_far_above(some):
    frame = panels.frame_of(answer({"Parma": some}))
    assert frame.low == 0
    assert max(some) <= frame.high <= max(float(max(some)) * 1.51, 1)


# Panels


def test_a_line_breaks_where_there_is_no_figure():
    assert panel(1, 2, None, 4, 5).line.count("M") == 2


def test_a_figure_set_apart_is_a_hollow_dot_outside_the_line():
    drawn = panel(1, 2, APART)
    assert (len(drawn.hollow), len(drawn.dots)) == (1, 1)
    assert drawn.hollow[0]["x"] > drawn.dots[0]["x"]
    assert drawn.points[2].sentence.startswith(
        "Parma, March 2025: 9 (not all months of this period are published)"
    )


def test_a_range_is_a_bar_and_its_line_follows_the_upper_end():
    drawn = panel(between(4, 8), between(5, 9))
    assert [float(bar.bottom) > float(bar.top) for bar in drawn.bars] == [True, True]
    assert drawn.line == f"M{drawn.bars[0].x} {drawn.bars[0].top}L{drawn.bars[1].x} {drawn.bars[1].top}"


def test_a_range_without_a_known_end_is_an_open_bar_and_no_dot():
    drawn = panel(between(4, None))
    assert (drawn.bars[0].is_open, drawn.dots) == (True, [])


def test_zero_suppressed_missing_and_not_applicable_are_drawn_differently():
    zero, hidden, missing, neither = (panel(one) for one in (0, SUPPRESSED, None, NOT_APPLICABLE))
    drawn = [(len(one.dots), len(one.hatches), len(one.crosses)) for one in (zero, hidden, missing, neither)]
    assert drawn == [(1, 0, 0), (0, 1, 0), (0, 0, 0), (0, 0, 1)]
    assert [one.last for one in (zero, hidden, missing, neither)] == ["0", "not shown", "–", "n/a"]


def test_a_point_says_why_nothing_is_shown():
    assert panel(SUPPRESSED).points[0].sentence.startswith(f"Parma, January 2025. {HIDDEN}")


def test_a_point_says_the_median_of_those_like_with_like():
    assert panel(11).points[0].sentence == "Parma, January 2025: 11 · median of the cities 11"


def test_a_panel_says_in_words_what_its_line_shows():
    assert panel(4, 7).summary == "Parma: from 4 (January 2025) to 7 (February 2025)"


def test_the_highlighted_city_comes_first_and_alone_in_colour():
    found = panels.context_of(answer({"Como": [1], "Parma": [2]}, highlight="Parma"))["panels"]
    assert [(one.city.name, one.in_colour) for one in found] == [("Parma", True), ("Como", False)]


def test_the_finding_names_the_highest_and_lowest_of_the_last_period_that_compares():
    found = answer({"Parma": [5, None], "Como": [9, APART], "Rovigo": [2, SUPPRESSED]})
    assert panels.finding(found) == "January 2025. Highest: Como (9); lowest: Rovigo (2)."


def test_equal_cities_share_the_finding():
    assert "Como, Parma (9)" in panels.finding(answer({"Como": [9], "Parma": [9], "Rovigo": [2]}))


# Ranking


def rows(totals, before=None, **chosen):
    return ranking.context_of(
        answer({name: [None] for name in totals}, totals=totals, before=before, **chosen)
    )


def test_a_number_stands_beside_the_dot_further_right():
    grown, shrunk = rows({"Parma": 10, "Como": 4}, {"Parma": 6, "Como": 8})["rows"]
    assert grown.label == grown.x
    assert shrunk.label == shrunk.before


def test_what_cannot_be_compared_stands_below_with_its_reason():
    found = rows({"Parma": 10, "Como": SUPPRESSED, "Rovigo": APART, "Padova": None})
    assert [row.city.name for row in found["rows"]] == ["Parma"]
    reasons = {city.name: reason for city, reason in found["others"]}
    assert reasons["Como"] == HIDDEN
    assert reasons["Rovigo"] == "9. Not all months of this period are published."
    assert reasons["Padova"].startswith("No data")


def test_a_figure_before_that_is_not_like_the_others_is_not_drawn():
    row = rows({"Parma": 10}, {"Parma": APART})["rows"][0]
    assert (row.before, row.change) == (None, "")


def test_a_ranking_says_whose_figure_changed_most():
    found = rows({"Parma": 10, "Como": 9}, {"Parma": 9, "Como": 15})
    assert found["summary"] == (
        "January 2025. Highest: Parma (10); lowest: Como (9). Largest change: Como (−6 on December 2024)."
    )


def test_limits_that_are_shown_stand_below_with_the_reason():
    found = rows({"Parma": 10, "Ravenna": at_least(615, 723)})
    assert found["others"][0][1] == (
        "615–723. Only its limits are shown: the number would tell of fewer than 5 people, here or in a"
        " figure beside it."
    )


def test_a_change_between_ranges_is_not_told():
    assert rows({"Parma": between(4, 8)}, {"Parma": 6})["rows"][0].change == ""


# Heatmap, map and breakdown


def test_each_state_of_a_cell_has_its_own_shade():
    states = [0, SUPPRESSED, None, NOT_APPLICABLE, APART, between(4, None)]
    found = page("heatmap", answer({"Parma": states}))
    shades = re.findall(r'<td class="shade shade-([\w-]+)"', found)
    assert shades == ["1", "suppressed", "missing", "not-applicable", "apart", "open"]


def test_columns_of_months_stand_under_their_year():
    found = page("heatmap", answer({"Parma": [1] * 14}))
    assert re.findall(r'colspan="(\d+)" scope="colgroup">(\d+)', found) == [("12", "2025"), ("2", "2026")]


def test_a_heatmap_scrolls_within_a_region_that_keys_reach():
    assert 'role="region" aria-labelledby="heatmap-caption" tabindex="0"' in page(
        "heatmap", answer({"Parma": [1]})
    )


@pytest.mark.django_db
def test_a_dot_of_the_map_is_a_link_that_says_its_figure(parma, verona):
    found = page("map", answer({"Parma": [7], "Verona": [SUPPRESSED]}, cities=[parma, verona]))
    assert 'href="/cities/parma/"' in found
    assert 'aria-label="Parma, January 2025: 7"' in found
    assert f'aria-label="Verona, January 2025. {HIDDEN}"' in found
    assert "map-dot-1" in found
    assert "map-dot-suppressed" in found


def broken_down(parts, **chosen):
    named = {(place, code): one for place in [None, "Parma"] for code, one in parts.items()}
    return answer({"Parma": [100]}, parts=named, split="sex", **chosen)


def test_shares_are_of_all_and_those_not_told_apart_come_last():
    found = VIEWS["breakdown"][1](broken_down({"rest": 10, "M": 30, "F": 60}))
    assert [(bar.label, bar.share, bar.is_untold) for bar in found["whole"]] == [
        ("Women", "60.0%", False),
        ("Men", "30.0%", False),
        ("other or not recorded", "10.0%", True),
    ]
    assert found["summary"] == (
        "January 2025. Largest group: Women, 60.0% (60). Other or not recorded: 10.0%."
    )


def test_a_category_that_is_not_shown_is_said_and_has_no_bar():
    found = page("breakdown", broken_down({"F": 60, "M": SUPPRESSED, "rest": SUPPRESSED}))
    assert found.count("shares-bar") == 2
    assert f"All cities, Men. {HIDDEN}" in found


def test_shares_are_of_the_people_of_whom_it_is_told_and_how_many_these_are_is_said():
    parts = {"F": at_least(60), "M": at_least(20), "rest": SUPPRESSED}
    found = VIEWS["breakdown"][1](broken_down(parts, totals={"Parma": 100}))
    assert [bar.share for bar in found["whole"]] == ["75.0% of those told", "25.0% of those told", ""]
    assert found["summary"] == (
        "January 2025. Largest group of those told: Women, 75.0% (at least 60)."
        " It is told of 80 of 100 people served."
    )
    assert found["whole"][0].sentence.endswith("beside it. 75.0% of those told.")


def test_shares_of_those_told_are_marked_and_the_mark_is_explained():
    found = page("breakdown", broken_down({"F": at_least(60), "M": at_least(20), "rest": SUPPRESSED}))
    assert "<strong>75.0%</strong>*" in found
    assert "* Of those told" in found


@pytest.mark.django_db
@pytest.mark.parametrize("view", VIEWS)
def test_no_picture_brings_styles_or_scripts_of_its_own(view, parma):
    states = [3, SUPPRESSED, None, NOT_APPLICABLE, APART, between(4, 8)]
    found = answer(
        {"Parma": states}, cities=[parma], before={"Parma": 2}, parts={("Parma", "F"): 3}, split="sex"
    )
    assert not re.search(r"<style|<script|\sstyle=|\son\w+=", page(view, found))


# Files


@pytest.mark.parametrize("view", ["panels", "ranking", "heatmap", "breakdown", "table"])
def test_a_picture_says_unit_coverage_release_and_licence(view):
    found = answer({"Parma": [3, 4], "Como": [None, None]}, view=view, parts={(None, "F"): 3}, split="sex")
    spec = spec_of(found, ADDRESS)
    small = " ".join(spec["vconcat"][1]["mark"]["text"])
    assert "People served" in " ".join(spec["title"]["text"])
    assert "1 of 2 cities" in small
    assert "Release 3 of 10 February 2026" in small
    assert "CC BY 4.0. https://example.org/dashboard/" in small


@pytest.mark.parametrize(
    ("sees_all", "sentence"),
    [(False, "Published initiatives only."), (True, "All initiatives, published or not.")],
)
def test_a_picture_says_of_which_initiatives_it_tells(sees_all, sentence):
    spec = spec_of(replace(answer({"Parma": [3]}), sees_all=sees_all), ADDRESS)
    assert sentence in " ".join(spec["vconcat"][1]["mark"]["text"])
    assert spec["usermeta"]["citation"].endswith(sentence)


def size_of(png):
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    return unpack(">II", png[16:24])


@pytest.fixture
def pictured(monkeypatch, parma, verona):
    """An engine that answers with invented figures, and an empty cache."""
    monkeypatch.setattr(dashboard, "answer", dashboard_engine.answer)
    monkeypatch.setattr(dashboard, "Reader", dashboard_engine.Reader)
    indicator("people-served")
    Release.objects.create(number=3, made_at=dashboard_engine.MADE)
    cache.clear()


@pytest.fixture
def drawn(pictured, monkeypatch):
    """What was drawn so far, for tests that need no picture."""
    specs = []
    monkeypatch.setattr(drawing, "convert", lambda text, *_options: specs.append(text) or b"drawn")
    return specs


QUERY = "?indicator=people-served&from=2025-01&to=2025-12&by=quarter"


@pytest.mark.django_db
def test_a_picture_is_a_png_twice_as_large_as_its_drawing(client, pictured):
    png = client.get(reverse("dashboard:png") + QUERY)
    svg = client.get(reverse("dashboard:svg") + QUERY)
    width, height = (
        float(one) for one in re.search(r'width="([\d.]+)" height="([\d.]+)"', svg.text).groups()
    )
    assert (png["Content-Type"], svg["Content-Type"]) == ("image/png", "image/svg+xml")
    assert size_of(png.content) == (pytest.approx(2 * width, abs=2), pytest.approx(2 * height, abs=2))
    assert png["Content-Disposition"] == 'inline; filename="will-people-served-2025-published.png"'


@pytest.mark.django_db
def test_the_same_picture_is_drawn_once(client, drawn):
    first, second = (client.get(reverse("dashboard:svg") + QUERY) for _ in range(2))
    assert first.content == second.content == b"drawn"
    assert len(drawn) == 1


@pytest.mark.django_db
def test_another_vintage_of_the_same_figures_is_another_picture(client, client_of, drawn):
    client.get(reverse("dashboard:svg") + QUERY)
    client_of("parma_lead").get(reverse("dashboard:svg") + QUERY)
    assert len(drawn) == 2


@pytest.mark.django_db
def test_whoever_waits_too_long_for_others_pictures_is_asked_to_come_back(client, drawn, monkeypatch):
    monkeypatch.setattr(drawing, "PATIENCE", 0.01)
    with drawing.drawing:
        response = client.get(reverse("dashboard:png") + QUERY)
    assert (response.status_code, response["Retry-After"], drawn) == (503, "60", [])


def test_two_pictures_for_one_place_do_not_pass_for_each_other(monkeypatch):
    monkeypatch.setattr(drawing, "PLACES", 1)
    monkeypatch.setattr(drawing, "convert", lambda text, *_options: text.encode())
    cache.clear()
    assert [drawing.draw_svg(spec) for spec in ["one", "other", "one"]] == [b'"one"', b'"other"', b'"one"']


def test_numbers_are_written_as_the_reader_writes_them(monkeypatch):
    locales = []
    monkeypatch.setattr(drawing, "convert", lambda text, kind, locale: locales.append(locale) or b"drawn")
    cache.clear()
    for language in ["it", "en"]:
        with translation.override(language):
            drawing.draw_svg({"title": "1,5"})
    assert locales == ["it-IT", None]
