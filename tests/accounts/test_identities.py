"""Signing in through a provider of identities that answers inside the test."""

from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
import requests
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from allauth.socialaccount.providers.oauth2.client import OAuth2Client
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.urls import reverse

from tests.cast import PASSWORD
from will_portal.accounts.models import User

ISSUER = "https://identities.example"
LOGIN, CALLBACK = (reverse(f"openid_connect_{step}", args=["sso"]) for step in ("login", "callback"))
STAFF = "operatore@parma.example"


@pytest.fixture
def provider(settings, monkeypatch):
    """Answers with the claims that the test puts into the dictionary."""
    app = {"provider_id": "sso", "name": "Identità", "client_id": "will", "secret": "s" * 32}
    app["settings"] = {"server_url": ISSUER, "email_authentication": True}
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}}
    claims = {"iss": ISSUER, "aud": "will", "sub": "TINIT-1", "iat": 1, "exp": 4_000_000_000}
    configuration = {
        "issuer": ISSUER,
        "authorization_endpoint": f"{ISSUER}/authorize",
        "token_endpoint": f"{ISSUER}/token",
        "userinfo_endpoint": f"{ISSUER}/userinfo",
        "jwks_uri": f"{ISSUER}/keys",
    }

    def tokens(*args, **kwargs):
        return {"access_token": "t", "id_token": jwt.encode(claims, "k" * 32, "HS256")}

    monkeypatch.setattr(OpenIDConnectOAuth2Adapter, "openid_config", configuration)
    monkeypatch.setattr(OpenIDConnectOAuth2Adapter, "_fetch_user_info", lambda self, token: claims)
    monkeypatch.setattr(OAuth2Client, "get_access_token", tokens)
    return claims


@pytest.fixture
def come_back(client, cast, provider):
    """Go to the provider and come back with these claims."""

    def go(way=LOGIN, **claims):
        provider.update(claims)
        asked = parse_qs(urlsplit(client.get(way)["Location"]).query)
        return client.get(CALLBACK, {"code": "c", "state": asked["state"][0]})

    return go


def away(adapter):
    raise requests.ConnectionError("connection refused")


def signed_in(client):
    return User.objects.filter(pk=client.session.get("_auth_user_id")).first()


def test_the_sign_in_page_offers_a_provider_only_where_there_is_one(client, db):
    assert LOGIN not in client.get(reverse("account_login")).content.decode()


def test_the_sign_in_page_offers_the_provider_by_its_name(client, db, provider):
    page = client.get(reverse("account_login")).content.decode()
    assert LOGIN in page
    assert "Identità" in page


def test_a_verified_email_opens_its_account(come_back, client, cast):
    come_back(email=STAFF.upper(), email_verified=True)
    assert signed_in(client) == cast.parma_staff
    assert SocialAccount.objects.get().user == cast.parma_staff


def test_of_the_person_only_the_providers_number_is_kept(come_back):
    come_back(email=STAFF, email_verified=True, fiscal_number="TINIT-RSSMRA80A01G337X", name="Maria Rossi")
    account = SocialAccount.objects.get()
    assert (account.uid, account.extra_data) == ("TINIT-1", {})


@pytest.mark.parametrize("verified", [False, None, "false", ""])
def test_an_unverified_email_opens_nothing(come_back, client, verified):
    come_back(email=STAFF, email_verified=verified)
    assert signed_in(client) is None
    assert not SocialAccount.objects.exists()


def test_an_address_that_was_not_confirmed_here_opens_nothing(come_back, client):
    EmailAddress.objects.update(verified=False)
    come_back(email=STAFF, email_verified=True)
    assert signed_in(client) is None


def test_an_identity_without_an_account_makes_none(come_back, client, cast):
    people = User.objects.count()
    come_back(email="nuovo@altrove.example", email_verified=True)
    assert (signed_in(client), User.objects.count()) == (None, people)


def test_a_connected_identity_stays_so_when_its_email_changes(come_back, client, cast):
    come_back(email=STAFF, email_verified=True)
    client.post(reverse("account_logout"))
    come_back(email="nuovo.indirizzo@parma.example", email_verified=True)
    assert signed_in(client) == cast.parma_staff


def test_who_inherits_a_mailbox_does_not_inherit_the_account(come_back, client):
    come_back(email=STAFF, email_verified=True)
    client.post(reverse("account_logout"))
    come_back(email=STAFF, email_verified=True, sub="TINIT-2")
    assert signed_in(client) is None


def test_nobody_connects_an_identity_by_following_a_link(come_back, client, cast):
    client.force_login(cast.verona_staff)
    come_back(f"{LOGIN}?process=connect", email="attaccante@altrove.example", email_verified=True)
    assert not SocialAccount.objects.exists()


def test_a_person_switched_off_does_not_get_in(come_back, client, cast):
    User.objects.filter(pk=cast.parma_staff.pk).update(is_active=False)
    come_back(email=STAFF, email_verified=True)
    assert signed_in(client) is None


def test_the_way_to_the_provider_is_bound_to_this_browser(client, cast, provider):
    provider.update(email=STAFF, email_verified=True)
    assert client.get(CALLBACK, {"code": "c", "state": "invented"}).status_code == 401
    assert signed_in(client) is None


def test_who_stops_on_the_way_is_told_so(client, cast, provider):
    asked = parse_qs(urlsplit(client.get(LOGIN)["Location"]).query)
    answer = client.get(CALLBACK, {"error": "access_denied", "state": asked["state"][0]})
    assert answer["Location"] == reverse("socialaccount_login_cancelled")


@pytest.mark.parametrize("way", [LOGIN, CALLBACK])
def test_a_provider_that_is_away_is_a_sentence_and_no_fault(client, db, provider, monkeypatch, way):
    state = parse_qs(urlsplit(client.get(LOGIN)["Location"]).query)["state"][0]
    monkeypatch.setattr(OpenIDConnectOAuth2Adapter, "openid_config", property(away))
    assert client.get(way, {"code": "c", "state": state}).status_code == 503


def test_an_identity_is_removed_by_its_person(come_back, client):
    come_back(email=STAFF, email_verified=True)
    account = SocialAccount.objects.get()
    page = client.get(reverse("socialaccount_connections"))
    assert account in page.context["form"].accounts
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    client.post(reverse("socialaccount_connections"), {"account": account.pk})
    assert not SocialAccount.objects.exists()
