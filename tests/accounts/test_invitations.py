import re
from datetime import timedelta

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from cities.models import CityGrant, CityMembership
from will_portal.accounts import actions
from will_portal.accounts.models import Invitation, User

ENGLISH = {"accept-language": "en"}
NEW = "nuova@parma.example"
FORM = {"display_name": "Nuova Persona", "password": "gufi blu in fila"}


@pytest.fixture
def invite(cast, parma):
    def make(email=NEW, role="staff", by=cast.parma_lead, city=parma):
        return actions.invite(email=email, language="it", grant=CityGrant(city=city, role=role), by=by)

    return make


def address(token):
    return reverse("accounts:invitation", args=[token])


def roles_of(email):
    return list(CityMembership.objects.current().filter(user__email=email).values_list("role", flat=True))


def test_a_new_person_accepts_with_a_name_and_a_password_and_is_signed_in(invite, client):
    _invitation, token = invite()
    response = client.post(address(token), FORM)
    user = User.objects.get(email=NEW)
    assert response["Location"] == reverse("accounts:home")
    assert client.session["_auth_user_id"] == str(user.pk)
    assert user.has_confirmed(NEW)
    assert roles_of(NEW) == ["staff"]


def test_looking_at_an_invitation_changes_nothing_and_says_who_invites_to_what(invite, client):
    _invitation, token = invite()
    page = client.get(address(token), headers=ENGLISH)
    assert "referente@parma.example" in page.text
    assert "City staff, Parma" in page.text
    assert "no-store" in page["Cache-Control"]
    assert not User.objects.filter(email=NEW).exists()


@pytest.mark.parametrize("password", ["short", "Nuova Persona", "123456789012345", ""])
def test_a_weak_password_opens_no_account(invite, client, password):
    _invitation, token = invite()
    assert client.post(address(token), FORM | {"password": password}).status_code == 200
    assert not User.objects.filter(email=NEW).exists()


def test_the_link_sent_by_mail_works_and_is_stored_only_as_a_hash(client_of, client, parma):
    form = {"email": " Nuova@Parma.Example ", "grant": "staff:parma", "language": "en"}
    client_of("parma_lead").post(reverse("cities:people_invite"), form)
    message = mail.outbox[0]
    token = re.search(r"/accounts/invitation/([\w-]+)/", message.body)[1]
    assert message.to == [NEW]
    assert message.subject.startswith("Invitation to the WILL portal")
    assert client.get(address(token)).status_code == 200
    assert token not in str(Invitation.objects.values())


def test_an_unknown_token_leads_nowhere(client, cast):
    assert client.get(address("unknown")).status_code == 404


def test_a_used_invitation_says_so(invite, client, client_of):
    _invitation, token = invite()
    client.post(address(token), FORM)
    page = client_of("nobody").get(address(token), headers=ENGLISH)
    assert page.status_code == 410
    assert "has been used already" in page.text


def test_sending_the_form_twice_does_no_harm(invite, client):
    _invitation, token = invite()
    client.post(address(token), FORM)
    assert client.post(address(token), FORM)["Location"] == reverse("accounts:home")
    assert CityMembership.objects.filter(user__email=NEW).count() == 1


def test_a_revoked_invitation_says_so(invite, client, cast):
    invitation, token = invite()
    actions.revoke(grant=invitation.citygrant, by=cast.parma_lead)
    page = client.post(address(token), FORM, headers=ENGLISH)
    assert (page.status_code, "has been revoked" in page.text) == (410, True)


def test_an_expired_invitation_says_so(invite, client):
    invitation, token = invite()
    long_ago = timezone.now() - timedelta(days=15)
    Invitation.objects.update(invited=long_ago, expires=long_ago + timedelta(days=14))
    page = client.post(address(token), FORM, headers=ENGLISH)
    assert (page.status_code, "has expired" in page.text) == (410, True)


@pytest.mark.parametrize("change", [{"role": "staff"}, {"until": timezone.now() + timedelta(days=1)}])
def test_an_invitation_dies_with_the_right_of_who_sent_it(invite, client, cast, change):
    _invitation, token = invite()
    if "until" in change:
        change = change | {"ended_by": cast.coordinator}
    CityMembership.objects.filter(user=cast.parma_lead).update(**change)
    page = client.post(address(token), FORM, headers=ENGLISH)
    assert (page.status_code, "no longer valid" in page.text) == (410, True)
    assert not User.objects.filter(email=NEW).exists()


def test_an_invitation_dies_when_who_sent_it_is_switched_off(invite, client, cast):
    _invitation, token = invite()
    User.objects.filter(pk=cast.parma_lead.pk).update(is_active=False)
    assert client.post(address(token), FORM).status_code == 410


def test_sending_again_ends_the_old_link(invite, client, cast):
    invitation, old = invite()
    _same, new = actions.resend(grant=invitation.citygrant, by=cast.parma_lead)
    assert client.get(address(old)).status_code == 404
    assert client.get(address(new)).status_code == 200


def test_whoever_sends_again_answers_for_it_from_then_on(invite, client, cast):
    invitation, _old = invite(role="lead")
    _same, token = actions.resend(grant=invitation.citygrant, by=cast.coordinator)
    User.objects.filter(pk=cast.parma_lead.pk).update(is_active=False)
    client.post(address(token), FORM)
    assert roles_of(NEW) == ["lead"]


def test_whoever_has_an_account_signs_in_first(invite, client):
    _invitation, token = invite("nessuno@altrove.example")
    page = client.get(address(token))
    assert f"next={address(token).replace('/', '%2F')}" in page.text
    assert "nessuno@altrove.example" not in page.text
    client.post(address(token), FORM)
    assert roles_of("nessuno@altrove.example") == []


def test_and_then_accepts_with_one_click(invite, client_of):
    _invitation, token = invite("nessuno@altrove.example")
    client_of("nobody").post(address(token))
    assert roles_of("nessuno@altrove.example") == ["staff"]


def test_somebody_else_is_refused_and_learns_little_of_the_address(invite, client_of):
    _invitation, token = invite()
    page = client_of("nobody").post(address(token))
    assert page.status_code == 403
    assert NEW not in page.text
    assert "n…@p….example" in page.text
    assert roles_of("nessuno@altrove.example") == []


def test_an_address_that_somebody_only_claims_does_not_open_an_invitation(invite, client_of, cast):
    _invitation, token = invite()
    cast.nobody.emailaddress_set.create(email=NEW, verified=False)
    assert client_of("nobody").post(address(token)).status_code == 403


def test_but_a_second_address_that_they_have_confirmed_does(invite, client_of, cast):
    _invitation, token = invite()
    cast.nobody.emailaddress_set.create(email=NEW, verified=True)
    client_of("nobody").post(address(token))
    assert roles_of("nessuno@altrove.example") == ["staff"]


def test_nobody_invites_themselves_through_a_second_address(invite, cast, client_of):
    _invitation, token = invite(NEW, "lead", cast.coordinator)
    cast.coordinator.emailaddress_set.create(email=NEW, verified=True)
    assert client_of("coordinator").post(address(token)).status_code == 410
    assert roles_of("coordinamento@will.example") == []


def test_an_invitation_raises_a_role(invite, client_of, cast):
    _invitation, token = invite("operatore@parma.example", "lead", cast.coordinator)
    client_of("parma_staff").post(address(token))
    assert roles_of("operatore@parma.example") == ["lead"]


def test_and_never_lowers_it(invite, client_of, cast):
    CityMembership.objects.filter(user=cast.parma_staff).update(role="lead")
    _invitation, token = invite("altra@parma.example")
    cast.parma_staff.emailaddress_set.create(email="altra@parma.example", verified=True)
    client_of("parma_staff").post(address(token))
    assert roles_of("operatore@parma.example") == ["lead"]


@pytest.mark.parametrize("role", ["parma_staff", "verona_lead", "researcher", "nobody"])
def test_who_may_not_invite_to_a_city_cannot(invite, cast, role):
    with pytest.raises(PermissionDenied):
        invite(by=getattr(cast, role))


def test_one_address_is_invited_once_to_the_same(invite):
    invite()
    with pytest.raises(actions.Refused, match="invit"):
        invite()


def test_nobody_is_invited_to_the_role_they_have(invite):
    with pytest.raises(actions.Refused):
        invite("operatore@parma.example")


def test_a_stolen_session_cannot_send_mail_to_half_the_world(invite, monkeypatch):
    monkeypatch.setattr(actions, "INVITATIONS_A_DAY", 2)
    invite("a@parma.example")
    invite("b@parma.example")
    with pytest.raises(actions.Refused):
        invite("c@parma.example")


def test_a_mail_server_that_is_away_leaves_the_invitation_to_be_sent_again(client_of, parma, monkeypatch):
    def away(*args, **kwargs):
        raise ConnectionRefusedError

    monkeypatch.setattr("will_portal.accounts.mails.send_mail", away)
    form = {"email": NEW, "grant": "staff:parma", "language": "it"}
    page = client_of("parma_lead").post(reverse("cities:people_invite"), form, follow=True, headers=ENGLISH)
    assert "The mail server did not take the invitation" in page.text
    assert Invitation.objects.get().mailed is None


@pytest.mark.parametrize(
    "name", ["Anna\nBcc: tutti", "www.esempio.it", "anna@will.example", "Anna‮", "<b>Anna</b>"]
)
def test_a_name_carries_no_links_or_hidden_signs_into_mails(client_of, name):
    client_of("parma_lead").post(reverse("accounts:profile"), {"display_name": name, "language": "it"})
    assert User.objects.get(email="referente@parma.example").display_name == ""


@pytest.mark.parametrize(
    "change",
    [
        {"accepted": timezone.now()},
        {"revoked": timezone.now()},
        {"expires": timezone.now() - timedelta(days=400)},
    ],
)
def test_the_database_refuses_halves_of_an_invitation(invite, change):
    invite()
    with pytest.raises(IntegrityError), transaction.atomic():
        Invitation.objects.update(**change)


def test_history_keeps_neither_the_address_nor_the_token(invite):
    invite()
    fields = {field.name for field in Invitation.pgh_event_model._meta.fields}
    assert Invitation.pgh_event_model.objects.get().pgh_label == "insert"
    assert not {"email", "token_hash"} & fields


def test_history_names_the_person_who_joined(invite, client, client_of):
    _invitation, token = invite()
    client.post(address(token), FORM)
    event = CityMembership.pgh_event_model.objects.get(user__email=NEW)
    assert event.pgh_context.metadata["user"] == User.objects.get(email=NEW).pk
    history = client_of("parma_lead").get(reverse("cities:people_history"), headers=ENGLISH).text
    row = next(row for row in history.split("<tr>") if "Nuova Persona" in row)
    assert row.count("Nuova Persona") == 2
    assert "the portal" not in row
