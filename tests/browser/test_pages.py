import re

import pytest
from django.utils.translation import gettext
from playwright.sync_api import expect

from initiatives.models import BudgetLine, FundingSource
from tests.browser.steps import name, sign_in
from tests.projects import implementer, initiative

PAGES = [
    "/",
    "/cities/",
    "/cities/parma/",
    "/initiatives/",
    "/accounts/login/",
    "/accounts/password/reset/",
    "/privacy/",
    "/nowhere/",
]


def test_the_pages_of_everybody_are_accessible_on_every_screen(page, parma, fits_every_screen):
    for path in PAGES:
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


INITIATIVE = ["", "edit/", "stage/", "publish/", "partners/", "money/", "history/"]


@pytest.fixture
def lead(enter, parma):
    enter("parma_lead")
    project = initiative("parma", origin="invented", summary="# Chi\n\n*Noi*")
    implementer("parma", "cooperativa")
    headings = FundingSource.objects.create(code="COM", label_it="Comune", label_en="Municipality")
    own = FundingSource.objects.create(
        code="COM-BIL", parent=headings, label_it="Bilancio", label_en="Budget"
    )
    BudgetLine.objects.create(
        initiative=project, year=2026, funding_source=own, basis="paid", amount="1234.50"
    )
    return project


def test_the_pages_of_an_initiative_are_accessible_on_every_screen(page, lead, fits_every_screen):
    for verb in INITIATIVE:
        page.goto(f"{lead.get_absolute_url()}{verb}")
        expect(page.get_by_role("heading", level=1)).to_have_count(1)
        fits_every_screen()


@pytest.mark.parametrize("verb", ["edit/", "stage/", "partners/", "money/"])
def test_the_forms_of_an_initiative_tell_errors_accessibly(page, lead, fits_every_screen, verb):
    page.goto(f"{lead.get_absolute_url()}{verb}")
    wrong = page.locator("main form [name$=title], main form [name$=amount], main form [name$=cash]")
    for field in wrong.all()[:1]:
        field.fill("")
    page.locator("main form .btn-primary").click()
    expect(page.get_by_role("alert")).to_be_visible()
    fits_every_screen()


def test_money_is_typed_and_read_as_italians_write_it(page, lead):
    page.goto(f"{lead.get_absolute_url()}money/")
    amount = page.locator("[name=budget_lines-0-amount]")
    expect(amount).to_have_value("1.234,50")
    amount.fill("€ 2.000")
    page.keyboard.press("Enter")
    expect(page.locator("tfoot")).to_contain_text("2.000,00")
