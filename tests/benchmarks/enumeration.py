"""Whether time tells who has an account: ./will test -s tests/benchmarks/enumeration.py"""

from statistics import median, quantiles
from time import perf_counter

import pytest
from django.test import Client
from django.urls import reverse

from will_portal.accounts.models import User

TRIES = 200
WRONG = "not the password of anybody"


@pytest.fixture
def people(settings, db):
    """Two accounts, one of them without a password, under the hasher of production and without limits."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    settings.ACCOUNT_RATE_LIMITS = False
    User.objects.create_user("known@parma.example", "a password of somebody")
    User.objects.create_user("passwordless@parma.example")


def seconds(url, form):
    client = Client()
    started = perf_counter()
    client.post(url, form)
    return perf_counter() - started


def measure(forms, url):
    """Return {name: seconds of each try}, in turns, so that a busy machine is busy for all alike."""
    for form in forms.values():
        seconds(url, form)
    times = {name: [] for name in forms}
    for _ in range(TRIES):
        for name, form in forms.items():
            times[name].append(seconds(url, form))
    return times


def odds(these, those):
    """Return how often a try of these takes longer than one of those: 0.5 where time tells nothing."""
    return sum(a > b for a in these for b in those) / (len(these) * len(those))


def report(title, times):
    print(f"\n{title}, {TRIES} tries each, milliseconds")
    unknown = times["unknown"]
    for name, tries in times.items():
        low, *_, high = quantiles(tries, n=10)
        row = f"median {median(tries) * 1000:6.2f}, 10-90 % {low * 1000:6.2f}-{high * 1000:6.2f}"
        print(f"  {name:14} {row}, slower than unknown in {odds(tries, unknown):.0%} of pairs")


def tell_nothing(times):
    *_, high = quantiles(times["unknown"], n=10)
    return all(median(tries) < high and odds(tries, times["unknown"]) < 0.8 for tries in times.values())


def test_sign_in(people):
    names = ["unknown", "known", "passwordless"]
    forms = {name: {"login": f"{name}@parma.example", "password": WRONG} for name in names}
    times = measure(forms, reverse("account_login"))
    report("Sign-in with a wrong password", times)
    assert tell_nothing(times)


def test_reset(people):
    forms = {name: {"email": f"{name}@parma.example"} for name in ("unknown", "known")}
    times = measure(forms, reverse("account_reset_password"))
    report("Asking for a new password", times)
    assert tell_nothing(times)
