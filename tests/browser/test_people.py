import re

import pytest
from django.core import mail
from django.utils.translation import gettext
from playwright.sync_api import expect

from cities.models import CityMembership
from tests.browser.steps import name, sign_in
from tests.cast import key
from will_portal.accounts.models import SecondFactorReset, User

SECRET = "gufi blu in fila"


@pytest.fixture
def somebody(new_context):
    """`somebody()`: a page in a browser of its own, for a second person."""
    return lambda: new_context().new_page()


def press(page, source):
    page.locator("main").get_by_role("button", name=name(source)).click()


def invite(page, email, grant):
    page.goto("/people/")
    page.get_by_role("link", name=name("Invite somebody")).click()
    page.get_by_label(gettext("e-mail").capitalize()).fill(email)
    page.locator("main select[name=grant]").select_option(grant)
    press(page, "Send the invitation")
    expect(page.get_by_role("status")).to_contain_text(email)
    return re.search(r"http://[^/]+(/accounts/invitation/\S+)", mail.outbox[-1].body)[1]


def join(page, link, display_name):
    page.goto(link)
    page.locator("main input[name=display_name]").fill(display_name)
    page.locator("main input[name=password]").fill(SECRET)
    press(page, "Accept and sign in")
    expect(page).to_have_url(re.compile("/accounts/home/$"))


def test_from_the_invitation_of_a_lead_to_the_end_of_a_membership(page, cast, somebody):
    sign_in(page, "coordinamento@will.example")
    link = invite(page, "nuova@parma.example", "lead:parma")

    new_lead, old_lead = somebody(), somebody()
    join(new_lead, link, "Nuova Referente")
    sign_in(old_lead, "referente@parma.example")
    old_lead.goto("/people/")
    expect(old_lead.get_by_role("heading", level=1)).to_have_text(gettext("People"))

    link = invite(new_lead, "sportello@parma.example", "staff:parma")
    join(somebody(), link, "Sportello Sociale")

    new_lead.goto("/people/")
    new_lead.get_by_role("link", name="referente@parma.example").click()
    new_lead.get_by_label(gettext("Reason")).fill("Altro ufficio")
    press(new_lead, "End the membership")
    expect(new_lead.get_by_role("status")).to_contain_text("referente@parma.example")

    old_lead.get_by_role("link", name=name("Invite somebody")).click()
    expect(old_lead.get_by_role("heading", level=1)).to_have_text(gettext("You may not do this"))


def test_the_pages_of_people_are_accessible_on_every_screen(page, cast, enter, fits_every_screen):
    enter("parma_lead")
    invite(page, "nuova@parma.example", "staff:parma")
    reset = SecondFactorReset.objects.create(person=cast.parma_staff, asked_by=cast.coordinator)
    User.objects.filter(pk=cast.parma_staff.pk).update(display_name="Sportello Sociale di Parma")
    membership = CityMembership.objects.get(pk=key("parma_staff"))
    for path in [
        "/people/",
        "/people/invite/",
        "/people/history/",
        f"/people/memberships/{membership.pk}/",
        "/accounts/home/",
        "/accounts/profile/",
        f"/accounts/second-factor/{key('parma_staff')}/ask/",
        f"/accounts/second-factor-resets/{reset.pk}/",
    ]:
        page.goto(path)
        expect(page.get_by_role("heading", level=1)).to_have_count(1)
        fits_every_screen()


def test_mistakes_in_an_invitation_are_explained_accessibly(page, enter, fits_every_screen):
    enter("parma_lead")
    page.goto("/people/invite/")
    press(page, "Send the invitation")
    expect(page).to_have_title(re.compile(gettext("Error")))
    fits_every_screen()


def test_an_invitation_is_accessible_however_it_stands(page, enter, fits_every_screen):
    enter("coordinator")
    link = invite(page, "nuova@parma.example", "lead:parma")
    page.context.clear_cookies()
    page.goto(link)
    fits_every_screen()
    press(page, "Accept and sign in")
    expect(page).to_have_title(re.compile(gettext("Error")))
    fits_every_screen()
    join(page, link, "Nuova Referente")
    page.context.clear_cookies()
    page.goto(link)
    expect(page.get_by_role("heading", level=1)).to_have_text(gettext("This invitation is closed"))
    fits_every_screen()
