from datetime import timedelta

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from pghistory.models import Event, Events

from tests.cast import key
from will_portal.accounts import erasures
from will_portal.accounts.models import ErasureRequest, Invitation, User
from will_portal.accounts.personal_data import holdings

pytestmark = pytest.mark.django_db
ENGLISH = {"accept-language": "en"}


def points_to_a_person(field):
    return field.is_relation and field.concrete and not field.many_to_many and field.related_model is User


def holds_history(model):
    # Events repeat the fields of the model that they are the history of.
    return issubclass(model, (Event, Events))


def test_every_field_that_points_to_a_person_says_what_becomes_of_it():
    known = {(holding.model._meta.concrete_model, holding.field) for holding in holdings()}
    pointing = {
        (model._meta.concrete_model, field.name)
        for model in apps.get_models(include_auto_created=True)
        if not holds_history(model)
        for field in model._meta.get_fields()
        if points_to_a_person(field)
    }
    permissions = {(User.user_permissions.through, "user")}
    assert pointing - known == permissions


def test_the_copy_holds_what_points_to_the_person_and_no_secret(just_confirmed, cast):
    copy = just_confirmed("parma_staff").get(reverse("accounts:your_data_copy"))
    assert "attachment" in copy["Content-Disposition"]
    assert copy.json()["person"]["email"] == cast.parma_staff.email
    assert copy.json()["account.emailaddress.user"][0]["email"] == cast.parma_staff.email
    assert copy.json()["cities.citymembership.user"][0]["role"] == "staff"
    assert cast.parma_staff.password not in copy.content.decode()


def test_asking_twice_is_one_request(just_confirmed, cast):
    for _ in range(2):
        just_confirmed("parma_staff").post(reverse("accounts:erasure_ask"))
    assert ErasureRequest.objects.open().get().person == cast.parma_staff


def test_a_request_can_be_taken_back(just_confirmed):
    client = just_confirmed("parma_staff")
    client.post(reverse("accounts:erasure_ask"))
    client.post(reverse("accounts:erasure_withdraw"))
    assert not ErasureRequest.objects.open().exists()


def test_opening_the_page_that_asks_for_erasure_asks_for_nothing(just_confirmed):
    page = just_confirmed("parma_staff").get(reverse("accounts:erasure_ask"), headers=ENGLISH)
    assert "you can withdraw the request" in page.text
    assert not ErasureRequest.objects.exists()


def test_whoever_asks_is_told_once_where_to_take_it_back(just_confirmed, cast, mailoutbox):
    for _ in range(2):
        just_confirmed("parma_staff").post(reverse("accounts:erasure_ask"))
    (message,) = mailoutbox
    assert message.to == [cast.parma_staff.email]
    assert reverse("accounts:your_data") in message.body


def test_opening_the_page_that_erases_erases_nobody(client_of, cast):
    asked = erasures.ask(person=cast.parma_staff)
    page = client_of("administrator").get(reverse("accounts:erasure_carry_out", args=[asked.pk]))
    assert cast.parma_staff.email in page.text
    assert ErasureRequest.objects.open().exists()


def mail_is_away(*args, **kwargs):
    raise ConnectionRefusedError


def test_a_mail_server_that_is_away_stops_no_erasure(just_confirmed, client_of, cast, monkeypatch):
    monkeypatch.setattr("will_portal.accounts.mails.send_mail", mail_is_away)
    just_confirmed("parma_staff").post(reverse("accounts:erasure_ask"))
    asked = ErasureRequest.objects.open().get()
    page = client_of("administrator").post(
        reverse("accounts:erasure_carry_out", args=[asked.pk]), follow=True, headers=ENGLISH
    )
    assert "could not be sent" in page.text
    cast.parma_staff.refresh_from_db()
    assert cast.parma_staff.is_erased


def rows_that_contain(words):
    """Search every column of every table, as whoever reads a backup could."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT count(*) FROM "{table}" AS t WHERE t::text ILIKE %s', [f"%{words}%"])
            if cursor.fetchone()[0]:
                found.append(table)
    return found


@pytest.fixture
def erased(just_confirmed, client_of, cast):
    """A member of staff with traces everywhere: in the administration, invited, active, then erased."""
    person = cast.parma_staff
    person.display_name = "Persona Inventata"
    person.save()
    administrator = client_of("administrator")
    form = {"email": person.email, "display_name": "Persona Inventata", "language": "it", "is_active": "on"}
    administrator.post(reverse("admin:accounts_user_change", args=[person.pk]), form)
    Invitation.objects.create(
        email=person.email,
        language="it",
        token_hash="x" * 64,
        invited=timezone.now(),
        invited_by=cast.parma_lead,
        expires=timezone.now() + timedelta(days=1),
    )
    client = just_confirmed("parma_staff")
    client.post(reverse("accounts:erasure_ask"))
    assert len(rows_that_contain("operatore@parma.example")) > 2
    asked = ErasureRequest.objects.get()
    administrator.post(reverse("accounts:erasure_carry_out", args=[asked.pk]))
    return person, client


@pytest.mark.parametrize("words", ["operatore@parma.example", "Persona Inventata"])
def test_erasure_leaves_no_trace_of_who_it_was(erased, words):
    assert rows_that_contain(words) == []


def test_the_old_address_is_told(erased, mailoutbox):
    assert [message.to for message in mailoutbox] == [["operatore@parma.example"]] * 2


def test_others_see_an_erased_account_and_no_pseudonym(erased, client_of):
    membership = erased[0].city_memberships.get()
    for page in [reverse("cities:people_history"), reverse("cities:membership", args=[membership.pk])]:
        text = client_of("parma_lead").get(page, headers=ENGLISH).text
        assert "erased account" in text
        assert "erased.invalid" not in text


def test_why_an_erased_role_ended_is_stored_in_no_language(erased):
    assert erased[0].city_memberships.get().reason == ""


@pytest.mark.parametrize("page", ["accounts:home", "privacy"])
def test_the_page_your_data_is_found_from_the_menu_and_from_the_privacy_page(client_of, page):
    links = client_of("nobody").get(reverse(page)).text.count(f'href="{reverse("accounts:your_data")}"')
    assert links == (2 if page == "privacy" else 1)


def test_erasure_ends_the_open_session_and_the_roles(erased):
    person, client = erased
    assert client.get(reverse("accounts:home")).status_code == 302
    assert not person.city_memberships.filter(until__isnull=True).exists()


def test_what_the_person_did_stays_on_record(erased):
    person, _client = erased
    assert person.city_memberships.count() == 1
    assert ErasureRequest.objects.get().done_by.is_superuser


def test_nobody_erases_themself(cast):
    request = erasures.ask(person=cast.administrator)
    with pytest.raises(PermissionDenied):
        erasures.carry_out(request=request, by=cast.administrator)


def test_a_request_taken_back_is_not_carried_out(cast):
    request = erasures.ask(person=cast.parma_staff)
    erasures.withdraw(person=cast.parma_staff)
    with pytest.raises(erasures.Refused):
        erasures.carry_out(request=request, by=cast.administrator)
    cast.parma_staff.refresh_from_db()
    assert cast.parma_staff.is_active


@pytest.mark.parametrize("route", ["accounts:your_data_copy", "accounts:erasure_ask"])
def test_a_browser_left_open_gives_neither_the_copy_nor_the_erasure(route, client_of):
    answer = client_of("parma_staff").get(reverse(route))
    assert answer["Location"].startswith(reverse("account_reauthenticate"))


def test_why_an_earlier_role_ended_is_forgotten(client_of, cast):
    reason = {"reason": "Motivo di prova"}
    client_of("parma_lead").post(reverse("cities:membership_end", args=[key("parma_staff")]), reason)
    assert rows_that_contain("Motivo di prova") == ["cities_citymembership"]
    asked = erasures.ask(person=cast.parma_staff)
    erasures.carry_out(request=asked, by=cast.administrator)
    assert rows_that_contain("Motivo di prova") == []
