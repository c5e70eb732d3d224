import re
from datetime import date

import pytest
from django.urls import reverse
from django.utils.translation import gettext
from playwright.sync_api import expect

from initiatives.actions import log
from initiatives.actions.months import close_month
from initiatives.models import Intervention
from tests.bodies import organisation
from tests.browser.steps import name
from tests.projects import entry, implementer


@pytest.fixture
def waiting(cast):
    """Two entries of the partner that wait for the city, and one that came back to it."""
    partner = implementer("parma", "cooperativa")
    stored = [
        entry(
            partner.initiative,
            cast.partner_member,
            confirmed=False,
            delivered_by=organisation("cooperativa"),
            day=date(2026, 3, day),
        )
        for day in [1, 2, 3]
    ]
    log.send_back(entry=stored[2], version=1, note="Mancano le ore", by=cast.parma_lead)
    close_month(city=partner.city, month=date(2026, 1, 1), by=cast.parma_lead)
    return stored[:2]


def test_the_pages_of_who_confirms_and_closes_are_accessible(page, enter, waiting, fits_every_screen):
    enter("parma_lead")
    key = waiting[0].public_id
    for url in [
        reverse("log:to_confirm"),
        reverse("log:withdraw", args=[key]),
        reverse("log:return", args=[key]),
        reverse("log:months"),
        reverse("log:month_close", args=["parma", "2026-03"]),
        reverse("log:month_reopen", args=["parma", "2026-01"]),
    ]:
        page.goto(url)
        expect(page.get_by_role("heading", level=1)).to_have_count(1)
        fits_every_screen()


def test_a_whole_page_is_summed_up_before_it_is_confirmed(page, enter, waiting, fits_every_screen):
    enter("parma_lead")
    page.goto(reverse("log:to_confirm"))
    page.locator("main button[name=all]").press("Enter")
    expect(page.locator("main table tbody tr")).to_have_count(1)
    fits_every_screen()
    page.locator("main button[type=submit]").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("2")
    assert Intervention.objects.confirmed().count() == 2


def test_on_a_phone_a_row_shows_its_people_without_scrolling_and_the_filters_are_folded(page, enter, waiting):
    enter("parma_lead")
    page.set_viewport_size({"width": 320, "height": 800})
    for url in [reverse("log:to_confirm"), reverse("log:list")]:
        page.goto(url)
        number = page.locator("tbody td.number").first.bounding_box()
        assert number["x"] + number["width"] <= 320
    filters = page.locator(".log-filters form")
    expect(filters).to_be_hidden()
    page.locator(".log-filters summary").press("Enter")
    expect(filters).to_be_visible()
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(reverse("log:list"))
    expect(filters).to_be_visible()


def test_a_partner_reads_what_came_back_on_every_screen(page, enter, waiting, fits_every_screen):
    enter("partner_member")
    page.goto(reverse("log:returned"))
    expect(page.get_by_text("Mancano le ore")).to_be_visible()
    fits_every_screen()


def test_an_entry_is_confirmed_by_keyboard_and_another_returned(page, enter, waiting, fits_every_screen):
    enter("parma_lead")
    page.goto(reverse("log:to_confirm"))
    page.get_by_role("checkbox").first.press("Space")
    page.get_by_role("button", name=name("Confirm the ticked ones")).press("Enter")
    expect(page.get_by_role("status")).to_contain_text("1")
    page.get_by_role("link", name=re.compile(r"2 marzo 2026")).first.press("Enter")
    page.locator("main button[type=submit]").press("Enter")
    expect(page).to_have_title(re.compile(gettext("Error")))
    fits_every_screen()
    page.locator("main textarea").fill("Mancano le ore")
    page.locator("main button[type=submit]").press("Enter")
    expect(page.get_by_role("status")).to_be_visible()
    assert Intervention.objects.confirmed().get() == waiting[0]
    assert Intervention.objects.returned().filter(pk=waiting[1].pk).exists()
