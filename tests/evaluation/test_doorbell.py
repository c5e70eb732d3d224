"""From the form to the sums: by the bell within seconds, and by the sweep where no bell rang."""

import time

import pytest
from django.test import Client
from django.urls import reverse

from evaluation.models import MonthlyTotal
from initiatives.models import ChangedMonth
from tests import cast as people
from tests.places import key
from tests.projects import DAY, entry, initiative, kind

pytestmark = pytest.mark.django_db(transaction=True)


def within(seconds, condition):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


@pytest.fixture
def staff():
    return people.enter()["parma_staff"]


def test_an_entry_of_the_form_is_summed_within_five_seconds(worker, staff):
    client = Client()
    client.force_login(staff)
    form = {
        "key": key("new entry"),
        "initiative": initiative("parma").public_id,
        "day": DAY.isoformat(),
        "kind": kind().code,
        "people_served": 9,
    }
    assert client.post(reverse("log:add"), form).status_code == 302
    within(5, MonthlyTotal.objects.filter(people_served=9).exists)


def test_what_came_without_a_bell_is_found_by_the_sweep(worker, staff):
    entry(initiative("parma"), staff)
    assert ChangedMonth.objects.exists()
    within(30, MonthlyTotal.objects.filter(people_served=12).exists)
