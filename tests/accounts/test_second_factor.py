import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.urls import reverse

from tests.cast import PASSWORD
from tests.second_factor import SECRET, code_of

SET_UP = reverse("mfa_index")


@pytest.fixture
def guarded(cast):
    """A person with an authenticator app and recovery codes."""
    TOTP.activate(cast.parma_staff, SECRET)
    RecoveryCodes.activate(cast.parma_staff)
    return cast.parma_staff


@pytest.fixture
def half_in(client, guarded):
    client.post(reverse("account_login"), {"login": guarded.email, "password": PASSWORD})
    return client


def confirm(client, code):
    client.post(reverse("mfa_authenticate"), {"code": code})
    return "_auth_user_id" in client.session


def test_the_password_alone_does_not_open(half_in):
    assert half_in.get(reverse("account_email"))["Location"].startswith(reverse("account_login"))


def test_a_code_of_the_app_opens_once(half_in, guarded, client):
    code = code_of()
    assert confirm(half_in, code)
    client.post(reverse("account_logout"))
    client.post(reverse("account_login"), {"login": guarded.email, "password": PASSWORD})
    assert not confirm(client, code)


def test_a_recovery_code_opens_once(half_in, guarded):
    codes = RecoveryCodes(Authenticator.objects.get(user=guarded, type=Authenticator.Type.RECOVERY_CODES))
    code = codes.get_unused_codes()[0]
    assert confirm(half_in, code)
    half_in.post(reverse("account_logout"))
    half_in.post(reverse("account_login"), {"login": guarded.email, "password": PASSWORD})
    assert not confirm(half_in, code)


def test_guessing_codes_ends_in_a_locked_door(half_in):
    for _ in range(5):
        confirm(half_in, "000000")
    assert not confirm(half_in, code_of())


def reauthenticated(client_of, role):
    client = client_of(role)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return client


@pytest.mark.django_db(transaction=True)  # the mail leaves with the commit
def test_setting_up_the_app_brings_recovery_codes_and_a_mail(client_of, cast, mailoutbox):
    client = reauthenticated(client_of, "parma_staff")
    secret = client.get(reverse("mfa_activate_totp")).context["form"].secret
    client.post(reverse("mfa_activate_totp"), {"code": code_of(secret)})
    kinds = Authenticator.objects.filter(user=cast.parma_staff).values_list("type", flat=True)
    assert set(kinds) == {"totp", "recovery_codes"}
    assert mailoutbox[0].to == ["operatore@parma.example"]


def test_seeing_and_downloading_the_codes(client_of, guarded):
    client = reauthenticated(client_of, "parma_staff")
    seen = client.get(reverse("mfa_view_recovery_codes")).context["unused_codes"]
    download = client.get(reverse("mfa_download_recovery_codes"))
    assert download["Content-Disposition"] == 'attachment; filename="recovery-codes.txt"'
    assert download.content.decode().split() == seen


def test_the_administration_shows_nobodys_secrets(client_of, guarded):
    page = client_of("administrator").get(reverse("admin:index")).content.decode()
    for word in ("authenticator", "usersession", "socialtoken"):
        assert word not in page


@pytest.fixture
def required(settings, monkeypatch):
    """Everybody is a lead, and leads need a second factor."""
    settings.MFA_REQUIRED_ROLES = {"lead"}
    monkeypatch.setattr("will_portal.accounts.middleware.roles_of", lambda user: {"lead", "researcher"})


@pytest.mark.parametrize("route", ["cities:home", "account_change_password", "usersessions_list"])
def test_who_needs_a_second_factor_is_led_to_it(required, client_of, route):
    assert client_of("parma_lead").get(reverse(route))["Location"] == SET_UP


@pytest.mark.parametrize("method", ["get", "head", "post", "put", "delete", "options"])
def test_no_method_gets_around_it(required, client_of, method):
    assert getattr(client_of("administrator"), method)(reverse("admin:index"))["Location"] == SET_UP


def test_a_fragment_leads_the_whole_page_to_it(required, client_of):
    answer = client_of("parma_lead").get(reverse("cities:home"), headers={"HX-Request": "true"})
    assert answer["HX-Redirect"] == SET_UP


@pytest.mark.parametrize(
    "route", ["mfa_index", "account_email", "account_reauthenticate", "privacy", "readyz"]
)
def test_what_is_needed_on_the_way_stays_open(required, client_of, route):
    assert client_of("parma_lead").get(reverse(route)).status_code == 200


def test_the_way_out_and_the_language_stay_open(required, client_of):
    client = client_of("parma_lead")
    assert client.post(reverse("set_language"), {"language": "en", "next": SET_UP})["Location"] == SET_UP
    client.post(reverse("account_logout"))
    assert "_auth_user_id" not in client.session


def test_the_page_says_why(required, client_of):
    assert client_of("parma_lead").get(SET_UP).wsgi_request.lacks_second_factor


def test_who_has_one_goes_where_they_want(required, client_of, cast):
    TOTP.activate(cast.parma_lead, SECRET)
    assert client_of("parma_lead").get(reverse("cities:home")).status_code == 200


def test_recovery_codes_are_no_second_factor(required, client_of, cast):
    RecoveryCodes.activate(cast.parma_lead)
    assert client_of("parma_lead").get(reverse("cities:home"))["Location"] == SET_UP


def test_other_roles_and_strangers_are_left_alone(required, client_of, monkeypatch):
    assert client_of("anonymous").get(reverse("cities:home")).status_code == 200
    monkeypatch.setattr("will_portal.accounts.middleware.roles_of", lambda user: {"researcher"})
    assert client_of("researcher").get(reverse("cities:home")).status_code == 200
