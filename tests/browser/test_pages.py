import re

import pytest
from django.utils.translation import gettext
from playwright.sync_api import expect

from tests.browser.steps import name, sign_in

PAGES = [
    "/",
    "/cities/",
    "/cities/parma/",
    "/accounts/login/",
    "/accounts/password/reset/",
    "/privacy/",
    "/nowhere/",
]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_accessible_on_every_screen(page, parma, fits_every_screen, path):
    page.goto(path)
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    fits_every_screen()


def test_a_refused_sign_in_is_explained_accessibly(page, cast, fits_every_screen):
    sign_in(page, "operatore@parma.example", "wrong")
    expect(page).to_have_title(re.compile(gettext("Error")))
    fits_every_screen()


def test_an_empty_field_is_named_beside_it(page, parma):
    sign_in(page, "", "")
    field = page.locator("main").get_by_role("textbox", name=re.compile("mail"))
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description(re.compile("obbligatorio"))


def test_somebody_signs_in_and_out(page, cast):
    sign_in(page, "Operatore@Parma.example")
    expect(page).to_have_url(re.compile(r"/$"))
    page.get_by_role("button", name="operatore@parma.example").click()
    page.get_by_role("button", name=name("Sign out")).click()
    expect(page.get_by_role("banner").get_by_role("link", name=name("Sign in"))).to_be_visible()


def test_the_language_changes_by_keyboard_alone(page, parma):
    page.goto("/cities/parma/")
    expect(page.locator("html")).to_have_attribute("lang", "it")
    page.get_by_role("button", name=re.compile(gettext("Language:"))).focus()
    page.keyboard.press("Enter")
    english = page.get_by_role("button", name="English")
    expect(english).to_be_visible()
    while not english.evaluate("button => button === document.activeElement"):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page).to_have_url(re.compile("/cities/parma/$"))


def test_the_first_tab_skips_to_the_content(page, parma):
    page.goto("/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator("#main :focus")).to_have_count(1)


def test_a_city_is_reached_from_the_map_by_keyboard(page, parma):
    page.goto("/")
    page.get_by_role("link", name="Parma, Emilia-Romagna").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="Parma")).to_be_visible()
