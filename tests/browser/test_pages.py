import re

import pytest
from django.utils.translation import gettext
from playwright.sync_api import expect

from tests.cast import PASSWORD

# A desktop, and the narrowest width of WCAG 1.4.10: a desktop at 400 %.
WIDTHS = [1280, 320]
PAGES = [
    "/",
    "/cities/",
    "/cities/parma/",
    "/accounts/login/",
    "/accounts/password/reset/",
    "/privacy/",
    "/nowhere/",
]


def name(source):
    """The exact words in Italian of a string of the portal."""
    return re.compile(rf"^\s*{re.escape(gettext(source))}\s*$")


def sign_in(page, email, password=PASSWORD):
    page.goto("/accounts/login/")
    page.locator("main").get_by_role("textbox", name=re.compile("mail")).fill(email)
    page.locator("main").get_by_label("Password").fill(password)
    page.locator("main").get_by_role("button", name=name("Sign in")).click()


@pytest.fixture
def fits_every_screen(page, accessible):
    """`fits_every_screen()`: axe is content at each width, and nobody has to scroll sideways."""

    def check():
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            accessible()
            assert page.evaluate("() => document.documentElement.scrollWidth") <= width

    return check


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
