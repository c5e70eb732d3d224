"""Where the dashboard's links lead, and what a change of its filters takes along."""

import csv
import re

import pytest
from django.urls import reverse
from django.utils.html import strip_tags

from tests.measures import indicator
from tests.projects import initiative

pytestmark = pytest.mark.django_db
QUERY = "indicator=people-served&from=2025-01&to=2026-06&by=quarter"
ENGLISH = {"accept-language": "en"}
HTMX = ENGLISH | {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def measured(parma, verona):
    indicator("people-served")


@pytest.fixture
def get(client):
    def ask(name="show", query=QUERY, headers=ENGLISH):
        return client.get(f"{reverse(f'dashboard:{name}')}?{query}", headers=headers)

    return ask


def title(page):
    found = re.search(r"<title>(.*?)</title>", page, re.DOTALL)
    return " ".join(strip_tags(found[1]).split())


def test_views_and_times_lead_to_the_figures_and_what_is_cited_to_the_whole_page(get):
    page = get().text
    assert 'view=ranking#dashboard"' in page
    links = re.findall(r'<nav class="dashboard-.*?</nav>', page, re.DOTALL)
    assert all(href.endswith("#dashboard") for href in re.findall(r'href="([^"]*)"', "".join(links)))
    assert "#dashboard" not in re.sub(r"<nav.*?</nav>|hx-target=.#dashboard", "", page, flags=re.DOTALL)


@pytest.mark.parametrize(
    ("query", "words"),
    [(QUERY, "People served, by quarter, Q1 2025 to Q2 2026 · WILL"), ("from=x", "Error: Dashboard · WILL")],
    ids=["figures", "mistake"],
)
def test_the_title_of_the_page_changes_with_the_figures(get, query, words):
    assert [title(get(query=query, headers=headers).text) for headers in [ENGLISH, HTMX]] == [words, words]


def test_a_mistake_made_on_the_page_takes_back_what_was_said_of_the_figures(get):
    page = get(query="from=2025-02&to=2025-01", headers=HTMX).text
    assert '<p id="dashboard-said" hx-swap-oob="innerHTML"></p>' in page
    assert re.search(r'<a href="#id_to"\s+data-fault="The last month lies before the first."', page)


def test_downloads_are_saved_and_take_nobody_off_the_page(get):
    links = re.findall(r'<a href="/dashboard\.(\w+)\?[^"]*"\s+download>', get().text)
    assert links == ["csv", "xlsx", "json", "png", "svg"]


@pytest.mark.parametrize("origin", ["city", "invented"])
def test_files_say_whether_figures_are_invented(get, origin):
    initiative("parma", origin=origin)
    rows = csv.DictReader(get("csv").getvalue().decode().splitlines())
    assert {row["invented"] for row in rows} == {str(origin == "invented")}
