"""Somebody sits at another's open session: what they cannot do without the password."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.contrib.admin.models import LogEntry
from django.urls import reverse
from django.utils import timezone

from cities.models import CityGrant
from will_portal.accounts import erasures
from will_portal.accounts.models import Invitation
from will_portal.accounts.models.invitations import hashed

pytestmark = pytest.mark.django_db


def test_an_address_is_not_added_without_the_password(client_of, cast):
    answer = client_of("parma_staff").post(
        reverse("account_email"), {"action_add": "", "email": "evil@evil.example"}
    )
    assert answer["Location"].startswith(reverse("account_reauthenticate"))
    assert not EmailAddress.objects.filter(email="evil@evil.example").exists()


@pytest.mark.parametrize("route", ["admin:password_change", "admin:login"])
def test_the_administration_takes_no_password(client_of, route):
    form = {"old_password": "will", "new_password1": "x" * 20, "new_password2": "x" * 20, "username": "a"}
    answer = client_of("administrator").post(reverse(route), form)
    assert answer.status_code == 302
    assert not answer["Location"].startswith("/admin/password_change/done")


def test_the_history_of_an_invitation_holds_no_token(client, cast, parma):
    invitation = Invitation.objects.create(
        email="nuova@parma.example",
        language="it",
        token_hash=hashed("s3cret-token"),
        invited=timezone.now(),
        invited_by=cast.parma_lead,
        expires=timezone.now() + timedelta(days=1),
    )
    CityGrant.objects.create(invitation=invitation, city=parma, role="staff")
    form = {"display_name": "Nuova", "password": "una frase abbastanza lunga"}
    client.post(reverse("accounts:invitation", args=["s3cret-token"]), form)
    invitation.refresh_from_db()
    assert invitation.accepted
    contexts = Invitation.pgh_event_model.objects.values_list("pgh_context__metadata__url", flat=True)
    assert not [url for url in contexts if url and "s3cret-token" in url]


def test_erasing_somebody_called_e_leaves_the_log_of_others_alone(cast):
    cast.verona_staff.display_name = "e"
    cast.verona_staff.save()
    entry = LogEntry.objects.create(
        user=cast.administrator, object_repr="Reggio Emilia", action_flag=2, change_message="name"
    )
    request = erasures.ask(person=cast.verona_staff)
    erasures.carry_out(request=request, by=cast.administrator)
    entry.refresh_from_db()
    assert (entry.object_repr, entry.change_message) == ("Reggio Emilia", "name")


def test_erasing_somebody_leaves_invitations_to_addresses_they_only_claimed(cast):
    invitation = Invitation.objects.create(
        email="successore@parma.example",
        language="it",
        token_hash="y" * 64,
        invited=timezone.now(),
        invited_by=cast.parma_lead,
        expires=timezone.now() + timedelta(days=1),
    )
    EmailAddress.objects.create(user=cast.verona_staff, email=invitation.email, verified=False)
    request = erasures.ask(person=cast.verona_staff)
    erasures.carry_out(request=request, by=cast.administrator)
    invitation.refresh_from_db()
    assert (invitation.email, invitation.revoked) == ("successore@parma.example", None)


def test_personal_pages_stay_out_of_caches(client_of):
    assert client_of("parma_staff").get(reverse("accounts:home"))["Cache-Control"] == "private, no-store"
