from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse

from tests.cast import key
from will_portal.accounts.models import User, UserGroup
from will_portal.accounts.roles import known_roles, positions_of, roles_of

ENGLISH = {"accept-language": "en"}


def test_everybody_has_the_roles_of_their_rows(cast):
    assert {name: roles_of(user) for name, user in vars(cast).items()} == {
        "parma_staff": {"staff"},
        "parma_lead": {"lead"},
        "verona_staff": {"staff"},
        "verona_lead": {"lead"},
        "partner_representative": {"representative"},
        "partner_member": {"member"},
        "rival_representative": {"representative"},
        "researcher": {"researcher"},
        "coordinator": {"coordinator"},
        "nobody": set(),
        "administrator": {"administrator"},
    }


def test_a_role_that_a_second_factor_can_be_asked_of_is_a_role():
    assert known_roles() == settings.ROLES


def test_a_stranger_has_no_role():
    assert roles_of(AnonymousUser()) == set()


def test_somebody_switched_off_has_no_role(cast):
    cast.administrator.is_active = cast.parma_lead.is_active = False
    assert roles_of(cast.administrator) | roles_of(cast.parma_lead) == set()


def test_a_place_in_a_group_has_a_date_from_its_history(cast):
    [position] = positions_of(cast.researcher)
    assert position.since == UserGroup.pgh_event_model.objects.get(user=cast.researcher).pgh_created_at


def test_home_says_in_whose_name_one_acts(client_of):
    page = client_of("parma_lead").get(reverse("accounts:home"), headers=ENGLISH).text
    assert "City lead" in page
    assert "/cities/parma/" in page
    assert "Nothing at the moment." in page


def test_home_tells_whoever_has_no_role_what_to_do(client_of):
    assert "You have no role" in client_of("nobody").get(reverse("accounts:home"), headers=ENGLISH).text


def test_a_profile_saves_name_and_language_and_nothing_else(client_of, cast):
    client = client_of("parma_staff")
    form = {"display_name": "Anna Neri", "language": "en", "is_superuser": "on", "email": "x@y.example"}
    response = client.post(reverse("accounts:profile"), form)
    user = User.objects.get(pk=cast.parma_staff.pk)
    assert (user.display_name, user.language) == ("Anna Neri", "en")
    assert (user.is_superuser, user.email) == (False, "operatore@parma.example")
    assert response.cookies["django_language"].value == "en"


def test_sign_in_speaks_the_language_of_the_person(client, cast):
    User.objects.filter(pk=cast.parma_staff.pk).update(language="en")
    form = {"login": "operatore@parma.example", "password": "will"}
    assert client.post(reverse("account_login"), form).cookies["django_language"].value == "en"


def test_a_profile_shows_ones_own_acts(client_of):
    client = client_of("parma_staff")
    assert "Nothing of yours" in client.get(reverse("accounts:profile"), headers=ENGLISH).text
    client.post(reverse("cities:membership_contact", args=[key("parma_staff")]), {"shown_as_contact": "on"})
    assert "Membership of a city: change" in client.get(reverse("accounts:profile"), headers=ENGLISH).text
    assert (
        "city: change" not in client_of("parma_lead").get(reverse("accounts:profile"), headers=ENGLISH).text
    )


def test_history_of_people_keeps_nothing_that_erasure_would_have_to_find(db):
    fields = {field.name for field in User.pgh_event_model._meta.fields}
    assert {"is_superuser", "is_active", "is_staff"} <= fields
    assert not {"email", "display_name", "password", "last_login"} & fields
