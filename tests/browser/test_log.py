import re

import pytest
from django.contrib.sessions.models import Session
from django.utils.translation import gettext
from playwright.sync_api import expect

from initiatives.models import Intervention
from tests.browser.steps import name, sign_in
from tests.places import key
from tests.projects import entry, implementer, initiative, kind


@pytest.fixture(autouse=True)
def project(cast):
    implementer("parma", "cooperativa")
    for code in ["A1", "A4", "B1"]:
        kind(code)
    return initiative("parma")


@pytest.fixture
def staff(page, enter):
    enter("parma_staff")
    return page


@pytest.fixture
def may_fail(complaints):
    """For tests that cut the connection: the browser rightly complains about that."""
    yield
    complaints[:] = [
        said
        for said in complaints
        if "ERR_" not in said and "Failed to load" not in said and "htmx" not in said and "403" not in said
    ]


def field(page, label):
    return page.locator(f"form.log-form [name={label}]")


def press(page, source):
    page.locator("main").get_by_role("button", name=name(source)).click()


def served():
    return list(Intervention.objects.order_by("pk").values_list("people_served", flat=True))


def offers(page):
    return page.locator(".log-draft")


def test_five_entries_are_written_by_keyboard_alone(staff):
    staff.goto("/log/add/")
    field(staff, "kind").focus()
    staff.keyboard.type("Assi")
    staff.keyboard.press("Tab")
    for number in range(1, 5):
        staff.keyboard.type(f"{number}0")
        staff.keyboard.press("Tab")
        staff.keyboard.type(str(number))
        # Past the place, the two folded parts and "Save".
        for _ in range(5):
            staff.keyboard.press("Tab")
        expect(staff.get_by_role("button", name=name("Save and add another"))).to_be_focused()
        staff.keyboard.press("Enter")
        expect(staff.locator("[data-draft-done]")).to_contain_text(f"{number}0")
        expect(field(staff, "people_served")).to_be_focused()
    staff.keyboard.type("50")
    staff.keyboard.press("Enter")
    expect(staff).to_have_url(re.compile(r"/log/\?saved="))
    assert served() == [10, 20, 30, 40, 50]
    assert set(Intervention.objects.values_list("kind__code", flat=True)) == {"A1"}


def test_with_the_connection_cut_what_was_typed_stays_and_is_sent_later(staff, may_fail):
    staff.set_viewport_size({"width": 320, "height": 700})
    staff.goto("/log/add/")
    field(staff, "kind").select_option("A4")
    field(staff, "people_served").fill("17")
    staff.context.set_offline(True)
    press(staff, "Save")
    expect(staff.locator("[data-problem=connection]")).to_be_visible()
    expect(field(staff, "people_served")).to_have_value("17")
    staff.context.set_offline(False)
    press(staff, "Save")
    expect(staff).to_have_url(re.compile(r"/log/\?saved="))
    assert served() == [17]


def test_an_answer_that_is_lost_on_the_way_does_not_save_twice(staff, may_fail):
    staff.goto("/log/add/")
    field(staff, "kind").select_option("A4")
    field(staff, "people_served").fill("17")

    def lose(route):
        route.fetch()
        route.abort()

    staff.route("**/log/add/", lose)
    press(staff, "Save")
    expect(staff.locator("[data-problem=connection]")).to_be_visible()
    staff.unroute("**/log/add/")
    press(staff, "Save")
    expect(staff).to_have_url(re.compile(rf"/log/{Intervention.objects.get().public_id}/"))
    staff.goto("/log/add/")
    expect(offers(staff)).to_have_count(0)


def test_a_draft_survives_a_reload_and_goes_when_it_is_saved(staff):
    staff.goto("/log/add/")
    field(staff, "kind").select_option("B1")
    field(staff, "people_served").fill("23")
    staff.locator("summary").first.click()
    field(staff, "note").fill("Pioggia")
    key = field(staff, "key").input_value()
    staff.reload()
    expect(field(staff, "people_served")).to_have_value("")
    press(staff, "Restore it")
    expect(field(staff, "note")).to_be_visible()
    assert (field(staff, "note").input_value(), field(staff, "key").input_value()) == ("Pioggia", key)
    press(staff, "Save")
    expect(staff).to_have_url(re.compile("saved="))
    staff.goto("/log/add/")
    expect(offers(staff)).to_have_count(0)
    saved = Intervention.objects.get()
    assert (saved.people_served, saved.kind.code, str(saved.public_id)) == (23, "B1", key)


def test_a_draft_may_be_discarded_and_goes_at_sign_out(staff):
    for _ in range(2):
        staff.goto("/log/add/")
        field(staff, "people_served").fill("23")
        staff.reload()
        expect(offers(staff)).to_have_count(1)
        if _ == 0:
            press(staff, "Discard it")
            expect(offers(staff)).to_have_count(0)
            expect(field(staff, "people_served")).to_be_focused()
    staff.goto("/accounts/logout/")
    press(staff, "Sign out")
    expect(staff).not_to_have_url(re.compile("logout"))
    assert staff.evaluate("() => Object.keys(localStorage)") == []


def test_drafts_of_somebody_else_go_when_another_person_writes(staff):
    staff.goto("/log/")
    staff.evaluate(
        """() => localStorage.setItem(
            "will-draft:somebody:log:tab", JSON.stringify({time: Date.now(), values: {note: "x"}}))"""
    )
    staff.goto("/log/add/")
    expect(offers(staff)).to_have_count(0)
    assert staff.evaluate("() => Object.keys(localStorage)") == []


def test_what_is_typed_over_a_repeated_number_replaces_it(staff, cast):
    entry(initiative("parma"), cast.parma_staff, people_served=9, new_people=None)
    staff.goto("/log/add/?repeat=1")
    expect(field(staff, "people_served")).to_be_focused()
    staff.keyboard.type("41")
    expect(field(staff, "people_served")).to_have_value("41")
    staff.goto("/log/add/")
    press(staff, "Restore it")
    staff.keyboard.type("42")
    expect(field(staff, "people_served")).to_have_value("42")


def test_control_and_enter_save_and_open_another_also_after_a_mistake(staff, cast):
    entry(initiative("parma"), cast.parma_staff, people_served=9, new_people=None)
    staff.goto("/log/add/")
    staff.keyboard.type("molti")
    staff.keyboard.press("Control+Enter")
    expect(staff.locator(".error-summary")).to_be_focused()
    field(staff, "people_served").fill("5")
    staff.keyboard.press("Enter")
    expect(staff).to_have_url(re.compile(r"/log/add/\?saved="))
    expect(field(staff, "people_served")).to_be_focused()


def test_the_list_leads_first_to_what_was_just_saved(staff, cast):
    saved = entry(initiative("parma"), cast.parma_staff)
    staff.goto(f"/log/?saved={saved.public_id}")
    expect(staff.locator("[data-draft-done]")).to_be_focused()


def test_two_tabs_do_not_share_a_draft(staff):
    staff.goto("/log/add/")
    field(staff, "people_served").fill("23")
    second = staff.context.new_page()
    second.goto("/log/add/")
    expect(offers(second)).to_have_count(0)
    field(second, "people_served").fill("31")
    second.reload()
    expect(offers(second)).to_have_count(1)
    press(second, "Restore it")
    expect(field(second, "people_served")).to_have_value("31")
    second.close()


def test_who_was_signed_out_meanwhile_comes_back_to_their_draft(staff, may_fail):
    staff.goto("/log/add/")
    field(staff, "kind").select_option("A4")
    field(staff, "people_served").fill("19")
    Session.objects.all().delete()
    press(staff, "Save")
    expect(staff).to_have_url(re.compile("/accounts/login/"))
    staff.locator("main").get_by_role("textbox", name=re.compile("mail")).fill("operatore@parma.example")
    staff.locator("main").get_by_label("Password").fill("will")
    staff.locator("main").get_by_role("button", name=name("Sign in")).click()
    expect(staff).to_have_url(re.compile("/log/add/"))
    press(staff, "Restore it")
    press(staff, "Save")
    expect(staff).to_have_url(re.compile("saved="))
    assert served() == [19]


def test_an_expired_form_keeps_the_draft_and_says_so(staff, may_fail):
    staff.goto("/log/add/")
    field(staff, "kind").select_option("A4")
    field(staff, "people_served").fill("19")
    staff.evaluate("() => { document.querySelector('form.log-form [name=csrfmiddlewaretoken]').value = 'x' }")
    staff.evaluate("() => document.body.setAttribute('hx-headers', '{}')")
    press(staff, "Save")
    expect(staff.locator("[data-problem=expired]")).to_be_visible()
    staff.reload()
    expect(offers(staff)).to_have_count(1)


def test_the_later_of_two_editors_chooses_between_both_versions(staff, cast, new_context):
    saved = entry(initiative("parma"), cast.parma_staff, public_id=key("edited"))
    lead = new_context().new_page()
    sign_in(lead, "referente@parma.example")
    for page, number in [(staff, "21"), (lead, "34")]:
        page.goto(f"/log/{saved.public_id}/edit/")
        field(page, "people_served").fill(number)
    press(staff, "Save")
    expect(staff.get_by_role("status").first).to_contain_text(gettext("Saved"))
    press(lead, "Save")
    expect(lead.get_by_role("row", name=re.compile("34.*21"))).to_be_visible()
    press(lead, "Keep mine")
    expect(lead).to_have_url(re.compile("saved="))
    assert served() == [34]


def test_without_javascript_the_form_saves_and_explains(new_context, cast):
    page = new_context(java_script_enabled=False).new_page()
    sign_in(page, "operatore@parma.example")
    page.goto("/log/add/")
    field(page, "kind").select_option("A4")
    field(page, "people_served").fill("1,5")
    press(page, "Save")
    expect(page.get_by_role("alert").first).to_contain_text(gettext("Write a whole number, for example 12."))
    field(page, "people_served").fill("1.500")
    press(page, "Save")
    expect(page).to_have_url(re.compile("saved="))
    assert served() == [1500]


def test_the_pages_of_the_log_are_accessible_on_every_screen(staff, cast, fits_every_screen):
    saved = entry(initiative("parma"), cast.parma_staff, note="Pioggia", place="Oltretorrente")
    entry(initiative("parma"), cast.parma_staff, people_served=None, new_people=None, households=7)
    address = f"?initiative={initiative('parma').public_id}&month=2026-04"
    for path in ["", "add/", f"{saved.public_id}/", f"{saved.public_id}/edit/", f"copy-month/{address}"]:
        staff.goto(f"/log/{path}")
        expect(staff.get_by_role("heading", level=1)).to_have_count(1)
        staff.evaluate(
            "() => document.querySelectorAll('details').forEach(details => { details.open = true })"
        )
        fits_every_screen()


def test_mistakes_in_an_entry_are_explained_accessibly(staff, fits_every_screen):
    staff.goto("/log/add/")
    field(staff, "people_served").fill("dodici")
    staff.locator("summary").first.click()
    field(staff, "note").fill("mario@rossi.it")
    press(staff, "Save")
    expect(staff).to_have_title(re.compile(gettext("Error")))
    expect(staff.locator(".error-summary")).to_be_focused()
    fits_every_screen()
