import re

import pytest
from django.urls import reverse
from django.utils.translation import gettext
from playwright.sync_api import expect

from tests.bodies import organisation
from tests.browser.steps import name
from tests.places import key
from thirdsector.models import Organisation


@pytest.fixture
def cooperative(cast, parma, verona):
    body = organisation("cooperativa")
    body.cities.set([parma, verona])
    Organisation.objects.update(invented=True)
    return body


def open_page(page, route, **arguments):
    page.goto(reverse(f"thirdsector:{route}", kwargs=arguments))


def press(page, source):
    page.locator("main").get_by_role("button", name=name(source)).click()


def test_the_directory_is_accessible(page, cooperative, fits_every_screen):
    for query in ["", "?q=nulla", "?city=atlantide"]:
        page.goto(f"/third-sector/{query}")
        fits_every_screen()


def test_the_page_of_an_organisation_is_accessible(page, cooperative, fits_every_screen):
    open_page(page, "detail", public_id=cooperative.public_id)
    fits_every_screen()


def test_what_its_representative_works_with_is_accessible(page, enter, cooperative, fits_every_screen):
    enter("partner_representative")
    for route in ["edit", "history", "people", "people_invite"]:
        open_page(page, route, public_id=cooperative.public_id)
        fits_every_screen()
    open_page(page, "membership", pk=key("partner_member"))
    fits_every_screen()


def test_the_list_follows_what_is_typed(page, cooperative):
    organisation("associazione")
    page.goto("/third-sector/")
    page.locator("main").get_by_role("textbox").fill("cooperativa")
    expect(page.get_by_role("link", name="Associazione di prova")).to_have_count(0)
    expect(page.get_by_role("link", name="Cooperativa sociale di prova")).to_be_visible()


def test_a_form_with_mistakes_leads_to_the_organisation_that_is_there(
    page, enter, cooperative, fits_every_screen
):
    enter("parma_lead")
    open_page(page, "add")
    page.locator("[name=fiscal_code]").fill(cooperative.fiscal_code)
    press(page, "Save")
    expect(page).to_have_title(re.compile(gettext("Error")))
    fits_every_screen()
    page.locator("main").get_by_role("link", name=cooperative.name).click()
    expect(page.get_by_role("heading", level=1, name=cooperative.name)).to_be_visible()
