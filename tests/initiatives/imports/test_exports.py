"""Rows of the log taken along: who may, which rows, how the file looks, and how long it waits."""

import csv
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from cities.models import CityMembership
from initiatives.imports import exporting
from initiatives.models import ExportRun, InterventionPeople
from initiatives.tasks import make_export
from tests.bodies import organisation
from tests.initiatives.imports.files import content_of, exported, sheet_of
from tests.projects import DAY, entry, kind
from thirdsector.models import OrganisationMembership
from will_portal.common.models import StoredFile

pytestmark = pytest.mark.django_db
ENGLISH = {"accept-language": "en"}
EXPORTS = reverse("imports:exports")
QUERIES = 10


@pytest.fixture
def bells(monkeypatch):
    """The orders that reach the workers."""
    rung = []
    monkeypatch.setattr(make_export, "apply_async", lambda args, **options: rung.append(args))
    return rung


def table(run):
    """Return the rows of a CSV export by heading."""
    text = content_of(run).decode("utf-8-sig")
    return list(csv.DictReader(text.splitlines(), delimiter=";"))


def in_english(user):
    user.language = "en"
    user.save()
    return user


def file_url(run):
    return reverse("imports:export_file", args=[run.public_id])


def test_the_list_offers_the_entries_that_it_shows(client_of, four):
    page = client_of("parma_staff").get(reverse("log:list"), {"state": "waiting"}, headers=ENGLISH).text
    assert 'name="query" value="state=waiting&amp;place=parma"' in page


def test_whoever_asks_gets_a_page_that_waits_for_the_worker(
    client_of, four, bells, django_capture_on_commit_callbacks
):
    client = client_of("parma_staff", headers=ENGLISH)
    with django_capture_on_commit_callbacks(execute=True):
        asked = client.post(EXPORTS, {"format": "xlsx", "query": "place=parma&state=waiting&page=7"})
    run = ExportRun.objects.get()
    assert (run.query, run.format, run.city.slug) == ("place=parma&state=waiting", "xlsx", "parma")
    assert bells == [(run.pk,)]
    assert 'hx-trigger="every 1s"' in client.get(asked.url).text
    exporting.make_export(run.pk)
    assert client.get(asked.url, headers={"HX-Request": "true"})["HX-Refresh"] == "true"
    assert file_url(run) in client.get(asked.url).text


def test_asking_twice_makes_one_file(client_of, four, bells):
    client = client_of("parma_staff")
    pages = {client.post(EXPORTS, {"format": "csv", "query": "place=parma"}).url for _ in range(2)}
    assert len(pages) == ExportRun.objects.count() == 1


@pytest.mark.parametrize(
    "values",
    [
        {"format": "pdf", "query": "place=parma"},
        {"format": "csv", "query": "place=verona"},
        {"format": "csv", "query": "place=parma&kind=none"},
        {"format": "csv"},
    ],
    ids=str,
)
def test_what_no_list_asks_for_is_refused(values, client_of, four):
    assert client_of("parma_staff").post(EXPORTS, values).status_code == 400
    assert not ExportRun.objects.exists()


@pytest.mark.parametrize(
    ("role", "state", "shown"),
    [
        ("parma_staff", "", {"counts", "waiting", "returned"}),
        ("parma_lead", "withdrawn", {"withdrawn"}),
        ("partner_representative", "", {"waiting", "returned"}),
        ("partner_member", "", {"waiting"}),
        ("verona_staff", "", set()),
    ],
)
def test_everybody_takes_along_what_they_may_read(role, state, shown, cast, four, verona):
    place = {"city": four["counts"].city}
    if role.startswith("partner"):
        place = {"organisation": organisation("cooperativa")}
    elif role.startswith("verona"):
        place = {"city": verona}
    run = exported(in_english(getattr(cast, role)), "csv", f"state={state}", **place)
    assert {row["Identifier"] for row in table(run)} == {str(four[name].public_id) for name in shown}
    assert run.rows == len(shown)


@pytest.mark.parametrize("how", ["membership ended", "account closed"])
def test_the_worker_asks_again_whether_somebody_still_may(how, cast, four):
    if how == "account closed":
        cast.parma_staff.is_active = False
        cast.parma_staff.save()
    else:
        CityMembership.objects.filter(user=cast.parma_staff).update(
            until=timezone.now(), ended_by=cast.coordinator
        )
    run = exported(cast.parma_staff, "csv")
    assert (run.state, run.file) == ("failed", None)
    assert not StoredFile.objects.exists()


def test_a_member_who_left_finds_no_file(client_of, cast, four):
    client = client_of("partner_representative")
    run = exported(cast.partner_representative, "csv", organisation=organisation("cooperativa"))
    assert client.get(file_url(run)).status_code == 200
    OrganisationMembership.objects.filter(user=cast.partner_representative).update(
        until=timezone.now(), ended_by=cast.coordinator
    )
    assert client.get(file_url(run)).status_code == 404


def made_mere_member(user):
    OrganisationMembership.objects.filter(user=user).update(role="member")


def ask_of_the_body(client):
    client.post(EXPORTS, {"format": "csv", "query": f"place={organisation('cooperativa').public_id}"})
    return ExportRun.objects.get()


@pytest.mark.parametrize(
    ("role", "all_entries"), [("partner_representative", True), ("partner_member", False)]
)
def test_it_is_kept_whether_somebody_reads_more_than_their_own(role, all_entries, client_of, four, bells):
    assert ask_of_the_body(client_of(role)).reads_all == all_entries


@pytest.mark.parametrize("role", ["parma_staff", "parma_lead"])
def test_a_city_reads_all_of_its_log(role, client_of, four, bells):
    client_of(role).post(EXPORTS, {"format": "csv", "query": "place=parma"})
    assert ExportRun.objects.get().reads_all


def test_who_no_longer_reads_all_entries_finds_no_file_with_all(client_of, cast, four, bells):
    client = client_of("partner_representative")
    run = ask_of_the_body(client)
    exporting.make_export(run.pk)
    assert client.get(file_url(run)).status_code == 200
    made_mere_member(cast.partner_representative)
    assert client.get(file_url(run)).status_code == 404


def test_the_worker_makes_no_file_for_who_no_longer_reads_all_entries(client_of, cast, four, bells):
    client = client_of("partner_representative", headers=ENGLISH)
    run = ask_of_the_body(client)
    made_mere_member(cast.partner_representative)
    exporting.make_export(run.pk)
    run.refresh_from_db()
    assert (run.state, run.file) == ("failed", None)
    assert "may no longer read all these entries" in client.get(run.get_absolute_url()).text


def test_a_member_fetches_their_own_entries(client_of, cast, four, bells):
    client = client_of("partner_member")
    run = ask_of_the_body(client)
    exporting.make_export(run.pk)
    assert client.get(file_url(run)).status_code == 200


def test_a_csv_is_as_excel_in_italian_opens_it(project, cast):
    body = organisation("cooperativa")
    entry(
        project,
        in_english(cast.parma_staff),
        delivered_by=body,
        hours=Decimal("1234.50"),
        note='=HYPERLINK("x")',
        reference="007",
    )
    run = exported(cast.parma_staff, "csv")
    assert content_of(run).startswith(b"\xef\xbb\xbf")
    (row,) = table(run)
    assert row["Day"] == "10/03/2026"
    assert (row["Hours of staff"], row["People served"]) == ("1234,50", "12")
    assert (row["Delivered by"], row["Reference"]) == (f'="{body.fiscal_code}"', '="007"')
    assert row["Note"] == '\'=HYPERLINK("x")'


def test_a_workbook_holds_numbers_days_and_text_that_nothing_runs(project, cast):
    entry(project, in_english(cast.parma_staff), cost=Decimal("1234.50"), note="=1+1")
    sheet = sheet_of(content_of(exported(cast.parma_staff, "xlsx")))
    cells = {heading.value: cell for heading, cell in zip(*sheet.iter_rows(), strict=True)}
    assert sheet.freeze_panes == "A2"
    assert sheet["A1"].font.bold
    assert cells["Day"].value == datetime.combine(DAY, datetime.min.time())
    assert cells["Day"].number_format == "dd/mm/yyyy"
    assert (cells["Cost (EUR)"].value, cells["People served"].value) == (1234.5, 12)
    assert (cells["Note"].value, cells["Note"].data_type, cells["Note"].quotePrefix) == ("=1+1", "s", True)


def test_only_parts_that_occur_have_a_column(project, cast):
    entry(project, in_english(cast.parma_staff))
    parts = {"sex": "F", "age_band": "75+", "citizenship": "ITL"}
    InterventionPeople.objects.create(
        intervention=entry(project, cast.parma_staff), people=4, new_people=None, **parts
    )
    rows = table(exported(cast.parma_staff, "csv"))
    assert [heading for heading in rows[0] if heading.startswith("Women")] == [
        "Women, 75 years and over, Italian: people"
    ]
    assert sorted(row["Women, 75 years and over, Italian: people"] for row in rows) == ["", "4"]


def test_people_read_names_beside_the_codes(project, cast):
    entry(project, in_english(cast.parma_staff))
    (row,) = table(exported(cast.parma_staff, "csv"))
    assert row["Initiative: title"] == project.title
    assert (row["Kind"], row["Kind: name"]) == ("A4", "Home care")
    assert (row["Delivered by: name"], row["State"]) == ("The city itself", "Counts")


def test_a_file_is_for_whoever_asked_for_it(client_of, cast, four):
    run = exported(cast.parma_staff, "csv")
    answer = client_of("parma_staff").get(file_url(run))
    assert answer.getvalue() == content_of(run)
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert run.file.name in answer["Content-Disposition"]
    assert client_of("parma_lead").get(file_url(run)).status_code == 404


def test_after_a_day_the_file_is_gone_and_who_took_it_stays(client_of, cast, four):
    run = exported(cast.parma_staff, "csv")
    assert run.expires - run.made_at == timedelta(hours=24)
    ExportRun.objects.update(expires=timezone.now() - timedelta(seconds=1))
    assert client_of("parma_staff").get(file_url(run)).status_code == 404
    exporting.expire()
    run.refresh_from_db()
    assert (run.state, run.file, run.by) == ("expired", None, cast.parma_staff)
    assert not StoredFile.objects.exists()
    assert "deleted" in client_of("parma_staff").get(run.get_absolute_url(), headers=ENGLISH).text


@pytest.mark.django_db(transaction=True)
def test_the_download_is_noted_though_the_request_only_reads(client_of, cast):
    kind()
    run = exported(cast.parma_staff, "csv")
    assert run.attempts == 1
    client_of("parma_staff").get(file_url(run)).getvalue()
    run.refresh_from_db()
    assert run.downloaded_at is not None


def test_what_is_made_is_not_made_again(cast, four):
    run = exported(cast.parma_staff, "csv")
    exporting.make_export(run.pk)
    assert StoredFile.objects.get() == run.file


def test_what_kills_workers_is_given_up(cast, four):
    run = ExportRun.objects.create(by=cast.parma_staff, city=four["counts"].city, format="csv", attempts=3)
    exporting.make_export(run.pk)
    run.refresh_from_db()
    assert run.state == "failed"


def test_more_rows_than_a_sheet_has_are_no_workbook(cast, four, monkeypatch):
    monkeypatch.setattr(exporting, "MOST_OF_A_SHEET", 2)
    assert exported(cast.parma_staff, "xlsx").state == "failed"
    assert exported(cast.parma_staff, "csv").state == "ready"
    assert StoredFile.objects.count() == 1


def test_why_there_is_no_file_is_told(client_of, cast, four, monkeypatch):
    client = client_of("parma_staff", headers=ENGLISH)
    monkeypatch.setattr(exporting, "MOST_OF_A_SHEET", 2)
    too_many = client.get(exported(cast.parma_staff, "xlsx").get_absolute_url()).text
    assert "these are 3 entries, and an Excel sheet holds 2 at most. Ask for CSV" in too_many
    gone = client.get(exported(cast.parma_staff, "csv", "place=parma&kind=none").get_absolute_url()).text
    assert "something that you filtered by no longer exists" in gone
    unknown = ExportRun.objects.create(by=cast.parma_staff, city=four["counts"].city, state="failed")
    assert "Choose fewer entries" in client.get(unknown.get_absolute_url()).text


def test_those_that_no_worker_heard_of_are_swept(cast, four):
    values = {"by": cast.parma_staff, "city": four["counts"].city, "format": "csv"}
    old = ExportRun.objects.create(created=timezone.now() - timedelta(minutes=1), **values)
    ExportRun.objects.create(**values)
    assert list(exporting.unmade()) == [old]


@pytest.mark.parametrize("count", [1, 50])
def test_the_list_of_exports_costs_the_same_however_long(
    count, client_of, cast, four, django_assert_num_queries
):
    for _ in range(count):
        ExportRun.objects.create(by=cast.parma_staff, city=four["counts"].city, format="csv")
    client = client_of("parma_staff")
    with django_assert_num_queries(QUERIES):
        client.get(EXPORTS)


def test_rows_are_fetched_in_chunks(cast, four, monkeypatch):
    monkeypatch.setattr(exporting, "CHUNK", 1)
    assert exported(cast.parma_staff, "csv").rows == 3
