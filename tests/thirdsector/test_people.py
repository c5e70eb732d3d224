import re
from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from tests.bodies import organisation
from tests.places import key
from thirdsector import actions
from thirdsector.models import Organisation, OrganisationGrant, OrganisationMembership
from thirdsector.models.people import givable_roles
from will_portal.accounts import erasures
from will_portal.accounts.actions import Refused, accept, invite
from will_portal.accounts.models import Invitation, User
from will_portal.accounts.roles import oversees

ENGLISH = {"accept-language": "en"}
BOTH = {"member", "representative"}


def url(route, body):
    return reverse(f"thirdsector:{route}", args=[body.public_id])


def end(client, name, reason="Ha cambiato lavoro"):
    address = reverse("thirdsector:membership_end", args=[key(name)])
    return client.post(address, {"reason": reason}, headers=ENGLISH)


def change(client, name, role):
    address = reverse("thirdsector:membership_role", args=[key(name)])
    return client.post(address, {"role": role}, headers=ENGLISH)


def has_ended(name):
    return OrganisationMembership.objects.get(pk=key(name)).until is not None


def invited(body, by, email, role="representative"):
    grant = OrganisationGrant(organisation=body, role=role)
    return invite(email=email, language="it", grant=grant, by=by)[0]


@pytest.fixture
def second(cast, cooperative):
    """A second representative of the cooperative."""
    user = User.objects.create_user("seconda@cooperativa.example")
    return OrganisationMembership.objects.create(
        id=key("second"), user=user, organisation=cooperative, role="representative"
    )


def test_a_representative_sees_the_people_of_their_organisation_only(client_of, cooperative):
    page = client_of("partner_representative").get(url("people", cooperative)).text
    assert "socio@cooperativa.example" in page
    assert "associazione.example" not in page


@pytest.mark.parametrize("count", [1, 50])
def test_the_page_asks_the_database_as_often_for_fifty_as_for_one(
    client_of, cast, cooperative, django_assert_num_queries, count
):
    for number in range(count):
        user = User.objects.create_user(f"{number}@cooperativa.example")
        OrganisationMembership.objects.create(user=user, organisation=cooperative, role="member")
        invitation = Invitation(email=f"{number}@altrove.example", language="it")
        invitation.renew(cast.partner_representative)
        invitation.save()
        OrganisationGrant.objects.create(invitation=invitation, organisation=cooperative, role="member")
    client = client_of("partner_representative")
    with django_assert_num_queries(15):
        client.get(url("people", cooperative))


@pytest.mark.parametrize(
    ("role", "roles"),
    [
        ("partner_representative", BOTH),
        ("administrator", BOTH),
        ("partner_member", set()),
        ("rival_representative", set()),
        ("parma_lead", set()),
        ("coordinator", set()),
    ],
)
def test_who_gives_which_role_where_somebody_represents(cast, cooperative, role, roles):
    assert givable_roles(getattr(cast, role), cooperative) == roles


@pytest.mark.parametrize(
    ("role", "roles"),
    [
        ("parma_lead", {"representative"}),
        ("coordinator", {"representative"}),
        ("administrator", BOTH),
        ("verona_lead", set()),
        ("parma_staff", set()),
        ("nobody", set()),
    ],
)
def test_who_brings_in_the_first_representative(cast, new_body, role, roles):
    assert givable_roles(getattr(cast, role), new_body) == roles


def test_a_lead_brings_in_nobody_where_others_have_a_say(cast, new_body, parma, verona):
    new_body.cities.set([parma, verona])
    assert givable_roles(cast.parma_lead, new_body) == set()


def test_nor_where_no_city_has(cast, new_body):
    new_body.cities.clear()
    assert givable_roles(cast.parma_lead, new_body) == set()


def test_a_representative_whose_account_is_switched_off_counts_as_none(cast, new_body):
    user = User.objects.create_user("spenta@altrove.example", is_active=False)
    OrganisationMembership.objects.create(user=user, organisation=new_body, role="representative")
    assert givable_roles(cast.parma_lead, new_body) == {"representative"}


def test_the_first_representative_comes_by_invitation_and_invites_on(client_of, cast, new_body, mailoutbox):
    form = {"email": "nessuno@altrove.example", "grant": "representative", "language": "it"}
    client_of("parma_lead").post(url("people_invite", new_body), form)
    link = re.search(r"http://[^/]+(/accounts/invitation/\S+)", mailoutbox[0].body)[1]
    client_of("nobody").post(link)
    assert givable_roles(cast.nobody, new_body) == BOTH
    assert givable_roles(cast.parma_lead, new_body) == set()


def test_an_invitation_of_a_lead_ends_when_a_city_of_others_is_added(cast, new_body, verona):
    invitation = invited(new_body, cast.parma_lead, cast.nobody.email)
    new_body.cities.add(verona)
    with pytest.raises(Refused):
        accept(invitation=invitation, user=cast.nobody)
    assert not new_body.memberships.exists()


def test_of_two_first_representatives_only_one_comes_in(cast, new_body):
    first = invited(new_body, cast.parma_lead, cast.nobody.email)
    other = invited(new_body, cast.parma_lead, cast.researcher.email)
    accept(invitation=first, user=cast.nobody)
    with pytest.raises(Refused):
        accept(invitation=other, user=cast.researcher)


def test_an_invitation_ends_with_the_right_of_who_sent_it(client_of, cast, cooperative, second):
    invitation = invited(cooperative, cast.partner_representative, cast.nobody.email, "member")
    actions.end_membership(
        membership=OrganisationMembership.objects.get(pk=key("partner_representative")),
        reason="x",
        by=second.user,
    )
    with pytest.raises(Refused):
        accept(invitation=invitation, user=cast.nobody)


def test_an_invitation_raises_a_role_and_never_lowers_it(cast, cooperative):
    accept(
        invitation=invited(cooperative, cast.partner_representative, cast.partner_member.email),
        user=cast.partner_member,
    )
    open_one = cooperative.memberships.get(user=cast.partner_member, until=None)
    assert open_one.role == "representative"


def test_a_representative_ends_a_membership_with_a_reason(client_of, cast, cooperative):
    end(client_of("partner_representative"), "partner_member")
    ended = OrganisationMembership.objects.get(pk=key("partner_member"))
    assert (ended.ended_by, ended.reason) == (cast.partner_representative, "Ha cambiato lavoro")


def test_without_a_reason_nothing_ends(client_of, cooperative):
    assert end(client_of("partner_representative"), "partner_member", reason=" ").status_code == 200
    assert not has_ended("partner_member")


def test_rights_end_with_the_membership_on_the_next_request(client_of, cast, cooperative, second):
    client = client_of("partner_representative")
    actions.end_membership(
        membership=OrganisationMembership.objects.get(pk=key("partner_representative")),
        reason="x",
        by=second.user,
    )
    assert client.get(url("people", cooperative)).status_code == 403


def test_the_only_representative_names_a_successor_before_leaving(client_of, cooperative):
    client = client_of("partner_representative")
    end(client, "partner_representative")
    assert "name a successor" in client.get(url("people", cooperative), headers=ENGLISH).text
    assert not has_ended("partner_representative")


def test_one_of_two_representatives_leaves_and_lands_on_the_own_home(client_of, second):
    page = end(client_of("partner_representative"), "partner_representative")
    assert page["Location"] == reverse("accounts:home")
    assert has_ended("partner_representative")


def test_an_administrator_ends_the_membership_of_the_only_representative(client_of, cooperative):
    end(client_of("administrator"), "partner_representative")
    assert has_ended("partner_representative")


def test_a_representative_makes_a_member_a_representative(client_of, cast, cooperative):
    change(client_of("partner_representative"), "partner_member", "representative")
    assert givable_roles(cast.partner_member, cooperative) == BOTH


def test_nobody_changes_their_own_role(client_of, second):
    assert change(client_of("partner_representative"), "partner_representative", "member").status_code == 403


def test_what_a_sent_away_person_could_still_accept_is_revoked(client_of, cast, cooperative):
    invitation = invited(cooperative, cast.partner_representative, cast.partner_member.email)
    end(client_of("partner_representative"), "partner_member")
    invitation.refresh_from_db()
    assert invitation.revoked is not None


def test_an_invitation_is_sent_again_and_revoked_from_the_page_of_the_organisation(
    client_of, cast, cooperative
):
    invitation = invited(cooperative, cast.partner_representative, "nuova@altrove.example", "member")
    Invitation.objects.update(mailed=timezone.now() - timedelta(hours=1))
    people = url("people", cooperative)
    for verb in ["resend", "revoke"]:
        address = reverse(f"cities:invitation_{verb}", args=[invitation.pk])
        assert address in client_of("partner_representative").get(people).text
        page = client_of("partner_representative").post(address, {"next": people})
        assert page["Location"] == people
    invitation.refresh_from_db()
    assert invitation.revoked is not None


def test_what_follows_an_invitation_leads_to_no_other_site(client_of, cast, cooperative):
    invitation = invited(cooperative, cast.partner_representative, "nuova@altrove.example", "member")
    address = reverse("cities:invitation_revoke", args=[invitation.pk])
    page = client_of("partner_representative").post(address, {"next": "https://evil.example/"})
    assert page["Location"] == reverse("cities:people")


def test_nor_to_the_name_of_a_route(client_of, cast, cooperative):
    invitation = invited(cooperative, cast.partner_representative, "nuova@altrove.example", "member")
    address = reverse("cities:invitation_revoke", args=[invitation.pk])
    page = client_of("partner_representative").post(address, {"next": "foo"})
    assert page["Location"] == reverse("cities:people")


def test_a_role_that_ended_is_told_on_the_home_of_the_person(client_of, cooperative):
    end(client_of("partner_representative"), "partner_member")
    text = client_of("partner_member").get(reverse("accounts:home"), headers=ENGLISH).text
    assert "Ha cambiato lavoro" in text
    assert cooperative.name in text


def test_a_representative_is_told_of_an_invitation_that_ends_soon(client_of, cast, cooperative):
    invited(cooperative, cast.partner_representative, "nuova@altrove.example", "member")
    Invitation.objects.update(expires=timezone.now() + timedelta(days=1))
    text = client_of("partner_representative").get(reverse("accounts:home")).text
    assert f'href="{url("people", cooperative)}"' in text


def test_a_role_in_an_organisation_stands_on_the_home_of_the_person(client_of, cooperative):
    text = client_of("partner_member").get(reverse("accounts:home")).text
    assert f'href="{cooperative.get_absolute_url()}"' in text


@pytest.mark.parametrize(
    ("actor", "person", "may"),
    [
        ("partner_representative", "partner_member", True),
        ("administrator", "partner_representative", True),
        ("rival_representative", "partner_member", False),
        ("partner_member", "partner_representative", False),
        ("parma_lead", "partner_member", False),
    ],
)
def test_who_vouches_for_the_people_of_an_organisation(cast, cooperative, actor, person, may):
    assert oversees(getattr(cast, actor), getattr(cast, person)) is may


def tables_with(words):
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        found = []
        for table in tables:
            cursor.execute(f'SELECT count(*) FROM "{table}" AS t WHERE t::text LIKE %s', [f"%{words}%"])
            found += [table] * cursor.fetchone()[0]
        return found


def test_why_a_role_ended_is_forgotten_when_somebody_is_erased(client_of, cast, cooperative):
    end(client_of("partner_representative"), "partner_member", reason="Motivo di prova")
    assert tables_with("Motivo di prova") == ["thirdsector_organisationmembership"]
    erasures.carry_out(request=erasures.ask(person=cast.partner_member), by=cast.administrator)
    assert tables_with("Motivo di prova") == []


def test_an_erased_representative_represents_nobody(cast, cooperative):
    erasures.carry_out(request=erasures.ask(person=cast.partner_representative), by=cast.administrator)
    assert cooperative in Organisation.objects.without_representative()
    assert organisation("associazione") not in Organisation.objects.without_representative()
