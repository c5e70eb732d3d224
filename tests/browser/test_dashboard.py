import re
from datetime import date
from io import StringIO

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from evaluation.models import SavedView
from initiatives.models import InterventionPeople
from tests.browser.steps import name
from tests.places import city
from tests.projects import entry, initiative
from tests.releases import released

MONTHS = [date(2025, month, 1) for month in range(1, 13)]
YEAR = "from=2025-01&to=2025-12&by=quarter"
VIEWS = ["panels", "ranking", "heatmap", "map", "table"]
ASKED = [
    *(f"indicator=new-people&{YEAR}&view={view}" for view in VIEWS),
    f"indicator=people-served&{YEAR}&view=breakdown&split=sex",
    "indicator=new-share&from=2025-01&to=2025-12&by=year&view=ranking&highlight=parma",
    "indicator=people-served&from=2030-01&to=2020-01",
]

# Whether nothing else is painted over any of its width.
ON_TOP = """cell => {
  const { left, right, top, bottom } = cell.getBoundingClientRect();
  return [left + 2, (left + right) / 2, right - 2].every((x) =>
    cell.contains(document.elementFromPoint(x, (top + bottom) / 2)));
}"""


@pytest.fixture(autouse=True)
def figures(cast):
    """A year of two cities, of which Verona had a quarter too small to be told."""
    call_command("load_indicators", stdout=StringIO())
    for slug, by in [("parma", cast.parma_staff), ("verona", cast.verona_lead)]:
        project = initiative(slug, published_at=timezone.now(), user_areas=["FAM"])
        for month in MONTHS:
            is_small = slug == "verona" and month.month > 9
            numbers = (3, 1) if is_small else (40 + month.month, 8 if slug == "parma" else 11)
            log(project, by, month, *numbers)
        released(city(slug), *MONTHS)


def log(project, by, month, served, new):
    logged = entry(project, by, day=month, people_served=served, new_people=new)
    for sex, people in [("F", served // 2), ("M", served // 6)]:
        InterventionPeople.objects.create(
            intervention=logged, sex=sex, age_band="ND", citizenship="ND", people=people, new_people=0
        )


def open_dashboard(page, query=""):
    page.goto(f"{reverse('dashboard:show')}?{query}")
    expect(page.get_by_role("heading", level=1)).to_have_count(1)


@pytest.mark.parametrize("language", ["it", "en"])
def test_every_view_is_accessible_on_every_screen(page, fits_every_screen, base_url, language):
    page.context.add_cookies([{"name": "django_language", "value": language, "url": base_url}])
    for query in ASKED:
        open_dashboard(page, query)
        page.evaluate("() => document.querySelectorAll('details').forEach(one => { one.open = true })")
        fits_every_screen()


def test_the_pages_around_it_are_accessible_on_every_screen(page, cast, enter, fits_every_screen):
    SavedView.objects.create(owner=cast.parma_lead, name="Nuovi nel 2025", query=ASKED[0])
    enter("parma_lead")
    for url in [
        f"{reverse('dashboard:made')}?{ASKED[0]}",
        reverse("releases:list"),
        reverse("releases:detail", args=[1]),
        reverse("releases:codebook", args=[1]),
        reverse("saved:list"),
        reverse("statement:page", args=["parma"]),
    ]:
        page.goto(url)
        expect(page.get_by_role("heading", level=1)).to_have_count(1)
        fits_every_screen()


def choose(field, value):
    if field.evaluate("field => field.tagName") == "SELECT":
        field.select_option(value)
    else:
        field.fill(value)


def test_a_researcher_asks_downloads_and_sends_the_link_to_somebody_else(page, enter, browser, base_url):
    enter("researcher")
    open_dashboard(page)
    page.locator("main summary").first.click()
    for label, value, address in [
        ("Indicatore", "new-people", "indicator=new-people"),
        ("Dal mese", "2025-04", "from=2025-04"),
        ("Al mese", "2025-09", "to=2025-09"),
        ("Area di utenza", "FAM", "area=FAM"),
    ]:
        # As somebody who waits for what comes of it.
        choose(page.get_by_label(label, exact=True), value)
        expect(page).to_have_url(re.compile(address))
    page.get_by_role("link", name=name("Ranking")).click()
    expect(page.locator(".dashboard-stamp")).to_contain_text("2 città su 2")
    with page.expect_download() as csv:
        page.get_by_role("link", name="CSV").click()
    assert b"new-people" in csv.value.path().read_bytes()
    link = page.locator("#dashboard-link").input_value()
    stranger = browser.new_page(base_url=base_url, locale="it-IT")
    stranger.goto(link)
    assert stranger.locator(".dashboard-title").inner_text() == page.locator(".dashboard-title").inner_text()
    stranger.close()


def test_a_mistake_is_marked_at_its_field_until_it_is_put_right(page):
    open_dashboard(page, ASKED[0])
    field, fault = page.get_by_label("Al mese", exact=True), page.locator("#id_to_error")
    choose(field, "2020-01")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_attribute("aria-describedby", "id_to_error")
    expect(fault).to_be_visible()
    choose(field, "2025-12")
    expect(fault).to_have_count(0)
    expect(field).not_to_have_attribute("aria-invalid", "true")


def test_on_a_phone_another_view_opens_at_the_figures(page):
    page.set_viewport_size({"width": 320, "height": 640})
    open_dashboard(page, ASKED[0])
    page.get_by_role("link", name=name("Ranking")).click()
    expect(page).to_have_url(re.compile("#dashboard$"))
    expect(page.locator(".dashboard-title")).to_be_in_viewport()


def test_numbers_scroll_beneath_the_names_of_the_cities(page):
    page.set_viewport_size({"width": 320, "height": 640})
    open_dashboard(page, "indicator=people-served&from=2025-01&to=2025-12&by=month&view=table")
    page.locator(".dashboard-table").evaluate("table => { table.parentElement.scrollLeft = 200 }")
    name_of_city = page.locator(".dashboard-table tbody th").first
    name_of_city.scroll_into_view_if_needed()
    assert name_of_city.evaluate(ON_TOP)


def test_on_paper_the_picture_and_the_numbers_stand_without_the_filters(page):
    open_dashboard(page, ASKED[0])
    page.emulate_media(media="print")
    expect(page.locator(".dashboard-picture")).to_be_visible()
    expect(page.locator(".dashboard-filters")).to_be_hidden()
