import re
from functools import partial

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from allauth.socialaccount.models import SocialAccount
from django.urls import reverse
from playwright.sync_api import expect

from tests.browser.steps import name, sign_in
from tests.second_factor import SECRET, code_of

STAFF = "operatore@parma.example"
PROVIDER = {
    "provider_id": "sso",
    "name": "Identità digitale",
    "client_id": "will",
    "secret": "s",
    "settings": {"server_url": "http://localhost:1"},
}


@pytest.fixture
def enter(enter, just_confirmed):
    """`enter("parma_staff")`: signed in, and the password given just now."""
    return partial(enter, client_of=just_confirmed)


@pytest.fixture
def authenticator(page):
    """A phone that keeps passkeys and always recognises its owner."""
    tools = page.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    answer = tools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return tools, answer["authenticatorId"]


def main(page):
    return page.locator("main")


def press(page, words):
    main(page).get_by_role("button", name=name(words)).click()


def follow(page, words):
    main(page).get_by_role("link", name=name(words)).click()


def sign_out(page):
    page.context.clear_cookies()


def is_in(page):
    expect(page.get_by_role("banner").get_by_role("button", name=STAFF)).to_be_visible()


def enter_code(page, code):
    main(page).locator("[name=code]").fill(code)
    press(page, "Sign in")


def test_somebody_sets_up_an_app_and_signs_in_with_it(page, enter, cast, fits_every_screen):
    enter("parma_staff")
    page.goto(reverse("mfa_index"))
    follow(page, "Set up the app")
    expect(main(page).get_by_role("img")).to_be_visible()
    secret = page.locator(".secret").inner_text()
    main(page).locator("[name=code]").fill("000000")
    press(page, "Set up the app")
    expect(main(page).locator("[aria-invalid=true]")).to_be_visible()
    fits_every_screen()
    main(page).locator("[name=code]").fill(code_of(secret))
    press(page, "Set up the app")
    recovery = page.locator(".recovery-codes code").first.inner_text()
    fits_every_screen()
    sign_out(page)
    sign_in(page, STAFF)
    enter_code(page, "000000")
    fits_every_screen()
    enter_code(page, recovery)
    is_in(page)


def test_the_code_of_the_app_opens(page, cast):
    TOTP.activate(cast.parma_staff, SECRET)
    sign_in(page, STAFF)
    expect(page.get_by_role("banner").get_by_role("button", name=STAFF)).to_have_count(0)
    enter_code(page, code_of())
    is_in(page)


def add_passkey(page, alone=True):
    page.goto(reverse("mfa_add_webauthn"))
    main(page).get_by_role("textbox").fill("Computer dell’ufficio")
    if not alone:
        main(page).locator("label[for=id_passwordless]").click()
    press(page, "Add the passkey")
    expect(page.locator(".recovery-codes")).to_be_visible()


def test_somebody_signs_in_with_a_passkey_alone(page, enter, authenticator):
    enter("parma_staff")
    add_passkey(page)
    sign_out(page)
    page.goto(f"{reverse('account_login')}?next=/cities/")
    press(page, "Sign in with a passkey")
    expect(page).to_have_url(re.compile("/cities/$"))
    is_in(page)


def test_a_passkey_serves_as_second_factor(page, enter, authenticator):
    enter("parma_staff")
    add_passkey(page, alone=False)
    sign_out(page)
    sign_in(page, STAFF)
    press(page, "Use the passkey")
    is_in(page)


def test_a_passkey_that_is_not_known_is_a_sentence(page, cast, authenticator, fits_every_screen):
    tools, phone = authenticator
    tools.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": phone})
    options = {"protocol": "u2f", "transport": "usb"}
    tools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    page.goto(reverse("account_login"))
    press(page, "Sign in with a passkey")
    expect(page.get_by_role("alert")).to_be_visible()
    fits_every_screen()


def test_somebody_renames_and_removes_a_passkey(page, enter, authenticator, fits_every_screen):
    enter("parma_staff")
    add_passkey(page)
    page.goto(reverse("mfa_list_webauthn"))
    fits_every_screen()
    main(page).get_by_role("link", name=re.compile(name("Rename").pattern.strip("^$"))).click()
    expect(main(page).get_by_role("textbox")).to_be_visible()
    fits_every_screen()
    main(page).get_by_role("textbox").fill("Chiave in cassetto")
    press(page, "Save")
    expect(main(page).get_by_role("heading", name="Chiave in cassetto")).to_be_visible()
    page.goto(reverse("mfa_remove_webauthn", args=[Authenticator.objects.get(type="webauthn").pk]))
    fits_every_screen()
    press(page, "Remove")
    assert not Authenticator.objects.exists()


def test_another_session_ends_at_its_next_click(page, new_context, cast, fits_every_screen):
    elsewhere = new_context().new_page()
    sign_in(elsewhere, STAFF)
    sign_in(page, STAFF)
    page.goto(reverse("usersessions_list"))
    fits_every_screen()
    press(page, "End the other sessions")
    elsewhere.goto(reverse("account_email"))
    expect(elsewhere).to_have_url(re.compile(re.escape(reverse("account_login"))))
    page.goto(reverse("account_email"))
    is_in(page)


WITHOUT = [
    "mfa_index",
    "mfa_add_webauthn",
    "mfa_list_webauthn",
    "usersessions_list",
    "socialaccount_connections",
]
WITH = [
    "mfa_index",
    "mfa_deactivate_totp",
    "mfa_generate_recovery_codes",
    "mfa_view_recovery_codes",
    "mfa_reauthenticate",
    "account_reauthenticate",
]


def see_each(page, routes, fits_every_screen):
    for route in routes:
        page.goto(reverse(route))
        expect(page).to_have_url(re.compile(re.escape(reverse(route))))
        expect(page.get_by_role("heading", level=1)).to_have_count(1)
        fits_every_screen()


def test_the_pages_of_somebody_without_second_factor_are_accessible(page, enter, fits_every_screen):
    enter("parma_staff")
    see_each(page, WITHOUT, fits_every_screen)


def test_the_pages_of_somebody_with_a_second_factor_are_accessible(page, enter, cast, fits_every_screen):
    TOTP.activate(cast.parma_staff, SECRET)
    RecoveryCodes.activate(cast.parma_staff)
    enter("parma_staff")
    see_each(page, WITH, fits_every_screen)


def test_a_page_asks_for_a_passkey_again(page, enter, authenticator, fits_every_screen):
    enter("parma_staff")
    add_passkey(page)
    page.goto(f"{reverse('mfa_reauthenticate_webauthn')}?next=/cities/")
    fits_every_screen()
    press(page, "Use the passkey")
    expect(page).to_have_url(re.compile("/cities/$"))


def test_pages_of_the_provider_of_identities_are_accessible(page, enter, cast, settings, fits_every_screen):
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [PROVIDER]}}
    page.goto(reverse("account_login"))
    fits_every_screen()
    main(page).get_by_role("link", name=PROVIDER["name"]).click()  # where nobody answers
    expect(page).to_have_url(re.compile("/oidc/"))
    fits_every_screen()
    page.goto(reverse("socialaccount_login_cancelled"))
    fits_every_screen()
    SocialAccount.objects.create(user=cast.parma_staff, provider="sso", uid="1")
    enter("parma_staff")
    page.goto(reverse("socialaccount_connections"))
    fits_every_screen()


def test_whoever_must_set_up_a_second_factor_is_told_why(page, enter, settings, fits_every_screen):
    settings.MFA_REQUIRED_ROLES = {"administrator"}
    enter("administrator")
    page.goto("/admin/")
    expect(page).to_have_url(re.compile(re.escape(reverse("mfa_index"))))
    expect(main(page).locator(".alert-warning")).to_be_visible()
    fits_every_screen()
