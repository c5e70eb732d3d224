import csv
import re
from dataclasses import replace
from io import BytesIO, StringIO

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from cities.models import City
from evaluation.figures import reader
from evaluation.models import Release
from evaluation.views import dashboard
from tests.answers import SUPPRESSED, exactly
from tests.evaluation import dashboard_engine as engine
from tests.measures import indicator
from tests.page_text import cells_of
from tests.page_text import text_of as reading
from tests.projects import initiative, kind

pytestmark = pytest.mark.django_db
QUERY = "indicator=people-served&from=2025-01&to=2026-06&by=quarter"
ENGLISH = {"headers": {"accept-language": "en"}}


@pytest.fixture(autouse=True)
def answers(monkeypatch):
    monkeypatch.setattr(dashboard, "answer", engine.answer)
    monkeypatch.setattr(dashboard, "Reader", engine.Reader)


@pytest.fixture(autouse=True)
def release(parma, verona):
    indicator("people-served")
    indicator("new-people", name_en="New people", name_it="Persone nuove")
    return Release.objects.create(number=3, made_at=engine.MADE)


@pytest.fixture
def get(client):
    """The answer to a query: `get("made", "by=year")`."""

    def ask(name="show", query=QUERY, by=client, **options):
        return by.get(f"{reverse(f'dashboard:{name}')}?{query}", **ENGLISH | options)

    return ask


@pytest.fixture
def text_of(get):
    """All that a page says, in one line."""

    def ask(name="show", query=QUERY, **options):
        return reading(get(name, query, **options).text)

    return ask


@pytest.fixture
def earlier(monkeypatch):
    """In the time before, Parma had fewer, and Verona's number is not shown."""

    def answer(asked, reader):
        cities = {city.name: city.pk for city in asked.cities}
        before = {cities["Parma"]: exactly(5000), cities["Verona"]: SUPPRESSED}
        return replace(engine.answer(asked, reader), before=before)

    monkeypatch.setattr(dashboard, "answer", answer)


def cells(page, caption="dashboard-caption"):
    return cells_of(page, caption)


def read(response):
    return list(csv.DictReader(StringIO(response.getvalue().decode())))


def test_the_title_says_what_is_shown(text_of):
    assert "People served, by quarter, Q1 2025 to Q2 2026" in text_of()
    assert "People served, 2025" in text_of(query="indicator=people-served&from=2025-01&to=2025-12&by=year")


def test_the_subtitle_says_of_what_it_is(text_of):
    text = text_of(query=f"{QUERY}&area=FAM&stage=adopted")
    assert "persone; Parma and Verona; user area: Family and minors; stage: adopted" in text


def test_each_state_looks_different_in_the_table(get):
    parma, verona = cells(get().text)[1:3]
    assert parma[1:7] == ["1,234", "0", "not shown", "40–75", "20 *", "– no data"]
    assert verona[1:7] == ["0", "not shown", "40–75", "20 *", "– no data", "n/a not applicable"]
    assert parma[7] == "5,678"


def test_all_cities_together_close_the_table(get):
    assert cells(get().text)[-1] == ["All these cities together", *["9,000"] * 6, "91,000"]


def test_a_single_period_has_no_total(get):
    page = get(query="indicator=people-served&from=2025-01&to=2025-12&by=year").text
    assert cells(page)[0] == ["City", "2025"]


def test_why_something_is_not_shown_or_stands_apart_is_said(text_of, settings):
    text = text_of()
    assert f"fewer than {settings.SUPPRESSION_THRESHOLD} people" in text
    assert "Not all months of this period are published: Parma (Q1 2026), Verona (Q4 2025)" in text


def test_the_coverage_says_who_stopped(text_of):
    assert "2 of 2 cities. Parma: no data since Q2 2026; Verona: no data since Q1 2026" in text_of()


def test_others_read_the_release(text_of):
    assert "All cities: release 3 of 21 November 2026." in text_of()


def test_who_reads_all_initiatives_is_told_that_others_do_not(text_of, get, client_of):
    assert "may find lower figures" in text_of(by=client_of("parma_staff"))
    assert "Published initiatives only." in text_of()
    assert get("json").json()["initiatives"] == "published"


@pytest.mark.parametrize(
    ("role", "query", "codes"),
    [
        ("anonymous", QUERY, {"published"}),
        ("researcher", QUERY, {"all"}),
        ("parma_staff", f"{QUERY}&release=3", {"all"}),
        ("parma_staff", QUERY, {"own", "all"}),
    ],
)
def test_files_say_of_which_initiatives_each_figure_tells(get, client_of, monkeypatch, role, query, codes):
    monkeypatch.setattr(dashboard, "Reader", reader.Reader)
    rows = read(get("csv", query, by=client_of(role)))
    assert {row["initiatives"] for row in rows} == codes
    assert rows[-1]["initiatives"] == ("own" if "own" in codes else rows[0]["initiatives"])


def test_citations_and_names_of_files_differ_where_figures_do(get, client_of, monkeypatch):
    monkeypatch.setattr(dashboard, "Reader", reader.Reader)
    said = {}
    for role in ["anonymous", "researcher"]:
        response = get("json", by=client_of(role))
        sentence = response.json()["citation"].partition("2026. ")[2]
        said[role] = sentence, response["Content-Disposition"]
    assert said == {
        "anonymous": ("Published initiatives only.", 'inline; filename="will-figures-published.json"'),
        "researcher": ("All initiatives, published or not.", 'inline; filename="will-figures-all.json"'),
    }


def test_the_page_of_one_initiative_leads_to_all_of_them(get):
    code = initiative("parma", published_at=timezone.now()).code
    page = get(query=f"{QUERY}&initiative={code}").text
    assert "Only the initiative “Portierato di quartiere”." in reading(page)
    href = f"/dashboard/?indicator=people-served&city=parma&{QUERY.partition('&')[2]}"
    assert f'<a href="{href}">Show all initiatives</a>'.replace("&", "&amp;") in page
    assert "Show all initiatives" not in get().text


def test_of_a_single_kind_no_breakdown_is_offered(get):
    kind("A4")
    assert "view=breakdown" not in get(query=f"{QUERY}&kind=A4").text


def test_choosing_no_city_in_colour_is_pushed_into_the_address(get, client_of):
    headers = {"HX-Request": "true"}
    response = get(query=f"{QUERY}&highlight=", by=client_of("parma_staff"), headers=headers)
    assert response["HX-Push-Url"] == f"/dashboard/?{QUERY}&highlight="
    assert f"{reverse('dashboard:csv')}?{QUERY}&highlight=".replace("&", "&amp;") in response.text


def test_a_city_is_told_what_is_read_live(text_of, client_of):
    text = text_of(by=client_of("parma_staff"))
    assert "Parma: read live from your log; the others: release 3 of 21 November 2026." in text


def test_the_link_to_copy_names_the_release(get):
    assert f'value="http://testserver/dashboard/?{QUERY}&release=3"'.replace("&", "&amp;") in get().text


def test_an_older_release_leads_to_the_current_one(text_of):
    Release.objects.create(number=4)
    assert "as they were then" in text_of(query=f"{QUERY}&release=3")
    assert "as they were then" not in text_of(query=f"{QUERY}&release=4")


@pytest.mark.parametrize("view", ["panels", "ranking", "heatmap", "map", "table", "breakdown"])
def test_every_view_has_the_table(get, view):
    page = get(query=f"{QUERY}&view={view}").text
    assert len(cells(page)) == 4
    assert f'view={view}"' in page or view == "panels"


def test_the_breakdown_is_a_table_too(get):
    page = get(query=f"{QUERY}&split=sex").text
    assert cells(page, "categories-caption") == [
        ["City", "Women", "Men", "Other or not recorded"],
        *([name, "600", "400", "not shown"] for name in ["Parma", "Verona", "All these cities together"]),
    ]


def test_only_what_can_be_broken_down_offers_a_breakdown(get):
    assert "view=breakdown" in get().text
    assert "view=breakdown" not in get(query="indicator=new-people").text


def test_htmx_gets_the_figures_alone_and_the_address_that_says_them(get):
    response = get(
        query="indicator=people-served&from=2025-01&to=2025-06&area=&view=", headers={"HX-Request": "true"}
    )
    assert "<html" not in response.text
    assert response["HX-Push-Url"] == "/dashboard/?indicator=people-served&from=2025-01&to=2025-06&by=quarter"
    assert "HX-Request" in response["Vary"]


def test_a_mistake_keeps_the_filters_on_the_page(get):
    page = get(query="indicator=people-served&from=tomorrow").text
    assert "Write the month as in 2025-03." in page
    assert 'value="tomorrow"' in page
    assert "dashboard-caption" not in page


@pytest.mark.parametrize("name", ["csv", "xlsx", "json"])
def test_a_file_answers_a_mistake_with_its_sentence(get, name):
    response = get(name, "from=2025-02&to=2025-01")
    assert response.status_code == 400
    assert response.text == "To the month: The last month lies before the first."


def test_the_csv_has_a_row_for_each_figure(get):
    rows = read(get("csv"))
    assert len(rows) == 2 * 7 + 7
    named = {"city": "Parma", "city_code": "G337", "indicator": "people-served", "version": "1"}
    told = {"period": "2025-Q1", "value": "1234", "lower": "1234", "upper": "1234", "release": "3"}
    told |= {"initiatives": "published", "invented": "False"}
    assert {name: value for name, value in rows[0].items() if value not in {"", "0"}} == named | told


def test_states_ranges_and_reasons_are_codes_in_the_csv(get):
    rows = read(get("csv"))[:6]
    assert [row["state"] for row in rows] == ["", "", "s", "", "", "m"]
    assert [row["value"] for row in rows] == ["1234", "0", "", "", "20", ""]
    assert (rows[3]["lower"], rows[3]["upper"], rows[4]["apart"]) == ("40", "75", "partial")


def test_sums_are_rows_of_the_whole_time_and_of_all(get):
    rows = {(row["city"], row["period"]): row["value"] for row in read(get("csv"))}
    assert rows["Parma", "2025-01/2026-06"] == "5678"
    assert (rows["all", "2025-Q1"], rows["all", "2025-01/2026-06"]) == ("9000", "91000")


def test_a_breakdown_adds_its_rows(get):
    rows = [row for row in read(get("csv", f"{QUERY}&split=sex")) if row["category"]]
    assert {
        (row["city"], row["category"], row["value"], row["state"]) for row in rows if row["city"] == "all"
    } == {
        ("all", "F", "600", ""),
        ("all", "M", "400", ""),
        ("all", "X", "", "s"),
    }


def test_files_and_citation_say_what_the_figures_are_restricted_to(get):
    kind("A4")
    query = f"{QUERY}&area=FAM&kind=A4"
    assert {row["filters"] for row in read(get("csv", query))} == {"area=FAM kind=A4"}
    assert {row["filters"] for row in read(get("csv"))} == {""}
    assert (
        ", Parma and Verona, user area: Family and minors, kind of" in get("json", query).json()["citation"]
    )


def test_the_files_have_the_time_before_of_each_city(get, earlier):
    found = [row for row in read(get("csv")) if row["period"] == "2023-07/2024-12"]
    assert [(row["city"], row["value"]) for row in found] == [("Parma", "5000"), ("Verona", "")]
    assert get("json").json()["periods"] == {"whole": "2025-01/2026-06", "before": "2023-07/2024-12"}


def test_the_table_of_a_ranking_shows_the_time_before_and_the_change(get, earlier):
    head, parma, verona, together = cells(get(query=f"{QUERY}&view=ranking").text)
    assert head[-2:] == ["July 2023 – December 2024", "Difference"]
    assert (parma[-2:], verona[-2:], together[-2:]) == (["5,000", "+678"], ["not shown", ""], ["", ""])


def test_what_was_read_live_says_so(get, client_of):
    rows = read(get("csv", by=client_of("parma_staff")))
    assert {(row["city"], row["release"]) for row in rows} == {
        ("Parma", "live"),
        ("Verona", "3"),
        ("all", "live"),
    }


def test_the_json_has_the_rows_of_the_csv(get):
    figures = get("json").json()["figures"]
    as_text = [{name: "" if value is None else str(value) for name, value in row.items()} for row in figures]
    assert as_text == read(get("csv"))


def test_the_json_says_what_its_rows_mean(get, settings):
    head = get("json", f"{QUERY}&area=FAM").json()
    assert head["question"]["area"] == "FAM"
    assert head["release"]["number"] == 3
    assert set(head["states"]) == {"", "s", "m", "n"}
    assert "Release 3 of 21 November 2026" in head["citation"]
    assert (head["indicator"]["version"], head["threshold"]) == (1, settings.SUPPRESSION_THRESHOLD)


def test_the_workbook_has_the_rows_of_the_csv(get):
    sheet = load_workbook(BytesIO(get("xlsx").getvalue())).worksheets[0]
    rows = list(sheet.iter_rows(values_only=True))
    assert len(rows) == len(read(get("csv"))) + 1
    assert (rows[0][0], rows[1][0], rows[1][6]) == ("City", "Parma", 1234)


def test_the_page_shows_the_numbers_of_the_csv(get):
    shown = [cell for row in cells(get().text)[1:] for cell in row[1:]]
    numbers = [re.sub(r"\D", "", cell) for cell in shown]
    rows = [row["value"] or row["lower"] + row["upper"] for row in read(get("csv"))]
    assert numbers == rows


def test_how_a_number_was_made_tells_of_how_much(get):
    row = cells(get("made").text, "made-caption")[1]
    assert row == ["Parma", "5,678", "24", "22", "134", "120 of 134", "–", "–"]


def test_how_a_number_was_made_tells_the_definition_and_the_protection(text_of, settings):
    text = text_of("made")
    assert "Whoever comes back is counted anew." in text
    assert f"below {settings.SUPPRESSION_THRESHOLD} is not shown to anybody but the city itself" in text
    assert "Published initiatives only." in text


def test_a_city_finds_how_many_entries_wait(get, text_of, client_of):
    client = client_of("parma_staff")
    rows = cells(get("made", by=client).text, "made-caption")
    assert (rows[1][6], rows[2][6]) == ("7", "–")
    assert "Parma: 7 entries are not confirmed yet and not counted." in text_of(by=client)


def test_who_is_signed_in_may_save_the_question(get, client_of):
    action = reverse("saved:add")
    assert action in get(by=client_of("nobody")).text
    assert action not in get().text


def test_before_anything_is_published_the_page_says_so(monkeypatch, text_of):
    Release.objects.all().delete()
    monkeypatch.setattr(dashboard, "answer", lambda *question: empty(engine.answer(*question)))
    assert "Nothing has been published yet" in text_of()


def empty(answer):
    answer.totals.update(dict.fromkeys(answer.totals, engine.MISSING))
    answer.cells.update(dict.fromkeys(answer.cells, engine.MISSING))
    return answer


# Only the page offers choices, organisations among them.
@pytest.mark.parametrize(
    ("name", "queries"), [("show", 7), ("made", 6), ("csv", 6), ("xlsx", 6), ("json", 6)]
)
def test_a_question_takes_the_same_queries_whatever_it_asks(get, name, queries, django_assert_num_queries):
    with django_assert_num_queries(queries):
        b"".join(get(name, "indicator=people-served&from=2025-01&to=2025-01&by=month"))
    with django_assert_num_queries(queries):
        b"".join(get(name, "indicator=people-served&from=2016-01&to=2025-12&by=month"))


@pytest.fixture
def drawn(monkeypatch):
    """The answers whose picture and tables were drawn."""
    found = []

    def draw(answer, words):
        found.append(answer)
        return figures_of(answer, words)

    figures_of = dashboard.figures_of
    monkeypatch.setattr(dashboard, "figures_of", draw)
    return found


def test_what_was_drawn_once_is_not_drawn_again(get, drawn):
    assert cells(get().text) == cells(get().text)
    assert len(drawn) == 1


def test_what_was_drawn_in_another_language_or_of_something_else_is_drawn_anew(get, drawn, parma):
    get()
    get(headers={"accept-language": "it"})
    City.objects.filter(pk=parma.pk).update(name="Parma nuova")
    assert "Parma nuova" in get().text
    assert len(drawn) == 3
