"""What the library for accounts writes to people is in words of ours, and so are the pages it leads to."""

import re
from pathlib import Path

import pytest
from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from allauth.core.context import request_context
from django.conf import settings
from django.urls import reverse
from django.utils import translation

from tests.cast import PASSWORD
from will_portal.accounts.forms import JoinForm

NOTICES = [
    f"{app}/email/{path.name.removesuffix('_message.txt')}"
    for app in ("account", "mfa")
    for path in sorted(Path(settings.BASE_DIR, "templates", app, "email").glob("*_message.txt"))
    if "base_notification" in path.read_text()
]


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"
    translation.activate("en")


def ask_for_reset(client, email):
    return client.post(reverse("account_reset_password"), {"email": email})


@pytest.fixture
def fresh(client_of):
    """A browser in which somebody has just shown again who they are, as a change of addresses asks for."""
    client = client_of("parma_staff")
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return client


def add_address(client, email):
    return client.post(reverse("account_email"), {"email": email, "action_add": ""})


def test_a_reset_names_the_portal_and_no_host_and_leaves_open_who_asked(client, cast, mailoutbox):
    ask_for_reset(client, "operatore@parma.example")
    (mail,) = mailoutbox
    assert mail.subject == "WILL portal: choose a new password"
    assert mail.body.startswith("Good day,")
    assert mail.body.endswith("WILL portal")
    assert "Somebody asked" in mail.body
    assert "do nothing" in mail.body


def test_a_stranger_is_told_of_invitations_and_not_of_signing_up(client, cast, mailoutbox):
    ask_for_reset(client, "o'brien@altrove.example")
    (mail,) = mailoutbox
    assert "o'brien@altrove.example" in mail.body
    assert "by invitation" in mail.body
    assert "http" not in mail.body
    assert "testserver" not in mail.subject


def test_an_added_address_is_asked_whether_it_belongs_to_the_account(fresh, cast, mailoutbox):
    add_address(fresh, "altra@parma.example")
    (mail,) = [mail for mail in mailoutbox if mail.to == ["altra@parma.example"]]
    assert mail.subject == "WILL portal: confirm your e-mail address"
    assert str(cast.parma_staff) in mail.body
    assert reverse("account_confirm_email", args=["key"]).removesuffix("key/") in mail.body


@pytest.mark.parametrize("notice", NOTICES)
def test_every_notice_says_what_happened_and_what_to_do(notice, rf, cast, mailoutbox):
    request = rf.get("/", HTTP_USER_AGENT="Browser's name")
    facts = {"from_email": "old@a.example", "to_email": "new@a.example", "deleted_email": "old@a.example"}
    with request_context(request):
        get_adapter().send_notification_mail(notice, cast.parma_staff, facts)
    (mail,) = mailoutbox
    assert mail.subject.startswith("WILL portal: ")
    assert "change your password at once" in mail.body
    assert "Browser's name" in mail.body
    assert "security key" not in mail.body
    assert "testserver" not in mail.body


def test_a_bad_link_of_confirmation_leads_on(client, client_of, cast):
    address = reverse("account_confirm_email", args=["no-such-key"])
    link = 'class="btn btn-primary" href="{}"'.format
    assert link(reverse("account_login")) in client.get(address).content.decode()
    assert link(reverse("account_email")) in client_of("parma_staff").get(address).content.decode()


def test_the_link_of_confirmation_confirms(fresh, mailoutbox):
    add_address(fresh, "altra@parma.example")
    link = re.search(r"http://testserver(\S+)", mailoutbox[-1].body)[1]
    assert "altra@parma.example" in fresh.get(link).content.decode()
    fresh.post(link)
    assert EmailAddress.objects.get(email="altra@parma.example").verified


def test_an_only_address_has_no_buttons_and_a_second_one_has(fresh):
    page = fresh.get(reverse("account_email")).content.decode()
    assert not re.search("action_(primary|send|remove)", page)
    add_address(fresh, "altra@parma.example")
    page = fresh.get(reverse("account_email")).content.decode()
    assert re.findall(r"action_(?!add)\w+", page) == ["action_send", "action_remove"]


def test_whoever_joins_reads_the_rule_before_breaking_it():
    assert "At least 12 characters" in JoinForm().as_div()


def test_a_new_password_is_offered_after_the_fields_of_sign_in(client, db):
    page = client.get(reverse("account_login")).content.decode()
    reset = f'href="{reverse("account_reset_password")}"'
    assert page.count(reset) == 1
    assert page.index('name="password"') < page.index(reset)


def test_looking_at_a_page_is_no_attempt(client, db, settings):
    settings.ACCOUNT_RATE_LIMITS = {"reset_password": "1/m/ip,1/m/key", "login": "1/m/ip"}
    for route in ["account_login", "account_reset_password"] * 3:
        assert client.get(reverse(route)).status_code == 200


def test_one_account_is_not_flooded_with_resets_from_many_places(client, cast, mailoutbox):
    for place in range(7):
        form = {"email": "operatore@parma.example"}
        answer = client.post(reverse("account_reset_password"), form, REMOTE_ADDR=f"192.0.2.{place}")
    assert (answer.status_code, len(mailoutbox)) == (429, 5)
