from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from cities.models import CityMembership
from tests.cast import PASSWORD, key
from will_portal.accounts import actions
from will_portal.accounts.models import Invitation, SecondFactorReset
from will_portal.accounts.roles import oversees

ENGLISH = {"accept-language": "en"}


@pytest.fixture
def asked(client_of, cast):
    Authenticator.objects.create(user=cast.parma_staff, type=Authenticator.Type.TOTP, data={"secret": "x"})
    client_of("parma_lead").post(reverse("accounts:second_factor_ask", args=[key("parma_staff")]))
    return SecondFactorReset.objects.get()


def confirm(client, reset):
    return client.post(reverse("accounts:second_factor_confirm", args=[reset.pk])).status_code


def has_factor(person):
    return Authenticator.objects.filter(user=person).exists()


def test_a_second_person_confirms_and_the_factor_is_gone(asked, client_of, cast):
    assert confirm(client_of("coordinator"), asked) == 302
    assert not has_factor(cast.parma_staff)


def test_whoever_asked_cannot_confirm(asked, client_of, cast):
    assert confirm(client_of("parma_lead"), asked) == 403
    assert has_factor(cast.parma_staff)


def test_nor_can_the_person_it_is_for(asked, client_of, cast):
    assert confirm(client_of("parma_staff"), asked) == 403
    assert has_factor(cast.parma_staff)


@pytest.mark.parametrize("role", ["verona_lead", "researcher", "nobody"])
def test_others_do_not_even_see_it(asked, client_of, role):
    assert confirm(client_of(role), asked) == 404


def test_a_request_of_somebody_who_lost_the_right_is_worth_nothing(asked, client_of, cast):
    CityMembership.objects.filter(user=cast.parma_lead).update(role="staff")
    confirm(client_of("coordinator"), asked)
    assert has_factor(cast.parma_staff)


def test_a_request_that_nobody_took_up_lapses(asked, client_of, cast):
    SecondFactorReset.objects.update(asked=timezone.now() - timedelta(days=8))
    confirm(client_of("coordinator"), asked)
    assert has_factor(cast.parma_staff)


def test_the_person_is_told_when_it_is_asked_and_when_it_is_done(asked, client_of):
    confirm(client_of("coordinator"), asked)
    assert [message.to for message in mail.outbox] == [["operatore@parma.example"]] * 2


def test_the_person_can_put_a_stop_to_it(asked, client_of, cast):
    client_of("parma_staff").post(reverse("accounts:second_factor_cancel", args=[asked.pk]))
    confirm(client_of("coordinator"), asked)
    assert has_factor(cast.parma_staff)


def test_their_open_sessions_end(client_of, client, cast):
    client.post(reverse("account_login"), {"login": "operatore@parma.example", "password": PASSWORD})
    Authenticator.objects.create(user=cast.parma_staff, type=Authenticator.Type.TOTP, data={"secret": "x"})
    reset = actions.ask_for_reset(person=cast.parma_staff, by=cast.parma_lead)
    actions.confirm_reset(reset=reset, by=cast.coordinator)
    assert client.get(reverse("accounts:home"))["Location"].startswith(reverse("account_login"))


def test_it_waits_at_the_home_of_those_who_may_confirm(asked, client_of):
    address = reverse("accounts:second_factor_reset", args=[asked.pk])
    shown = {
        role: address in client_of(role).get(reverse("accounts:home")).text
        for role in ["parma_lead", "parma_staff", "verona_lead", "coordinator", "administrator"]
    }
    assert [role for role, is_shown in shown.items() if is_shown] == [
        "parma_staff",
        "coordinator",
        "administrator",
    ]


def test_the_person_reads_on_their_home_and_on_the_page_what_to_do(asked, client_of):
    client, page = client_of("parma_staff"), reverse("accounts:second_factor_reset", args=[asked.pk])
    cancel = "If you did not ask for this, cancel it."
    home = client.get(reverse("accounts:home"), headers=ENGLISH).text
    assert "Somebody asks to remove your second factor" in home
    assert cancel in client.get(page, headers=ENGLISH).text
    assert cancel not in client_of("coordinator").get(page, headers=ENGLISH).text


def test_of_somebody_without_a_second_factor_nobody_asks_for_its_removal(client_of, cast):
    address = reverse("accounts:second_factor_ask", args=[key("parma_staff")])
    page = client_of("parma_lead").post(address, follow=True, headers=ENGLISH)
    assert "This person has no second factor" in page.text
    assert not SecondFactorReset.objects.exists()
    assert not mail.outbox


def test_a_lead_does_not_touch_the_factor_of_somebody_who_is_more_elsewhere(cast, verona):
    CityMembership.objects.create(user=cast.parma_staff, city=verona, role="staff")
    assert not oversees(cast.parma_lead, cast.parma_staff)
    assert oversees(cast.coordinator, cast.parma_staff)


def test_nor_a_coordinator_that_of_an_administrator(cast):
    assert not oversees(cast.coordinator, cast.administrator)
    with pytest.raises(PermissionDenied):
        actions.ask_for_reset(person=cast.administrator, by=cast.coordinator)


@pytest.mark.parametrize("who", ["asked_by", "confirmed_by"])
def test_the_database_asks_for_three_people(asked, cast, who):
    change = {who: cast.parma_staff} | ({"confirmed": timezone.now()} if who == "confirmed_by" else {})
    with pytest.raises(IntegrityError, match="three_people"), transaction.atomic():
        SecondFactorReset.objects.update(**change)


def test_somebody_invited_by_whoever_asked_does_not_count_as_a_second_person(asked, client_of, cast):
    now = timezone.now()
    Invitation.objects.create(
        email=cast.coordinator.email,
        language="it",
        token_hash="z" * 64,
        invited=now,
        invited_by=cast.parma_lead,
        expires=now + timedelta(days=1),
        accepted=now,
        accepted_by=cast.coordinator,
    )
    confirm(client_of("coordinator"), asked)
    assert has_factor(cast.parma_staff)
