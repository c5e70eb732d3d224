from django.urls import reverse

from will_portal.accounts.models import User


def test_an_administrator_adds_a_person(client_of):
    form = {"email": "Nuova@Parma.example", "password1": "tre parole nuove", "password2": "tre parole nuove"}
    client_of("administrator").post(reverse("admin:accounts_user_add"), form | {"usable_password": "true"})
    assert User.objects.get(email="nuova@parma.example").check_password("tre parole nuove")


def test_an_administrator_opens_a_person(client_of, cast):
    page = client_of("administrator").get(reverse("admin:accounts_user_change", args=[cast.nobody.pk]))
    assert page.status_code == 200
