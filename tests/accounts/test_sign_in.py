import re

import pytest
from allauth.account.models import EmailAddress
from django.urls import reverse

from tests.cast import PASSWORD
from will_portal.accounts.models import User


@pytest.fixture
def sign_in(client, cast):
    def post(email, password=PASSWORD, **more):
        return client.post(reverse("account_login"), {"login": email, "password": password, **more})

    return post


def is_signed_in(client):
    return "_auth_user_id" in client.session


@pytest.mark.parametrize(
    "email", ["operatore@parma.example", "Operatore@Parma.Example", " OPERATORE@PARMA.EXAMPLE "]
)
def test_the_right_password_opens_whatever_the_capitals(sign_in, client, email):
    assert sign_in(email)["Location"] == reverse("accounts:home")
    assert is_signed_in(client)


def test_a_wrong_password_and_an_unknown_person_get_the_same_answer(sign_in, client):
    wrong, unknown = sign_in("operatore@parma.example", "wrong"), sign_in("niemand@altrove.example", "wrong")
    assert wrong.status_code == unknown.status_code == 200
    assert without_tokens(wrong).replace(
        "operatore@parma.example", "niemand@altrove.example"
    ) == without_tokens(unknown)
    assert not is_signed_in(client)


def test_a_person_switched_off_does_not_get_in(sign_in, client, cast):
    User.objects.filter(pk=cast.parma_staff.pk).update(is_active=False)
    assert sign_in("operatore@parma.example")["Location"] == reverse("account_inactive")
    assert not is_signed_in(client)


def test_a_person_switched_off_is_out_at_the_next_click(client_of, cast):
    client = client_of("parma_staff")
    User.objects.filter(pk=cast.parma_staff.pk).update(is_active=False)
    assert client.get(reverse("account_email"))["Location"].startswith(reverse("account_login"))


def test_an_unconfirmed_email_is_sent_a_link_first(sign_in, client, mailoutbox):
    EmailAddress.objects.update(verified=False)
    assert sign_in("operatore@parma.example")["Location"] == reverse("account_email_verification_sent")
    assert not is_signed_in(client)
    assert mailoutbox[0].to == ["operatore@parma.example"]


def test_guessing_passwords_ends_in_a_locked_door(sign_in, client):
    for _ in range(5):
        sign_in("operatore@parma.example", "wrong")
    sign_in("operatore@parma.example")
    assert not is_signed_in(client)


def test_too_many_attempts_from_one_address_get_a_page_of_the_portal(client, cast, settings):
    settings.ACCOUNT_RATE_LIMITS = {"login": "1/m/ip"}
    form = {"login": "operatore@parma.example", "password": "wrong"}
    client.post(reverse("account_login"), form)
    answer = client.post(reverse("account_login"), form)
    assert answer.status_code == 429
    assert "429.html" in {template.name for template in answer.templates}


@pytest.mark.parametrize(
    "elsewhere", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)"]
)
def test_sign_in_does_not_lead_elsewhere(sign_in, elsewhere):
    assert sign_in("operatore@parma.example", next=elsewhere)["Location"] == reverse("accounts:home")


def test_sign_in_leads_back_to_where_it_was_asked_for(sign_in):
    assert sign_in("operatore@parma.example", next="/cities/")["Location"] == "/cities/"


def test_sign_out_takes_a_post(client_of):
    client = client_of("parma_staff")
    client.get(reverse("account_logout"))
    assert is_signed_in(client)
    client.post(reverse("account_logout"))
    assert not is_signed_in(client)


def test_nobody_signs_up_unasked(client, db):
    form = {"email": "nuovo@altrove.example", "password1": "lunga e segreta", "password2": "lunga e segreta"}
    client.post(reverse("account_signup"), form)
    assert not User.objects.exists()


def test_the_administration_has_no_sign_in_page_of_its_own(client, cast):
    form = {"username": "admin@will.example", "password": PASSWORD}
    assert client.post(reverse("admin:login"), form)["Location"].startswith(reverse("account_login"))
    assert not is_signed_in(client)


def ask_for_reset(client, email):
    return client.post(reverse("account_reset_password"), {"email": email}, follow=True)


def without_tokens(response):
    # Django's tokens against forged requests: 64 letters and digits, new on each page.
    return re.sub(r"\b\w{64}\b", "", response.content.decode())


def test_a_reset_does_not_tell_who_has_an_account(client, cast):
    known, unknown = (
        ask_for_reset(client, "operatore@parma.example"),
        ask_for_reset(client, "niemand@altrove.example"),
    )
    assert known.redirect_chain == unknown.redirect_chain == [(reverse("account_reset_password_done"), 302)]
    assert without_tokens(known) == without_tokens(unknown)


def test_answers_are_of_one_length(sign_in, client):
    answers = [sign_in("operatore@parma.example", "wrong"), sign_in("operatrice@roma.example", "wrong")]
    answers += [ask_for_reset(client, "operatore@parma.example"), ask_for_reset(client, "altra@roma.example")]
    lengths = [len(answer.content) for answer in answers]
    assert (lengths[0], lengths[2]) == (lengths[1], lengths[3])


def test_a_stranger_who_asks_for_a_reset_is_written_to_as_well(client, cast, mailoutbox):
    # Otherwise the time that a mail takes would tell who has an account.
    ask_for_reset(client, "niemand@altrove.example")
    assert mailoutbox[0].to == ["niemand@altrove.example"]
    assert "/password/reset/key/" not in mailoutbox[0].body


def test_the_link_of_a_reset_sets_a_new_password(client, cast, mailoutbox):
    ask_for_reset(client, "Operatore@parma.example")
    link = re.search(r"http://testserver(\S+)", mailoutbox[0].body)[1]
    form = client.get(link)["Location"]
    client.post(form, {"password1": "gufi blu in fila", "password2": "gufi blu in fila"})
    cast.parma_staff.refresh_from_db()
    assert cast.parma_staff.check_password("gufi blu in fila")
