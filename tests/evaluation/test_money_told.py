"""Money that is spread over many is told: whoever hides it, too, hides too much."""

import random
from itertools import product

import pytest
from django.core.management import call_command

from initiatives.models import Intervention
from tests.evaluation.attacker import SLUGS, from_json, months_of
from tests.evaluation.dashboard_recount import Recount
from tests.evaluation.recount_plain import MONEY, Plain
from tests.evaluation.recount_rows import Log
from tests.evaluation.small_numbers import CLOSED_FIRST, PAIRS, World
from tests.places import city

pytestmark = pytest.mark.django_db
HALF_YEAR = {"from": "2025-01", "to": "2025-06", "by": "quarter"}
READERS = {"researcher": True, "anonymous": False}


@pytest.fixture
def log(cast):
    call_command("load_indicators", verbosity=0)
    world = World(cast, random.Random(6), PAIRS)
    world.log()
    # What few of these cost would hide the rest: costs are told with and without their people.
    Intervention.objects.filter(people_served=None).delete()
    world.told(CLOSED_FIRST)
    return Log.now()


@pytest.mark.parametrize("reader", READERS)
def test_money_that_is_spread_is_told(log, client_of, reader):
    client, told = client_of(reader), 0
    for filters, code in product([{}, *PAIRS[:5]], MONEY):
        asked = filters | {"indicator": code}
        plain = Plain(Recount(asked, log, log, set(), READERS[reader]))
        for row in from_json(client, asked | HALF_YEAR):
            cities = [city(slug).pk for name, slug in SLUGS.items() if row["city"] in (name, "all")]
            # Of the time before there is nothing.
            months = months_of(row["period"])
            if months and plain.must_tell(cities, months):
                assert row["state"] != "s", (asked, row)
                told += bool(row["value"])
    assert told >= 5
