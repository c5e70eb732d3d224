import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from will_portal.accounts.models import User

pytestmark = pytest.mark.django_db


def test_an_email_is_stored_in_small_letters():
    assert User.objects.create_user(" Operatore@Parma.EXAMPLE ").email == "operatore@parma.example"


def test_a_person_without_a_password_cannot_sign_in_with_one():
    assert not User.objects.create_user("nessuno@altrove.example").has_usable_password()


def test_a_person_needs_an_email():
    with pytest.raises(ValueError, match="e-mail"):
        User.objects.create_user("")


def test_an_administrator_may_do_everything():
    assert User.objects.create_superuser("admin@will.example", "will").has_perm("accounts.add_user")


def test_the_database_refuses_a_second_person_with_the_same_email():
    User.objects.bulk_create([User(email="nessuno@altrove.example")])
    with pytest.raises(IntegrityError, match="email"):
        User.objects.bulk_create([User(email="nessuno@altrove.example")])


def test_the_database_refuses_capitals_which_would_hide_a_second_person():
    with pytest.raises(IntegrityError, match="accounts_user_email_lower"):
        User.objects.bulk_create([User(email="Nessuno@altrove.example")])


def test_a_form_takes_capitals_and_finds_the_person_who_is_there():
    User.objects.create_user("nessuno@altrove.example")
    with pytest.raises(ValidationError) as refusal:
        User(email="Nessuno@Altrove.example", password="!").full_clean()
    assert set(refusal.value.message_dict) == {"email"}


def test_a_person_is_found_whatever_the_capitals():
    user = User.objects.create_user("nessuno@altrove.example")
    assert User.objects.get_by_natural_key("NESSUNO@altrove.example") == user


def test_people_go_by_the_name_they_chose():
    assert str(User(email="a@b.example", display_name="Sportello")) == "Sportello"
    assert str(User(email="a@b.example")) == "a@b.example"
