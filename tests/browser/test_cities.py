import re

import pytest
from playwright.sync_api import expect

from tests.browser.steps import name
from tests.cities.conftest import add_figures, enter_series

PAGES = [
    "/cities/?q=parm",
    "/cities/?q=atlantide",
    "/cities/parma/",
    "/cities/compare/?city=parma",
    "/about/",
    "/data/",
]


@pytest.fixture(autouse=True)
def figures(parma, verona):
    series = enter_series()
    add_figures(series, parma, {year: year - 1830 for year in range(2015, 2025)})
    add_figures(series, verona, {year: year - 1850 for year in range(2015, 2025)})


def test_the_pages_of_cities_are_accessible_on_every_screen(page, fits_every_screen):
    for path in PAGES:
        page.goto(path)
        expect(page.get_by_role("heading", level=1)).to_have_count(1)
        page.evaluate("() => document.querySelectorAll('details').forEach(one => { one.open = true })")
        fits_every_screen()


def test_a_choice_that_makes_no_sense_is_explained_accessibly(page, fits_every_screen):
    page.goto("/cities/compare/?from_year=2024&to_year=2020")
    expect(page.get_by_role("alert")).to_be_visible()
    fits_every_screen()


def test_the_list_follows_what_is_typed_and_keeps_it_in_the_address(page):
    page.goto("/cities/")
    page.get_by_label(name("Name of the city")).press_sequentially("verón")
    expect(page.get_by_role("row")).to_have_count(2)
    expect(page.get_by_role("status")).to_contain_text("1")
    expect(page).to_have_url(re.compile(r"/cities/\?q=ver%C3%B3n"))
    page.go_back()
    expect(page.get_by_role("row")).to_have_count(3)


def test_without_javascript_a_button_does_the_same(new_context, base_url):
    page = new_context(java_script_enabled=False).new_page()
    page.goto("/cities/?q=verona")
    expect(page.get_by_role("row")).to_have_count(2)
    page.get_by_label(name("Name of the city")).fill("")
    page.get_by_role("button", name=name("Search")).click()
    expect(page.get_by_role("row")).to_have_count(3)


def test_the_comparison_colours_the_city_that_is_chosen(page):
    page.goto("/cities/compare/")
    page.get_by_label(name("City in colour")).select_option("parma")
    expect(page.locator(".panel-chosen")).to_contain_text("Parma")
    expect(page).to_have_url(re.compile("city=parma"))


def test_the_table_under_a_chart_opens_by_keyboard(page):
    page.goto("/cities/parma/")
    page.locator("summary").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("row", name=re.compile("^2024"))).to_be_visible()


def test_a_chart_has_a_name_that_tells_what_it_shows(page):
    page.goto("/cities/parma/")
    expect(page.get_by_role("img", name=re.compile("2015.*2024"))).to_be_visible()
