"""Fifty questions to the dashboard: every format says the same, and what the log says."""

from collections import Counter
from decimal import ROUND_HALF_UP, Decimal
from io import BytesIO

import pytest
from django.utils import translation
from openpyxl import load_workbook

from cities.merging import read
from evaluation.figures.figure import State
from evaluation.management.commands import load_indicators
from evaluation.pictures import drawing
from tests.evaluation import recount_world
from tests.evaluation.dashboard_recount import CATEGORIES
from tests.evaluation.questions import (
    FILTERS,
    QUESTIONS,
    RANGES,
    READERS,
    VIEWS,
    Reading,
    by_city,
    drawn,
    in_table,
    is_apart,
    written,
)
from tests.evaluation.recount_definitions import LOG
from tests.evaluation.recount_plain import TOLD_APART, Plain
from tests.evaluation.recount_rows import code_of
from tests.evaluation.tidy_file import MONTHS_OF, TidyFile
from tests.page_text import cells_of

# Slow to write and to read: some say whether all would be right.
WORKBOOKS = range(0, len(QUESTIONS), 7)
# As a workbook writes it, and a CSV.
YES_OR_NO = {"yes": "True", "no": "False"}
KIND = {"s": "SUPPRESSED", "m": "MISSING", "n": "NOT_APPLICABLE"}


@pytest.fixture(scope="module")
def answered():
    return []


@pytest.fixture(scope="module")
def files():
    return {}


@pytest.fixture
def readings(db, answered, files, request):
    """All questions with their answers: asked once, of a world that is stored for the first test only."""
    if not answered:
        cast, client_of = (request.getfixturevalue(name) for name in ["cast", "client_of"])
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(drawing, "convert", lambda text, *_options: text.encode())
            logs, clients = recount_world.build(cast), {reader: client_of(reader) for reader in READERS}
            answered += [
                Reading(logs, reader, asked, clients[reader]) for reader, asked in QUESTIONS + RANGES
            ]
            files |= {reader: TidyFile(logs, reader, client) for reader, client in clients.items()}
        for number in WORKBOOKS:
            answered[number].workbook = answered[number].get("xlsx").getvalue()
    return answered


@pytest.fixture
def reading(readings, number):
    return readings[number]


def in_words(number):
    reader, asked = QUESTIONS[number]
    return f"{number} {reader} {' '.join(asked.values())}"


fifty = pytest.mark.parametrize("number", range(len(QUESTIONS)), ids=in_words)


def agrees(figure, said, lower_is_exact):
    """Whether a figure tells no more and nothing else than what was counted."""
    if figure.state == State.VALUE:
        low = figure.lower == said.lower if lower_is_exact else figure.lower <= said.lower
        value = figure.upper if figure.lower == figure.upper else None
        return said.state == "" and figure.upper == said.upper and low and figure.value == value
    if figure.state == State.SUPPRESSED:
        low = figure.lower is None or figure.lower <= said.lower
        return low and (figure.upper is None or said.upper <= figure.upper) and figure.value is None
    ends = figure.value, figure.lower, figure.upper
    return figure.state.value == said.state and ends == (None, None, None)


def made_of(figure, said):
    """What is told of how a figure was made, and the same as it was counted."""
    names = ["known", "entries", "numerator", "denominator"]
    both = [(name, getattr(figure, name), getattr(said, name)) for name in names]
    both = [pair for pair in both if None not in pair]
    return {name: told for name, told, _said in both}, {name: counted for name, _told, counted in both}


@fifty
def test_the_figures_are_what_the_log_adds_up_to(reading):
    recount = reading.recount
    for cities, months, figure in reading.figures:
        said, is_live = recount.say(cities, months), set(cities) <= reading.own
        where = cities, code_of(months), figure, said
        assert agrees(figure, said, is_live or reading.asked["indicator"] != "people-reached"), where
        assert not (is_live and figure.state == State.SUPPRESSED), where
        told, counted = made_of(figure, said)
        assert told == counted, where


@fifty
def test_what_is_nowhere_small_is_told(reading):
    plain = Plain(reading.recount)
    for cities, months, figure in reading.figures:
        if reading.asked["indicator"] not in LOG or plain.must_tell(cities, months):
            assert figure.state != State.SUPPRESSED, (cities, code_of(months))


def test_ranges_begin_at_what_everybody_can_reckon(readings):
    compared = 0
    for reading in readings[len(QUESTIONS) :]:
        plain = Plain(reading.recount)
        for cities, months, figure in reading.figures:
            least = plain.least_reached(cities, months)
            if figure.is_value and least:
                compared += 1
                assert figure.lower >= least, (cities, code_of(months))
    assert compared >= 10


@fifty
def test_what_is_said_of_how_a_figure_was_made_is_so(reading):
    if reading.asked["indicator"] not in LOG:
        return
    recount = reading.recount
    for cities, months, figure in reading.figures:
        found = figure.published, figure.months, {why.value for why in figure.apart}, figure.population_year
        assert found == recount.span(cities, months), (cities, code_of(months))
        assert figure.unconfirmed == recount.waiting(cities, months)


asked_for_parts = pytest.mark.parametrize(
    "number", [n for n, (_reader, asked) in enumerate(QUESTIONS) if "split" in asked], ids=in_words
)


@asked_for_parts
def test_the_parts_of_a_breakdown_are_what_the_log_adds_up_to(reading):
    recount, answer, split = reading.recount, reading.answer, reading.asked["split"]
    whole, every = reading.whole, [one.pk for one in answer.cities]
    assert {category for _place, category in answer.parts} == {*CATEGORIES[split], "rest"}
    for (place, category), figure in answer.parts.items():
        said = recount.part([place] if place else every, whole, split, category)
        assert agrees(figure, said, True), (place, category, figure, said)


@asked_for_parts
def test_parts_that_are_nowhere_small_are_told(reading):
    plain, split, every = Plain(reading.recount), reading.asked["split"], [one.pk for one in reading.cities]
    whole = reading.whole
    for (place, category), figure in reading.answer.parts.items():
        if plain.must_tell_parts([place] if place else every, whole, split):
            assert figure.state != State.SUPPRESSED, (place, category)


def rounded(number, decimals):
    return Decimal(number).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def expected_rows(reading):
    """Return {(city, period, category): Figure} as the files are to have them."""
    answer, periods = reading.answer, reading.periods
    whole = code_of(reading.whole)
    found = {(one.name, code_of(reading.before), ""): answer.before[one.pk] for one in answer.cities}
    for place, pk in [*((one.name, one.pk) for one in answer.cities), ("all", None)]:
        for period, months in zip(answer.periods, periods, strict=True):
            found[place, code_of(months), ""] = answer.cells[pk, period] if pk else answer.network[period]
        if len(periods) > 1:
            found[place, whole, ""] = answer.totals[pk] if pk else answer.overall
        found |= {(place, whole, code): one for (key, code), one in answer.parts.items() if key == pk}
    return found


@fifty
def test_the_csv_has_the_figures_rounded(reading):
    expected, decimals = expected_rows(reading), reading.answer.version.decimals
    rows = {(row["city"], row["period"], row["category"]): row for row in reading.rows}
    assert len(rows) == len(reading.rows)
    assert rows.keys() == expected.keys()
    for place, figure in expected.items():
        row = rows[place]
        for name in ["value", "lower", "upper"]:
            number = getattr(figure, name)
            assert row[name] == ("" if number is None else str(rounded(number, decimals))), place
        for name in ["numerator", "denominator", "known", "entries"]:
            number = getattr(figure, name)
            assert (Decimal(row[name]) if row[name] else None) == number, place
        assert row["filters"].split() == reading.filters
        assert row["state"] == figure.state.value
        assert set(row["apart"].split()) == {why.value for why in figure.apart}


def assert_same(rows, found):
    """Rows of a file with types, as lists of cells, have the texts and numbers of those of the CSV."""
    for row, cells in zip(rows, found, strict=True):
        assert all(map(same_cell, row.values(), cells)), row


def same_cell(text, value):
    if isinstance(value, bool):
        return text == str(value)
    if value is None or isinstance(value, str):
        return text == YES_OR_NO.get(value, value or "")
    return Decimal(text) == Decimal(str(value))


@fifty
def test_the_json_has_the_rows_of_the_csv(reading):
    assert_same(reading.rows, [row.values() for row in reading.json])


@pytest.mark.parametrize("number", WORKBOOKS, ids=in_words)
def test_the_workbook_has_the_rows_of_the_csv(reading):
    sheet = load_workbook(BytesIO(reading.workbook)).active
    assert_same(reading.rows, sheet.iter_rows(min_row=2, values_only=True))


@fifty
def test_the_table_of_the_page_has_the_figures_of_the_csv(reading):
    _head, *lines = cells_of(reading.page.text, "dashboard-caption")
    points, whole = shown(reading, "all")
    expected = [[place, *map(in_table, rows)] for place, rows in points.items()]
    if len(reading.periods) > 1:
        expected = [[*row, in_table(whole[row[0]])] for row in expected]
    if reading.asked["view"] == "ranking":
        expected = [[*row, *change_in(reading, row[0], whole)] for row in expected]
    expected[-1][0] = "All these cities together"
    assert lines == expected


def change_in(reading, place, whole):
    """Return what the table of a ranking is to say of the time before and of the change on it."""
    if place == "all":
        return ["", ""]
    now, before = whole[place], before_in(reading)[place]
    if is_apart(now) or is_apart(before) or "" in (now["value"], before["value"]):
        return [in_table(before), ""]
    return [in_table(before), spelled_change(reading, place)]


def spelled_change(reading, place):
    """Both numbers are told rounded; their difference is rounded only then."""
    answer = reading.answer
    pk = next(city.pk for city in answer.cities if city.name == place)
    change = rounded(answer.totals[pk].value - answer.before[pk].value, answer.version.decimals)
    return f"{change:+,}".replace("-", "−") if change else f"{abs(change)}"


def before_in(reading):
    code = code_of(reading.before)
    return {row["city"]: row for row in reading.rows if row["period"] == code and not row["category"]}


def drawing_of(reading):
    """Return the rows of data of what is drawn for a download, for each layer that has any."""
    chart = reading.drawing["vconcat"][0]
    return [one["data"]["values"] for one in [chart, *chart.get("layer", [])] if "data" in one]


def asked_in(*views):
    numbers = [n for n, (_reader, asked) in enumerate(QUESTIONS) if asked["view"] in views]
    return pytest.mark.parametrize("number", numbers, ids=in_words)


def shown(reading, *together):
    """Return (rows of the CSV of each city and period, those of the whole time), of all cities if asked."""
    codes, whole = [code_of(months) for months in reading.periods], code_of(reading.whole)
    rows = by_city(
        row for row in reading.rows if not row["category"] and row["city"] not in {"all"} - {*together}
    )
    return {name: [row for row in some if row["period"] in codes] for name, some in rows.items()}, {
        name: row for name, some in rows.items() for row in some if row["period"] == whole
    }


@asked_in("panels", "table")
def test_the_lines_are_drawn_of_the_figures(reading):
    answer, (points, _whole) = reading.answer, shown(reading)
    rows = by_city(drawing_of(reading)[0])
    for place in answer.cities:
        figures = answer.of(place)
        for figure, row, point in zip(figures, points[place.name], rows[place.name], strict=True):
            ends = {"lower": figure.lower, "upper": figure.upper} if figure.is_range else {}
            told = {"value": figure.upper} | ends if figure.is_value else {}
            numbers = {name: point[name] for name in ["value", "lower", "upper"] if name in point}
            assert numbers == {name: float(number) for name, number in told.items()}
            assert point["kind"] == (KIND.get(row["state"]) or ("APART" if is_apart(row) else ""))


@asked_in("panels")
def test_the_panels_say_the_figures(reading):
    points, _whole = shown(reading)
    for panel in reading.page.context["picture"]["panels"]:
        rows = points[panel.city.name]
        assert panel.last == drawn(rows[-1])
        for period, point, row in zip(reading.answer.periods, panel.points, rows, strict=True):
            number = written(row)
            said = (f": {number}" if number else "") + ("" if not row["state"] else ". ")
            with translation.override("en"):
                assert point.sentence.startswith(f"{panel.city.name}, {period}{said}")


@asked_in("ranking")
def test_the_ranking_draws_the_figures_of_the_whole_time(reading):
    answer, (_points, whole) = reading.answer, shown(reading)
    ranked = {name: drawn(row) for name, row in whole.items() if not row["state"] and not is_apart(row)}
    picture = reading.page.context["picture"]
    assert {row.city.name: row.text for row in picture["rows"]} == ranked
    assert {place.name for place, _why in picture["others"]} == whole.keys() - ranked.keys()
    cities = {place.name: place.pk for place in answer.cities}
    for row in [row for row in drawing_of(reading)[0] if row["city"] in ranked]:
        assert row["now"] == float(answer.totals[cities[row["city"]]].upper)
        before = answer.before[cities[row["city"]]]
        is_drawn = before.is_value and not before.is_apart
        assert row.get("before") == (float(before.upper) if is_drawn else None)


@asked_in("heatmap")
def test_the_heatmap_writes_the_figures(reading):
    points, _whole = shown(reading)
    expected = [[name, *map(drawn, rows)] for name, rows in points.items()]
    assert cells_of(reading.page.text, "heatmap-caption")[2:] == expected
    in_file = {name: [row["text"] for row in rows] for name, rows in by_city(drawing_of(reading)[0]).items()}
    assert in_file == {name: [text.removeprefix("not shown") for text in texts] for name, *texts in expected}


@asked_in("map")
def test_the_map_writes_the_figures_of_the_whole_time(reading):
    _points, whole = shown(reading)
    expected = {name: drawn(row) for name, row in whole.items()}
    assert {dot["city"].name: dot["text"] for dot in reading.page.context["picture"]["dots"]} == expected
    dots = {row["city"]: row["text"] for layer in drawing_of(reading) for row in layer if "city" in row}
    assert dots == {name: f"{name} {text}" for name, text in expected.items()}


@asked_in("breakdown")
def test_the_bars_are_those_of_the_breakdown(reading):
    places = [one["city"].name for one in reading.page.context["picture"]["cities"]]
    parts = by_city(row for row in reading.rows if row["category"])
    groups = by_city({"city": row["place"], "text": row["text"]} for row in drawing_of(reading)[0])
    for name, drawn_as in [*((name, name) for name in places), ("all", "All cities")]:
        texts = [row["text"].rpartition("(")[2].rstrip(")") for row in groups[drawn_as]]
        assert texts == [drawn(row) for row in parts[name]]


def test_the_questions_ask_for_everything_and_are_told_all_sorts_of_answers(readings):
    asked = [asked for _reader, asked in QUESTIONS]
    registered = read(load_indicators.REFERENCE / "indicators.json")
    assert {one["indicator"] for one in asked} == {row["code"] for row in registered}
    assert {one["view"] for one in asked} == {*VIEWS, "breakdown"}
    assert {name for one in asked for name in one} >= FILTERS.keys() | {"basis", "split", "release", "city"}
    states = Counter()
    for reading in readings:
        figures = [figure for _cities, _months, figure in reading.figures]
        states.update("range" if figure.is_range else figure.state.name for figure in figures)
    assert min(states[name] for name in ["VALUE", "SUPPRESSED", "MISSING", "NOT_APPLICABLE", "range"]) >= 10


def test_of_every_indicator_of_people_there_are_figures_that_must_be_told(readings):
    told = Counter()
    for reading in readings:
        plain = Plain(reading.recount)
        told[reading.asked["indicator"]] += sum(
            not reading.own & set(cities) and bool(figure.upper) and plain.must_tell(cities, months)
            for cities, months, figure in reading.figures
        )
    assert {code for code in TOLD_APART if told[code] < 2} == set()


@pytest.mark.parametrize("reader", READERS)
def test_the_file_of_the_release_has_what_the_log_adds_up_to(readings, files, reader):
    decimals = {one.asked["indicator"]: one.answer.version.decimals for one in readings}
    places = {place.name: place.pk for one in readings for place in one.cities}
    assert files[reader].recounts.keys() == decimals.keys()
    for row in files[reader].rows:
        recount, asked = (
            files[reader].recounts[row["indicator"]],
            ([places[row["city"]]], MONTHS_OF[row["period"]]),
        )
        said = recount.say(*asked)
        if row["state"] == "s":
            assert not Plain(recount).must_tell(*asked), row
        else:
            number = "" if said.state else str(rounded(said.upper, decimals[row["indicator"]]))
            assert (row["state"], row["upper"]) == (said.state, number)
