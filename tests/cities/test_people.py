import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from allauth.mfa.models import Authenticator
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from cities import actions
from cities.models import City, CityGrant, CityMembership
from cities.people_forms import InvitationForm
from tests import cast as people
from tests.cast import key
from will_portal.accounts.actions import Refused, invite, revoke
from will_portal.accounts.models import Invitation, User

ENGLISH = {"accept-language": "en"}
PEOPLE = reverse("cities:people")


@pytest.fixture
def second_lead(cast, parma):
    user = User.objects.create_user("seconda@parma.example")
    return CityMembership.objects.create(id=key("second_lead"), user=user, city=parma, role="lead")


def end(client, name, reason="Altro ufficio"):
    return client.post(
        reverse("cities:membership_end", args=[key(name)]), {"reason": reason}, headers=ENGLISH
    )


def has_ended(name):
    return CityMembership.objects.get(pk=key(name)).until is not None


def test_a_lead_sees_the_people_of_their_city_only(client_of):
    page = client_of("parma_lead").get(PEOPLE).text
    assert "operatore@parma.example" in page
    assert "verona.example" not in page
    assert "ricerca@universita.example" not in page


def test_a_coordinator_sees_all_cities_and_the_researchers_but_no_coordinators(client_of):
    page = client_of("coordinator").get(PEOPLE).text
    assert all(email in page for email in ["operatore@verona.example", "ricerca@universita.example"])
    assert reverse("cities:group_member", args=["coordinator", key("coordinator")]) not in page


def test_only_those_who_look_after_people_are_offered_the_page(client_of):
    offered = {
        role: f'href="{PEOPLE}"' in client_of(role).get("/privacy/").text
        for role in ["anonymous", "parma_staff", "parma_lead", "researcher", "coordinator", "nobody"]
    }
    assert [role for role, is_offered in offered.items() if is_offered] == ["parma_lead", "coordinator"]


@pytest.mark.parametrize("count", [1, 50])
def test_the_page_asks_the_database_as_often_for_fifty_as_for_one(
    client_of, cast, parma, django_assert_num_queries, count
):
    for number in range(count):
        user = User.objects.create_user(f"{number}@parma.example")
        CityMembership.objects.create(user=user, city=parma, role="staff")
        invitation = Invitation(email=f"{number}@altrove.example", language="it")
        invitation.renew(cast.parma_lead)
        invitation.save()
        CityGrant.objects.create(invitation=invitation, city=parma, role="staff")
    client = client_of("coordinator")
    with django_assert_num_queries(25):
        client.get(PEOPLE)


def choices_of(client):
    page = client.get(reverse("cities:people_invite"))
    return [value for value, _label in page.context["form"].fields["grant"].choices]


def test_each_may_invite_to_what_they_may_give(client_of):
    assert choices_of(client_of("parma_lead")) == ["", "staff:parma", "lead:parma"]
    assert choices_of(client_of("coordinator")) == ["", "lead:parma", "lead:verona", "researcher"]
    assert len(choices_of(client_of("administrator"))) == 7


def test_no_role_is_chosen_beforehand_but_the_language_is(client_of):
    page = client_of("coordinator").get(reverse("cities:people_invite"), headers=ENGLISH).text
    assert re.findall(r'<option value="([^"]*)"\s+selected', page) == ["", "it"]
    assert "Choose…" in page
    assert "---------" not in page


def test_who_may_give_one_role_only_need_not_choose(cast, monkeypatch):
    only = {"lead:parma": CityGrant(city=cast.parma_lead.city_memberships.get().city, role="lead")}
    monkeypatch.setattr("cities.people_forms.grants_of", lambda user: only)
    choices = InvitationForm(by=cast.coordinator).fields["grant"].choices
    assert [value for value, _label in choices] == ["lead:parma"]


@pytest.mark.parametrize("grant", ["staff:verona", "lead:verona", "researcher", "coordinator", "", "staff:x"])
def test_what_is_not_offered_is_not_taken(client_of, grant):
    form = {
        "email": "nuova@parma.example",
        "grant": grant,
        "language": "it",
        "city": "verona",
        "role": "lead",
    }
    assert client_of("parma_lead").post(reverse("cities:people_invite"), form).status_code == 200
    assert not Invitation.objects.exists()


def test_nobody_invites_themselves(client_of):
    form = {"email": "Referente@parma.example", "grant": "lead:parma", "language": "it"}
    page = client_of("parma_lead").post(reverse("cities:people_invite"), form, headers=ENGLISH)
    assert "nobody gives a role to themselves" in page.text


def test_an_invitation_does_not_tell_whether_there_is_an_account(client_of, mailoutbox):
    client, answers = client_of("parma_lead"), []
    for email in ["nessuno@altrove.example", "niemand@altrove.example"]:
        form = {"email": email, "grant": "staff:parma", "language": "it"}
        page = client.post(reverse("cities:people_invite"), form, follow=True)
        answers.append([str(message) for message in page.context["messages"]][0].replace(email, ""))
    assert answers[0] == answers[1]
    bodies = [re.sub(r"/accounts/invitation/\S+", "", message.body) for message in mailoutbox]
    assert bodies[0] == bodies[1]


def without_secrets(page):
    """The text of a page without what differs from one request to the next."""
    return re.sub(r"\b[A-Za-z0-9]{64}\b", "", re.sub(r"[0-9a-f-]{36}", "", page.text))


def test_a_foreign_membership_looks_like_one_that_does_not_exist(client_of):
    client = client_of("verona_lead")
    foreign = client.get(reverse("cities:membership", args=[key("parma_staff")]))
    nowhere = client.get(reverse("cities:membership", args=[key("nowhere")]))
    assert foreign.status_code == nowhere.status_code == 404
    assert without_secrets(foreign) == without_secrets(nowhere)


def test_a_lead_ends_a_membership_with_a_reason_and_by_name(client_of, cast):
    end(client_of("parma_lead"), "parma_staff")
    ended = CityMembership.objects.get(pk=key("parma_staff"))
    assert (ended.ended_by, ended.reason) == (cast.parma_lead, "Altro ufficio")


def test_without_a_reason_nothing_ends(client_of):
    assert end(client_of("parma_lead"), "parma_staff", reason=" ").status_code == 200
    assert not has_ended("parma_staff")


def test_rights_end_with_the_very_next_request(client_of, second_lead):
    open_session = client_of("parma_lead")
    assert open_session.get(PEOPLE).status_code == 200
    actions.end_membership(
        membership=CityMembership.objects.get(pk=key("parma_lead")), reason="x", by=second_lead.user
    )
    assert open_session.get(PEOPLE).status_code == 403


def test_the_only_lead_cannot_leave(client_of):
    page = end(client_of("parma_lead"), "parma_lead")
    assert page.status_code == 302
    assert not has_ended("parma_lead")


def test_but_can_once_there_is_a_successor(client_of, second_lead):
    assert end(client_of("parma_lead"), "parma_lead")["Location"] == reverse("accounts:home")
    assert has_ended("parma_lead")


def test_a_successor_who_is_switched_off_does_not_count(client_of, second_lead):
    User.objects.filter(pk=second_lead.user.pk).update(is_active=False)
    end(client_of("parma_lead"), "parma_lead")
    assert not has_ended("parma_lead")


def test_the_coordinator_may_end_the_only_lead_but_not_the_staff(client_of):
    assert end(client_of("coordinator"), "parma_lead").status_code == 302
    assert end(client_of("coordinator"), "parma_staff").status_code == 403
    assert (has_ended("parma_lead"), has_ended("parma_staff")) == (True, False)


def test_a_change_of_role_is_a_new_row_that_asks_anew_to_be_shown(client_of, cast):
    CityMembership.objects.filter(pk=key("parma_staff")).update(shown_as_contact=True)
    client_of("parma_lead").post(
        reverse("cities:membership_role", args=[key("parma_staff")]), {"role": "lead"}
    )
    present = cast.parma_staff.city_memberships.current().get()
    assert (present.role, present.shown_as_contact) == ("lead", False)
    assert has_ended("parma_staff")


@pytest.mark.parametrize("role", ["parma_lead", "administrator"])
def test_nobody_changes_their_own_role(client_of, cast, parma, role):
    user = getattr(cast, role)
    own = user.city_memberships.first() or CityMembership.objects.create(user=user, city=parma, role="staff")
    answer = client_of(role).post(reverse("cities:membership_role", args=[own.pk]), {"role": "lead"})
    assert answer.status_code == 403
    with pytest.raises(PermissionDenied):
        actions.change_role(membership=own, role="lead", by=user)


def test_a_coordinator_ends_a_researcher_and_an_administrator_a_coordinator(client_of, cast):
    researcher = ["researcher", key("researcher")]
    client_of("coordinator").post(reverse("cities:group_leave", args=researcher))
    coordinator = ["coordinator", key("coordinator")]
    client_of("administrator").post(reverse("cities:group_leave", args=coordinator))
    assert not cast.researcher.groups.exists()
    assert client_of("coordinator").get(PEOPLE).status_code == 403


def test_people_are_shown_to_contact_only_if_they_agree(client_of, client, parma):
    own = reverse("cities:membership_contact", args=[key("parma_staff")])
    assert client_of("parma_lead").post(own, {"shown_as_contact": "on"}).status_code == 404
    client_of("parma_staff").post(own, {"shown_as_contact": "on", "role": "lead"})
    member = CityMembership.objects.get(pk=key("parma_staff"))
    assert (member.shown_as_contact, member.role) == (True, "staff")


def test_history_names_who_did_what(client_of, second_lead):
    end(client_of("parma_lead"), "parma_staff")
    page = client_of("parma_lead").get(reverse("cities:people_history"), headers=ENGLISH).text
    assert "ended: Altro ufficio" in page
    assert "referente@parma.example" in page
    assert "Altro ufficio" not in client_of("verona_lead").get(reverse("cities:people_history")).text


@pytest.fixture
def revoked(cast, parma):
    grant = CityGrant(city=parma, role="staff")
    invite(email="nuova@parma.example", language="it", grant=grant, by=cast.parma_lead)
    revoke(grant=grant, by=cast.parma_lead)
    return grant


@pytest.mark.parametrize("verb", ["revoke", "resend"])
def test_an_invitation_that_ended_in_another_tab_is_explained(revoked, client_of, verb):
    address = reverse(f"cities:invitation_{verb}", args=[revoked.pk])
    page = client_of("parma_lead").post(address, follow=True, headers=ENGLISH)
    assert page.redirect_chain == [(PEOPLE, 302)]
    assert "This invitation is no longer waiting." in page.text


@pytest.mark.parametrize("verb", ["revoke", "resend"])
def test_but_only_to_those_who_look_after_the_city(revoked, client_of, verb):
    address = reverse(f"cities:invitation_{verb}", args=[revoked.pk])
    assert client_of("verona_lead").post(address).status_code == 404
    assert client_of("parma_staff").post(address).status_code == 404


ENDED = "Your role as City staff for Parma ended on"


def test_the_home_says_that_a_role_ended_and_why(client_of):
    end(client_of("parma_lead"), "parma_staff")
    page = client_of("parma_staff").get(reverse("accounts:home"), headers=ENGLISH).text
    assert ENDED in page
    assert "Altro ufficio" in page
    assert ENDED not in client_of("parma_lead").get(reverse("accounts:home"), headers=ENGLISH).text


def test_but_not_for_ever(client_of):
    end(client_of("parma_lead"), "parma_staff")
    long_ago = timezone.now() - timedelta(days=31)
    CityMembership.objects.filter(pk=key("parma_staff")).update(since=long_ago, until=long_ago)
    assert ENDED not in client_of("parma_staff").get(reverse("accounts:home"), headers=ENGLISH).text


@pytest.mark.parametrize("has_factor", [True, False])
@pytest.mark.parametrize(
    ("name", "page"),
    [
        ("parma_staff", ("cities:membership", key("parma_staff"))),
        ("researcher", ("cities:group_member", "researcher", key("researcher"))),
    ],
)
def test_the_removal_of_a_second_factor_is_offered_where_there_is_one(
    client_of, cast, name, page, has_factor
):
    if has_factor:
        Authenticator.objects.create(user=getattr(cast, name), type=Authenticator.Type.TOTP, data={})
    shown = client_of("coordinator").get(reverse(page[0], args=page[1:])).text
    assert (reverse("accounts:second_factor_ask", args=[key(name)]) in shown) == has_factor


@pytest.mark.parametrize(
    "change",
    [{"until": timezone.now()}, {"role": "boss"}, {"reason": "why"}],
    ids=lambda change: next(iter(change)),
)
def test_the_database_refuses_halves_of_a_membership(cast, change):
    with pytest.raises(IntegrityError), transaction.atomic():
        CityMembership.objects.filter(pk=key("parma_staff")).update(**change)


def test_the_database_refuses_a_second_open_membership(cast, parma):
    with pytest.raises(IntegrityError, match="one_open"), transaction.atomic():
        CityMembership.objects.create(user=cast.parma_staff, city=parma, role="lead")


def at_once(*calls):
    """Run the calls on connections of their own, all from the same moment, and return what they raised."""
    start = Barrier(len(calls))

    def run(call):
        start.wait(10)
        try:
            call()
        except (PermissionDenied, Refused) as refusal:
            return type(refusal).__name__
        finally:
            connection.close()
        return ""

    with ThreadPoolExecutor(len(calls)) as pool:
        return sorted(pool.map(run, calls))


@pytest.mark.django_db(transaction=True)
def test_two_leads_who_end_each_other_at_the_same_moment_leave_one():
    cast = people.enter()
    parma = City.objects.get(slug="parma")
    first = CityMembership.objects.get(pk=key("parma_lead"))
    user = User.objects.create_user("seconda@parma.example")
    second = CityMembership.objects.create(user=user, city=parma, role="lead")
    refused = at_once(
        lambda: actions.end_membership(membership=second, reason="x", by=cast["parma_lead"]),
        lambda: actions.end_membership(membership=first, reason="x", by=user),
    )
    assert refused == ["", "PermissionDenied"]
    assert CityMembership.objects.current().leads().filter(city=parma).count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_leads_who_leave_at_the_same_moment_leave_one():
    cast = people.enter()
    parma = City.objects.get(slug="parma")
    first = CityMembership.objects.get(pk=key("parma_lead"))
    user = User.objects.create_user("seconda@parma.example")
    second = CityMembership.objects.create(user=user, city=parma, role="lead")
    refused = at_once(
        lambda: actions.end_membership(membership=first, reason="x", by=cast["parma_lead"]),
        lambda: actions.end_membership(membership=second, reason="x", by=user),
    )
    assert refused == ["", "Refused"]


@pytest.mark.django_db(transaction=True)
def test_the_same_invitation_made_twice_at_once_is_made_once():
    cast = people.enter()
    parma = City.objects.get(slug="parma")

    def make():
        grant = CityGrant(city=parma, role="staff")
        invite(email="nuova@parma.example", language="it", grant=grant, by=cast["parma_lead"])

    assert at_once(make, make) == ["", "Refused"]
    assert Invitation.objects.count() == 1
