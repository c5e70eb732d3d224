from io import StringIO

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from tests.browser.steps import name
from tests.measures import indicator


@pytest.fixture(autouse=True)
def indicators(db):
    call_command("load_indicators", stdout=StringIO())
    why = {"change_reason_it": "Più chiaro.", "change_reason_en": "Clearer."}
    indicator("new-share", valid_from=timezone.localdate(), **why)


@pytest.mark.parametrize("language", ["it", "en"])
def test_the_pages_of_indicators_are_accessible_on_every_screen(page, fits_every_screen, base_url, language):
    page.context.add_cookies([{"name": "django_language", "value": language, "url": base_url}])
    for url in [reverse("indicators:list"), reverse("indicators:detail", args=["new-share"])]:
        page.goto(url)
        expect(page.locator("html")).to_have_attribute("lang", language)
        expect(page.get_by_role("heading", level=1)).to_have_count(1)
        page.evaluate("() => document.querySelectorAll('details').forEach(one => { one.open = true })")
        fits_every_screen()


def test_a_definition_opens_and_closes_by_keyboard(page, fits_every_screen):
    page.goto(reverse("indicators:list"))
    definition = page.locator("#definition-list-people-reached")
    expect(definition).to_be_hidden()
    page.locator("[popovertarget=definition-list-people-reached]").first.press("Enter")
    expect(definition).to_be_visible()
    fits_every_screen()
    definition.get_by_role("button", name=name("Close")).press("Enter")
    expect(definition).to_be_hidden()


def test_on_paper_the_definitions_are_there_without_being_opened(page):
    page.goto(reverse("indicators:list"))
    page.emulate_media(media="print")
    expect(page.locator("#definition-list-people-reached")).to_be_visible()
