"""What the figures hold where something changed between releases, or lies at the edge of the programme."""

import csv
from datetime import date
from io import StringIO

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from cities.models import ProgrammeMembership
from evaluation.releases import make_release
from initiatives.models import Initiative, MonthClosing, Partner
from tests.bodies import organisation
from tests.places import key
from tests.projects import entry, initiative
from tests.releases import QUARTER, released

pytestmark = pytest.mark.django_db
FIRST_QUARTER = "from=2026-01&to=2026-03&by=quarter&city=parma"


@pytest.fixture(autouse=True)
def registry(parma, verona):
    call_command("load_indicators")


@pytest.fixture
def make(cast):
    """Store an initiative with a hundred people and a cost in each month of the quarter."""

    def store(code, cost, published_at=None, body=None):
        project = initiative("parma", code=code, public_id=key(code), published_at=published_at)
        for month in QUARTER:
            entry(
                project,
                cast.parma_staff,
                day=month.replace(day=9),
                people_served=100,
                new_people=10,
                cost=cost,
                delivered_by=body,
            )
        return project

    return store


@pytest.fixture
def ask(client_of):
    """Return the row of one city and of all the time asked for."""

    def row(code, question=FIRST_QUARTER, role="anonymous"):
        response = client_of(role).get(f"{reverse('dashboard:csv')}?indicator={code}&{question}")
        rows = csv.DictReader(StringIO(response.getvalue().decode()))
        return next(row for row in rows if row["city"])

    return row


def publish(project):
    Initiative.objects.filter(pk=project.pk).update(published_at=timezone.now())


def test_the_public_is_told_no_cost_without_that_of_what_was_published_late(make, ask, parma):
    make("PR-2026-01", 1000, timezone.now())
    late = make("PR-2026-02", 5000, body=organisation("cooperativa"))
    released(parma, *QUARTER)
    publish(late)
    make_release()
    for code in ["delivery-cost", "cost-per-person", "delivery-cost-per-resident"]:
        assert ask(code)["value"] == ask(code, f"{FIRST_QUARTER}&initiative=PR-2026-02")["value"] == ""
    assert ask("delivery-cost", f"{FIRST_QUARTER}&release=1")["value"] == "3000.00"


def test_what_is_published_before_its_time_is_told_costs_what_it_costs(make, ask, parma):
    make_release()
    project = make("PR-2026-01", 1000)
    publish(project)
    released(parma, *QUARTER)
    assert ask("delivery-cost")["value"] == "3000.00"


def test_money_of_more_initiatives_than_the_people_is_said_of_no_entries(make, ask, parma, client_of):
    make("PR-2026-01", 5000, timezone.now())
    withdrawn = make("PR-2026-02", 1000, timezone.now(), organisation("cooperativa"))
    released(parma, *QUARTER)
    Initiative.objects.filter(pk=withdrawn.pk).update(published_at=None)
    make_release()
    row = ask("delivery-cost")
    assert (row["value"], row["known"], row["entries"]) == ("18000.00", "", "")
    page = client_of("anonymous").get(
        f"{reverse('dashboard:show')}?indicator=delivery-cost&{FIRST_QUARTER}",
        headers={"accept-language": "en"},
    )
    assert "also those that are not any more" in page.text


def test_what_is_counted_at_any_time_is_not_of_so_many_months(make, ask, parma):
    Partner.objects.create(
        initiative=make("PR-2026-01", 0, timezone.now()),
        organisation=organisation("cooperativa"),
        role="implementer",
    )
    released(parma, *QUARTER)
    now = ask("third-sector-partners", "from=2026-01&to=2026-03&by=quarter&city=parma")
    later = ask("third-sector-partners", "from=2090-01&to=2090-12&by=year&city=parma")
    earlier = ask("third-sector-partners", "from=2015-01&to=2015-12&by=year&city=parma")
    assert (now["value"], now["months_published"]) == ("1", "")
    assert (later["value"], later["state"]) == ("", "m")
    assert (earlier["value"], earlier["state"]) == ("", "n")


def test_months_before_a_city_joined_are_not_of_its_time_in_the_programme(make, ask, parma):
    make("PR-2026-01", 0, timezone.now())
    ProgrammeMembership.objects.filter(city=parma).update(joined=date(2026, 3, 15), joined_precision="day")
    released(parma, *QUARTER)
    row = ask("people-served")
    assert (row["months_published"], row["months"], row["apart"]) == ("1", "1", "outside")


def test_a_month_that_is_open_again_is_not_closed(make, ask, cast, parma):
    make("PR-2026-01", 0, timezone.now())
    released(parma, *QUARTER)
    MonthClosing.objects.filter(month=QUARTER[1]).update(
        reopened_at=timezone.now(), reopened_by=cast.parma_lead, reopen_reason="Mancavano fogli."
    )
    initiative("parma", code="PR-2026-02", public_id=key("other"))
    assert make_release().number == 2
    assert (ask("months-closed")["numerator"], ask("months-closed")["denominator"]) == ("2", "3")
    former = ask("months-closed", f"{FIRST_QUARTER}&release=1")
    assert former["numerator"] == "3"


def test_without_any_city_in_the_programme_nothing_breaks(client_of):
    ProgrammeMembership.objects.all().delete()
    for view in ["panels", "ranking", "heatmap", "map", "table"]:
        url = f"{reverse('dashboard:show')}?indicator=months-closed&view={view}"
        assert client_of("anonymous").get(url).status_code == 200


def test_sums_that_are_kept_are_those_of_what_is_public_today(make, ask, parma):
    project = make("PR-2026-01", 0, timezone.now())
    released(parma, *QUARTER)
    assert ask("people-served")["value"] == "300"
    Initiative.objects.filter(pk=project.pk).update(published_at=None)
    assert ask("people-served")["value"] != "300"
    assert ask("people-served", role="researcher")["value"] == "300"


def test_sums_are_added_up_once(make, parma, client_of, django_assert_num_queries):
    make("PR-2026-01", 0, timezone.now())
    released(parma, *QUARTER)
    client, url = (
        client_of("anonymous"),
        f"{reverse('dashboard:csv')}?indicator=people-served&{FIRST_QUARTER}",
    )
    client.get(url)
    with django_assert_num_queries(10):
        client.get(url).getvalue()
