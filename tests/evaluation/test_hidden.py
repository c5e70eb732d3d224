"""No page and no file depends on what is not told: they stay the same, whatever the hidden numbers are."""

import random
import re

import pgtrigger
import pytest
from django.core.management import call_command
from django.db.models import F
from django.urls import reverse

from cities.models import City
from evaluation.figures.indicators import log
from evaluation.models import MonthlyPeople, MonthlyTotal, ReleasedFigure
from evaluation.pictures import drawing
from evaluation.querysets import MonthlyTotalQuerySet
from initiatives.models import Initiative, Intervention, InterventionPeople
from tests.bodies import organisation
from tests.evaluation.small_numbers import COUNTED, PAIRS, World

pytestmark = pytest.mark.django_db
READERS = ["anonymous", "researcher"]
VIEWS = ["panels", "ranking", "heatmap", "map", "table"]
TIME = {"from": "2025-01", "to": "2025-06"}
# Of each page anew: the form's token.
TOKENS = re.compile(r'(csrfmiddlewaretoken" value|X-CSRFToken&quot;:|X-CSRFToken": )[^>]*')


@pytest.fixture
def world(cast, monkeypatch):
    monkeypatch.setattr(drawing, "convert", lambda text, *_options: text.encode())
    call_command("load_indicators", verbosity=0)
    world = World(cast, random.Random(3), PAIRS[:4])
    world.tell()
    return world


def questions():
    lots = random.Random(4)
    narrowed = [{}, {"kind": "A4"}, {"area": PAIRS[0]["area"]}, {"city": "parma"}, {"release": 1}]
    for code in log.INDICATORS:
        asked = TIME | {"indicator": code, "by": lots.choice(["month", "quarter", "year"])}
        name = lots.choice(["show", "csv", "json", "svg", "made"])
        yield name, asked | lots.choice(narrowed) | {"view": lots.choice(VIEWS)}
    by_body = {"organisation": str(organisation("cooperativa").public_id)}
    yield "json", TIME | {"indicator": "people-reached", "by": "quarter"} | by_body
    for split in ["sex", "age"]:
        asked = TIME | {"indicator": "people-served", "split": split}
        yield lots.choice(["show", "svg"]), asked | {"view": "breakdown"}


def pages():
    """Yield (address, parameters) of pages and files that others than a city read."""
    yield from ((reverse(f"dashboard:{name}"), asked) for name, asked in questions())
    yield from ((reverse(name), {}) for name in ["cities:home", "releases:list"])
    yield from ((reverse(f"releases:{name}", args=[2]), {}) for name in ["detail", "data_csv"])
    yield from ((city.get_absolute_url(), {}) for city in City.objects.filter(slug__in=["parma", "verona"]))
    yield from ((one.get_absolute_url(), {}) for one in Initiative.objects.order_by("pk")[:3])


def read(clients):
    """Return {(reader, address, parameters): what is answered}."""
    found = {}
    for address, asked in pages():
        for reader, client in clients.items():
            response = client.get(address, asked, headers={"accept-language": "en"})
            content = response.getvalue().decode()
            found[reader, address, str(asked)] = response.status_code, TOKENS.sub("", content)
    return found


def change_what_is_hidden():
    """Every number of the log, and each that is stored beside what is told."""
    sums = [*MonthlyTotalQuerySet.summable, "largest_entry"]
    with pgtrigger.ignore():
        for rows, names in [
            (Intervention.objects, [*COUNTED, "hours"]),
            (MonthlyTotal.objects, sums),
            (InterventionPeople.objects, ["people"]),
            (MonthlyPeople.objects, ["people", "new_people"]),
        ]:
            rows.update(**{name: F(name) * 3 + 1 for name in names})
    ReleasedFigure.objects.update(by_body={"": [1, 1, 1]})


def test_what_others_read_follows_from_what_is_told_alone(world, client_of, forget):
    clients = {reader: client_of(reader) for reader in READERS}
    before, own = read(clients), read_by_the_city(client_of)
    change_what_is_hidden()
    forget()
    after = read(clients)
    refused = {key for key, (status, _content) in before.items() if status != 200}
    assert 0 < len(before) - len(refused) > 5 * len(refused)
    assert [key for key in before if before[key] != after[key]] == []
    assert own != read_by_the_city(client_of)


def read_by_the_city(client_of):
    asked = TIME | {"indicator": "people-served", "city": "parma"}
    return client_of("parma_lead").get(reverse("dashboard:csv"), asked).getvalue()
