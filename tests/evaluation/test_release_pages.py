"""The pages of the numbered releases: what each holds and brought, how it is cited, and its files."""

import csv
from datetime import UTC, date, datetime

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from cities.models import ProgrammeMembership
from evaluation.coverage import coverage_of, runs
from evaluation.figure_rows import COLUMNS
from evaluation.models import Indicator, Release, ReleaseChange, ReleasedMonth
from evaluation.releases import make_release
from evaluation.updating import roll_up
from initiatives.calendar import months_before
from initiatives.models import BudgetLine, FundingSource, MonthClosing
from tests.measures import indicator
from tests.projects import DAY, entry, implementer, initiative

pytestmark = pytest.mark.django_db
ENGLISH = {"accept-language": "en"}
QUERIES = {"list": 4, "detail": 7}
LIST = reverse("releases:list")
JANUARY = date(2026, 1, 1)
MADE = datetime(2026, 3, 21, 3, tzinfo=UTC)


def release(number, **fields):
    return Release.objects.create(number=number, **{"made_at": MADE} | fields)


def publish(found, city, *months, what="new", why=""):
    for month in months:
        ReleasedMonth.objects.get_or_create(city=city, month=month, defaults={"since": found})
        ReleaseChange.objects.create(release=found, city=city, month=month, what=what, why=why)


def page(client, name="detail", number=1):
    address = reverse(f"releases:{name}", args=[number]) if number else LIST
    return " ".join(strip_tags(client.get(address, headers=ENGLISH).text).split())


def rows(response):
    return list(csv.DictReader(response.getvalue().decode().splitlines()))


def test_before_the_first_release_the_list_says_when_it_comes(client):
    assert "There is no release yet: the first is made in the night" in page(client, number=None)


def test_the_list_says_what_each_brought_and_which_is_current(client, parma, verona):
    publish(release(1), parma, JANUARY)
    publish(release(2), verona, JANUARY)
    said = page(client, number=None)
    assert "Release 2 of 21 March 2026 current It holds 2 months" in said
    assert "Release 1 of 21 March 2026 It holds 1 month" in said
    assert "Parma, published for the first time: January 2026" in said


def test_a_correction_is_told_with_its_reason(client, parma):
    publish(release(1), parma, JANUARY, what="corrected", why="A partner sent its figures late.")
    said = "Parma, reopened and closed again: January 2026. Why: A partner sent its figures late."
    assert said in page(client)


def test_a_reason_is_shown_as_it_was_written(client, parma):
    publish(release(1), parma, JANUARY, what="corrected", why="<b>late</b>")
    response = client.get(reverse("releases:detail", args=[1]))
    assert "&lt;b&gt;late&lt;/b&gt;" in response.text


def test_months_that_follow_each_other_are_told_together():
    months = [date(2025, 11, 1), date(2025, 12, 1), JANUARY, date(2026, 3, 1)]
    assert [period.code for period in runs(months)] == ["2025-11/2026-01", "2026-03"]


def test_it_says_how_to_cite_it(client, parma):
    publish(release(1), parma, JANUARY)
    said = (
        "WILL portal, release 1 of 21 March 2026, http://testserver/dashboard/releases/1/, licence CC BY 4.0."
        " Published initiatives only."
    )
    assert said in page(client)


def test_the_citation_of_who_reads_more_says_so(client_of, parma):
    publish(release(1), parma, JANUARY)
    assert "licence CC BY 4.0. All initiatives, published or not." in page(client_of("researcher"))


def test_what_is_invented_is_said_on_the_page_in_its_citation_and_files(client, cast, close):
    indicator("people-served")
    entry(initiative("parma", origin="invented"), cast.parma_staff)
    close(DAY.replace(day=1))
    assert page(client).count("Invented for the demonstration.") == 2
    assert "Invented for the demonstration." in page(client, "codebook")
    found = rows(client.get(reverse("releases:data_csv", args=[1])))
    assert {row["invented"] for row in found} == {"True"}


def test_what_cities_did_is_not_called_invented(client, cast, close):
    entry(initiative("parma"), cast.parma_staff)
    close(DAY.replace(day=1))
    assert "Invented for the demonstration." not in page(client)


def test_it_leads_to_the_dashboard_with_its_number(client, parma):
    publish(release(1), parma, JANUARY)
    assert f"{reverse('dashboard:show')}?release=1" in client.get(reverse("releases:detail", args=[1])).text


def test_an_older_one_says_that_there_is_a_later_one(client):
    release(1)
    release(2)
    assert "There is a later release. This one stays as it was." in page(client)
    assert "It is the current one" in page(client, number=2)


def test_coverage_counts_the_months_published_up_to_the_release(parma):
    publish(release(1), parma, JANUARY)
    publish(release(2), parma, date(2026, 2, 1))
    assert [len(coverage_of(found)[0].published) for found in Release.objects.order_by("number")] == [1, 2]


def test_coverage_counts_the_months_in_the_programme_before_the_release(parma):
    ProgrammeMembership.objects.filter(city=parma).update(joined=date(2025, 11, 15), joined_precision="day")
    (coverage,) = coverage_of(release(1))
    assert sorted(coverage.programme) == [date(2025, 11, 1), date(2025, 12, 1), JANUARY, date(2026, 2, 1)]


@pytest.mark.parametrize(
    ("left", "last"), [(date(2026, 1, 1), date(2025, 12, 1)), (date(2026, 1, 2), JANUARY)]
)
def test_a_city_that_left_counts_until_its_last_month(parma, left, last):
    ended = {"left": left, "status": "completed", "reason": "It had come to its end."}
    ProgrammeMembership.objects.filter(city=parma).update(**ended)
    (coverage,) = coverage_of(release(1))
    assert max(coverage.programme) == last


def test_a_city_without_a_published_month_is_in_the_table(client, parma, verona):
    publish(release(1), parma, JANUARY)
    assert "Verona 0 of 78 none yet" in page(client)


def test_the_data_have_a_row_for_each_city_and_period_of_the_release(client, parma, verona):
    indicator("people-served")
    publish(release(1), parma, JANUARY, date(2026, 2, 1))
    found = rows(client.get(reverse("releases:data_csv", args=[1])))
    assert list(found[0]) == list(COLUMNS)
    assert [(row["city"], row["period"]) for row in found] == [
        ("Parma", "2026-01"),
        ("Parma", "2026-02"),
        ("Verona", "2026-01"),
        ("Verona", "2026-02"),
    ]


def test_the_data_tell_an_indicator_in_the_shortest_period_that_is_safe(client, parma):
    indicator("new-people")
    publish(release(1), parma, JANUARY)
    found = rows(client.get(reverse("releases:data_csv", args=[1])))
    assert [row["period"] for row in found] == ["2026-Q1"]


def test_an_older_release_keeps_the_definitions_of_its_day(client, parma):
    indicator("people-served")
    reasons = {"change_reason_it": "Più chiaro", "change_reason_en": "Clearer"}
    indicator("people-served", valid_from=date(2026, 3, 22), **reasons)
    publish(release(1), parma, JANUARY)
    publish(release(2, made_at=datetime(2026, 3, 23, 3, tzinfo=UTC)), parma, date(2026, 2, 1))
    versions = [
        {row["version"] for row in rows(client.get(reverse("releases:data_csv", args=[number])))}
        for number in [1, 2]
    ]
    assert versions == [{"1"}, {"2"}]


@pytest.fixture
def close(cast, parma):
    """Close a month of Parma's log, sum it and make the release of the night."""

    def closed(month):
        roll_up()
        MonthClosing.objects.create(city=parma, month=month, closed_by=cast.parma_lead)
        return make_release()

    return closed


@pytest.fixture
def reopen(cast, parma):
    values = {"reopened_by": cast.parma_lead, "reopen_reason": "A partner was late."}
    return lambda: MonthClosing.objects.in_force().update(reopened_at=timezone.now(), **values)


@pytest.mark.parametrize("role", ["anonymous", "parma_lead", "researcher"])
def test_an_older_release_stays_byte_for_byte(client_of, cast, close, reopen, role):
    indicator("people-served")
    indicator("new-people")
    entry(initiative("parma", published_at=timezone.now()), cast.parma_staff, people_served=40)
    close(DAY.replace(day=1))
    client, address = client_of(role), reverse("releases:data_csv", args=[1])
    before = client.get(address).getvalue()
    reopen()
    entry(initiative("parma"), cast.parma_staff, people_served=31, new_people=30)
    assert close(DAY.replace(day=1)).number == 2
    assert client.get(address).getvalue() == before
    assert b",40," in before
    assert b",71," in client.get(reverse("releases:data_csv", args=[2])).getvalue()


def test_a_correction_says_what_the_lead_wrote(client, cast, close, reopen):
    entry(initiative("parma"), cast.parma_staff, people_served=40)
    close(DAY.replace(day=1))
    reopen()
    close(DAY.replace(day=1))
    assert "March 2026. Why: A partner was late." in page(client, number=2)


def test_the_public_reads_of_a_release_what_is_published(client_of, cast, close):
    indicator("people-served")
    entry(initiative("parma"), cast.parma_staff, people_served=40)
    close(DAY.replace(day=1))
    address = reverse("releases:data_csv", args=[1])
    read = {role: b",40," in client_of(role).get(address).getvalue() for role in ["anonymous", "researcher"]}
    assert read == {"anonymous": False, "researcher": True}


@pytest.mark.parametrize(
    ("role", "code"), [("anonymous", "published"), ("researcher", "all"), ("parma_lead", "all")]
)
def test_the_data_and_their_name_say_of_which_initiatives_they_tell(client_of, parma, role, code):
    indicator("people-served")
    publish(release(1), parma, JANUARY)
    response = client_of(role).get(reverse("releases:data_csv", args=[1]))
    assert f'filename="will-release-1-{code}.csv"' in response["Content-Disposition"]
    assert {row["initiatives"] for row in rows(response)} == {code}


@pytest.fixture
def told(cast, close):
    """A release with people, money and partners of published initiatives, of all the registry measures."""
    call_command("load_indicators")
    project = initiative("parma", published_at=timezone.now())
    implementer("parma", "cooperativa")
    entry(project, cast.parma_staff, people_served=40, new_people=20)
    source = FundingSource.objects.create(code="COM-BIL", label_it="Bilancio", label_en="Budget")
    for basis, amount in [("budgeted", 900), ("paid", 70)]:
        BudgetLine.objects.create(
            initiative=project, year=2026, basis=basis, funding_source=source, amount=amount
        )
    return close(DAY.replace(day=1))


NAMES = ["city", "period", "indicator"]


def by_place(found):
    return {tuple(row[name] for name in NAMES): row for row in found}


@pytest.mark.parametrize("role", ["anonymous", "researcher"])
def test_the_data_are_what_the_dashboard_says_of_the_same_release(client_of, told, role):
    client = client_of(role)
    tidy = by_place(rows(client.get(reverse("releases:data_csv", args=[told.number]))))
    codes = set(Indicator.objects.values_list("code", flat=True))
    assert {code for _city, _period, code in tidy} == codes
    for code in codes:
        query = {"indicator": code, "release": told.number, "by": finest_of(tidy, code)}
        query |= {"from": "2026-03", "to": "2026-03"}
        shown = by_place(rows(client.get(reverse("dashboard:csv"), query)))
        some = {place: row for place, row in tidy.items() if place[2] == code}
        periods = {period for _city, period, _code in some}
        # What is shown besides is of all together, and of the time before.
        assert some == {
            place: row for place, row in shown.items() if place[0] != "all" and place[1] in periods
        }


def finest_of(tidy, code):
    period = next(period for _city, period, found in tidy if found == code)
    return {4: "year", 7: "quarter" if "Q" in period else "month"}[len(period)]


def test_money_of_the_budgets_is_as_budgeted_and_the_codebook_says_so(client, told):
    tidy = by_place(rows(client.get(reverse("releases:data_csv", args=[told.number]))))
    assert tidy["Parma", "2026", "ledger-cost"]["value"] == "900.00"
    assert "Money of the budgets is what was budgeted" in page(client, "codebook", told.number)


def test_small_numbers_are_held_back_in_the_file_from_the_city_as_well(client_of, cast, close):
    indicator("people-served")
    entry(initiative("parma"), cast.parma_staff, people_served=3, new_people=0)
    close(DAY.replace(day=1))
    found = rows(client_of("parma_lead").get(reverse("releases:data_csv", args=[1])))
    assert [(row["value"], row["state"]) for row in found if row["city"] == "Parma"] == [("", "s")]


def test_the_codebook_explains_every_column_and_code(client):
    indicator("people-served")
    release(1)
    found = rows(client.get(reverse("releases:codebook_csv", args=[1])))
    codes = {
        part: [row["code"] for row in found if row["part"] == part] for part in {r["part"] for r in found}
    }
    assert codes == {
        "columns": list(COLUMNS),
        "states": ["s", "m", "n"],
        "apart": ["outside", "partial", "live"],
        "initiatives": ["published", "all", "own"],
        "indicators": ["people-served"],
    }


def test_the_codebook_speaks_both_languages_whoever_asks(client):
    indicator("people-served", name_it="Persone servite", name_en="People served")
    release(1)
    last = rows(client.get(reverse("releases:codebook_csv", args=[1])))[-1]
    assert (last["name_it"], last["name_en"]) == ("Persone servite", "People served")
    assert last["direction_en"] == "higher is better"


def test_the_codebook_is_a_page_too(client):
    indicator("people-served")
    release(1)
    said = page(client, name="codebook")
    assert "Codebook of release 1" in said
    assert "months_published How many months of the period the figure is made of; empty" in said


@pytest.mark.parametrize("number", [1, 50])
@pytest.mark.parametrize("name", ["list", "detail"])
def test_pages_cost_the_same_few_queries(client, parma, verona, name, number, django_assert_num_queries):
    for n in range(1, number + 1):
        publish(release(n), parma if n % 2 else verona, months_before(JANUARY, n))
    address = LIST if name == "list" else reverse("releases:detail", args=[number])
    with django_assert_num_queries(QUERIES[name]):
        client.get(address)
