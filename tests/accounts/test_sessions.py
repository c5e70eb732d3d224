from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.cast import PASSWORD

MORNING = datetime(2026, 3, 2, 8, tzinfo=UTC)


@pytest.fixture
def clock():
    with time_machine.travel(MORNING, tick=False) as clock:
        yield clock


def is_in(client):
    return client.get(reverse("account_email")).status_code == 200


def work(client, clock, hours):
    """Click every hour; return whether the last click found the session open."""
    for _ in range(hours):
        clock.shift(timedelta(hours=1))
        client.get(reverse("account_email"))
    return is_in(client)


def test_three_hours_without_a_click_end_a_session(clock, client_of):
    client = client_of("parma_staff")
    assert is_in(client)
    clock.shift(timedelta(hours=2, minutes=58))
    assert is_in(client)
    clock.shift(timedelta(hours=3, seconds=1))
    assert not is_in(client)


def test_twelve_hours_end_a_session_however_busy(clock, client_of):
    client = client_of("parma_staff")
    assert work(client, clock, 11)
    assert not work(client, clock, 1)
    assert "_auth_user_id" not in client.session


def test_signing_in_again_starts_the_twelve_hours_anew(clock, client_of, cast):
    client = client_of("parma_staff")
    work(client, clock, 11)
    client.force_login(cast.parma_staff)
    assert work(client, clock, 11)


def test_a_session_that_does_not_know_its_age_ends(client_of):
    client = client_of("parma_staff")
    session = client.session
    del session["signed_in_at"]
    session.save()
    assert not is_in(client)


def test_clicks_within_a_minute_cost_no_write(client_of):
    client = client_of("parma_staff")
    with CaptureQueriesContext(connection) as queries:
        client.get(reverse("privacy"))
    assert not [query for query in queries if query["sql"].startswith("UPDATE")]


def sign_in(client, email="operatore@parma.example"):
    client.post(reverse("account_login"), {"login": email, "password": PASSWORD})
    return client


@pytest.fixture
def two_browsers(client, cast):
    other = sign_in(type(client)(HTTP_USER_AGENT="Firefox of the office"))
    return sign_in(client), other


def test_somebody_sees_the_own_sessions_alone(two_browsers):
    here, _there = two_browsers
    stranger = sign_in(type(here)(HTTP_USER_AGENT="a browser in Verona"), "operatore@verona.example")
    assert is_in(stranger)
    page = here.get(reverse("usersessions_list")).content.decode()
    assert "Firefox of the office" in page
    assert "a browser in Verona" not in page


def test_the_other_sessions_end_at_their_next_click(two_browsers):
    here, there = two_browsers
    here.post(reverse("usersessions_list"))
    assert is_in(here)
    assert not is_in(there)


def test_a_session_that_ended_leaves_the_list(two_browsers):
    here, there = two_browsers
    there.post(reverse("account_logout"))
    assert "Firefox of the office" not in here.get(reverse("usersessions_list")).content.decode()


def test_a_new_password_ends_the_other_sessions(two_browsers):
    here, there = two_browsers
    new = "gufi blu in fila"
    form = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    here.post(reverse("account_change_password"), form)
    assert is_in(here)
    assert not is_in(there)


def test_cookies_are_for_this_portal_alone(two_browsers):
    here, _there = two_browsers
    for name in ("sessionid", "csrftoken"):
        assert here.cookies[name]["httponly"]
        assert here.cookies[name]["samesite"] == "Lax"
    assert not here.cookies["sessionid"]["max-age"]


@pytest.mark.parametrize("headers", [{"Referer": "http://testserver/runs/?kind=audit"}, {}])
def test_who_acts_after_the_session_ended_comes_back_to_the_page(db, client, headers):
    answer = client.post(reverse("saved:add"), headers=headers, follow=True)
    back = "/runs/%3Fkind%3Daudit" if headers else reverse("accounts:home")
    assert answer.redirect_chain == [(f"{reverse('account_login')}?next={back}", 302)]
    assert "operazione non è stata salvata" in answer.text


@pytest.mark.parametrize(
    ("page", "back"),
    [
        ("https://elsewhere.example/runs/", "/accounts/home/"),
        ("http://testserver//elsewhere.example/runs/", "/%252Felsewhere.example/runs/"),
    ],
)
def test_nobody_is_sent_elsewhere_after_signing_in(client, page, back):
    answer = client.post(reverse("saved:add"), headers={"Referer": page})
    assert answer["Location"].endswith(f"?next={back}")


def test_no_part_of_a_page_turns_into_the_sign_in_page(client):
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/runs/?kind=audit"}
    answer = client.get(reverse("runs:list"), headers=headers)
    assert answer["HX-Redirect"] == f"{reverse('account_login')}?next=/runs/%3Fkind%3Daudit"
    assert answer.text == ""
    assert "no-store" in answer["Cache-Control"]
