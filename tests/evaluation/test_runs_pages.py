"""The pages that say how fresh the sums are: what they say in which state, to whom, and what can be asked."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from evaluation.models import Outage, ParkedMonth, RollupRun
from evaluation.templatetags.run_words import duration
from initiatives.models import ChangedMonth
from tests.projects import initiative
from tests.rollup_runs import MONTH, drift, parked, part, rollup_run

pytestmark = pytest.mark.django_db
ENGLISH = {"accept-language": "en"}
QUERIES = {"list": 26, "run": 17}
LIST, START, RETRY = (reverse(f"runs:{name}") for name in ["list", "start", "retry_parked"])


@pytest.fixture
def reader(client_of):
    """Who leads Parma: sees its own initiatives, and of Verona's what is published."""
    return client_of("parma_lead", headers=ENGLISH)


@pytest.fixture
def coordinator(client_of):
    return client_of("coordinator", headers=ENGLISH)


def words(response):
    return " ".join(strip_tags(response.text).split())


def news(client, target="runs-state", url=LIST):
    return client.get(url, headers={"HX-Request": "true", "HX-Target": target})


def mark(times, **fields):
    ChangedMonth.objects.bulk_create(
        ChangedMonth(month=MONTH, **{"initiative_id": n} | fields) for n in range(times)
    )


def outage(cause, **fields):
    return Outage.objects.create(cause=cause, **fields)


def test_where_nothing_waits_all_is_up_to_date(reader):
    rollup_run("update")
    page = words(reader.get(LIST))
    assert "All figures are up to date. The last update was finished on" in page
    assert "The figures have not been checked yet." in page


def test_marks_of_the_same_month_are_counted_once(reader):
    mark(3)
    mark(3, initiative_id=1)
    page = words(reader.get(LIST))
    assert "3 months of initiatives wait to be summed anew, the oldest since" in page
    assert "up to date." not in page


def test_many_marks_are_not_counted_to_the_end(reader, monkeypatch):
    monkeypatch.setattr("evaluation.freshness.MOST_MARKS", 2)
    mark(3)
    assert "At least 2 months of initiatives wait" in words(reader.get(LIST))


@pytest.mark.parametrize(
    ("cause", "told"),
    [
        ("parked", "the sums of a month cannot be made. 1 month of an initiative could not be summed"),
        ("failed", "a run failed. It is tried again by itself."),
        ("late", "changes of the log wait for too long. Perhaps the workers of the portal are not running."),
        (
            "drift",
            "a check found differences. Those months were summed anew at once, and are checked again",
        ),
    ],
)
def test_an_outage_is_told_in_plain_words(cause, told, reader):
    parked(initiative("parma"))
    outage(cause, detail="DataError 22003")
    page = words(reader.get(LIST))
    assert "the figures cannot be trusted entirely" in page
    assert told in page
    assert "What the portal noted: DataError 22003" in page


def test_an_outage_that_is_over_is_told_no_more(reader):
    now = timezone.now()
    outage("failed", began=now, ended=now)
    assert "All figures are up to date." in words(reader.get(LIST))


def test_months_set_apart_are_excepted_from_what_is_up_to_date(reader):
    parked(initiative("parma"))
    assert "All figures are up to date but those of 1 month of an initiative." in words(reader.get(LIST))


def test_the_last_check_is_told_with_what_it_found(reader):
    run = rollup_run("audit", cells=3214, differences=12)
    response = reader.get(LIST)
    assert "Last check: 12 differences in 3,214 months of initiatives" in words(response)
    assert f'href="{run.get_absolute_url()}"' in response.text


def test_a_check_that_was_not_finished_is_not_told_as_a_result(reader):
    rollup_run("audit", "failed", cells=10)
    page = words(reader.get(LIST))
    assert "was not finished: failed." in page
    assert "Last check:" not in page


def test_a_month_set_apart_is_told_with_its_error_and_its_next_attempt(reader):
    parked(initiative("parma"))
    page = words(reader.get(LIST))
    assert "Portierato di quartiere PR-2026-01 March 2026" in page
    assert "IntegrityError 23514" in page


def test_initiatives_that_somebody_does_not_see_are_named_by_their_city_alone(reader):
    parked(initiative("verona"))
    page = reader.get(LIST)
    assert "an initiative of Verona March 2026" in words(page)
    assert "VR-2026-01" not in page.text
    assert "Anziani in rete" not in page.text


def test_a_published_initiative_is_named_to_every_reader(reader):
    parked(initiative("verona", published_at=timezone.now()))
    assert "Anziani in rete VR-2026-01 March 2026" in words(reader.get(LIST))


def test_a_month_of_an_initiative_that_is_gone_is_shown_as_well(reader):
    gone = initiative("verona")
    parked(gone)
    gone.delete()
    assert "an initiative that no longer exists" in words(reader.get(LIST))


@pytest.fixture
def runs(cast):
    return {
        "update": rollup_run("update"),
        "failed": rollup_run("update", "failed", error="GaveUp"),
        "audit": rollup_run("audit"),
        "rebuild": rollup_run("rebuild", "running", by=cast.coordinator),
    }


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({}, ["rebuild", "audit", "failed", "update"]),
        ({"kind": "update"}, ["failed", "update"]),
        ({"kind": "rebuild"}, ["rebuild"]),
        ({"state": "failed"}, ["failed"]),
        ({"kind": "update", "state": "done"}, ["update"]),
        ({"kind": "audit", "state": "failed"}, []),
    ],
    ids=str,
)
def test_runs_are_filtered_the_latest_first(query, names, reader, runs):
    assert list(reader.get(LIST, query).context["page"]) == [runs[name] for name in names]


def test_a_filter_that_does_not_exist_is_told(reader, runs):
    assert "Select a valid choice" in words(reader.get(LIST, {"kind": "x"}))


def test_a_filter_without_a_result_leads_back(reader, runs):
    page = reader.get(LIST, {"kind": "audit", "state": "failed"}).text
    assert f'<a href="{LIST}">Show all runs</a>' in page


def test_a_failed_run_shows_its_error_below(reader, runs):
    assert "Failed GaveUp" in words(reader.get(LIST))


@pytest.mark.parametrize("count", [1, 50])
def test_the_list_costs_the_same_for_one_run_and_for_fifty(count, reader, cast, django_assert_num_queries):
    for number in range(count):
        run = rollup_run("update", "running", by=cast.coordinator)
        part(run, 0, done=True)
        rollup_run("audit", by=cast.coordinator)
        parked(initiative("verona"), month=MONTH + timedelta(days=number))
    mark(count)
    with django_assert_num_queries(QUERIES["list"]):
        reader.get(LIST)


@pytest.mark.parametrize("count", [1, 50])
def test_a_run_costs_the_same_with_one_difference_and_with_fifty(count, reader, django_assert_num_queries):
    run = rollup_run("audit", differences=count)
    for _number in range(count):
        drift(run, initiative("parma"))
    with django_assert_num_queries(QUERIES["run"]):
        reader.get(run.get_absolute_url())


def test_what_is_under_way_is_shown_with_its_progress_and_asked_for_again(reader):
    run = rollup_run("rebuild", "running")
    for number in range(3):
        part(run, number, done=number == 0)
    response = news(reader)
    assert "Parts done: 1 of 3" in words(response)
    assert "every 2s" in response.text
    assert 'id="runs"' not in response.text


def test_once_nothing_is_under_way_the_list_is_renewed_and_no_longer_asked_for(reader):
    run = rollup_run("rebuild")
    response = news(reader)
    assert "<html" not in response.text
    assert "every 2s" not in response.text
    assert f'<a href="{run.get_absolute_url()}">' in response.text


def test_new_rows_of_the_filters_bring_the_state_that_asks_for_the_same_rows(reader, runs):
    response = news(reader, "runs", f"{LIST}?kind=rebuild")
    assert "<html" not in response.text
    assert f'hx-get="{LIST}?kind=rebuild"' in response.text
    assert 'hx-swap-oob="true"' in response.text


def test_the_end_of_an_outage_is_waited_for(reader):
    outage("late")
    assert "every 2s" in reader.get(LIST).text


def test_a_run_under_way_asks_for_its_progress_until_it_is_over(reader):
    run = rollup_run("rebuild", "running")
    assert "The log is being divided into parts." in words(
        news(reader, "run-progress", run.get_absolute_url())
    )
    RollupRun.objects.filter(pk=run.pk).update(state="done", finished=timezone.now())
    assert news(reader, "run-progress", run.get_absolute_url())["HX-Refresh"] == "true"


def test_differences_are_told_by_what_differs_and_without_the_values(reader):
    run = rollup_run("audit", differences=1)
    drift(run, initiative("parma"))
    page = words(reader.get(run.get_absolute_url()))
    assert "Portierato di quartiere PR-2026-01 March 2026 Totals cost (EUR), people served" in page
    assert "771" not in page
    assert "772" not in page


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"stored": {}}, "not stored at all"),
        ({"counted": {}}, "stored, though the log has nothing"),
        ({"stored": {"was_once": 1}, "counted": {"was_once": 2}}, "was_once"),
        ({"table": "people", "stored": {"people": 1}, "counted": {"people": 2}}, "citizenship people"),
    ],
    ids=["missing", "too many", "unknown column", "breakdown"],
)
def test_each_kind_of_difference_has_its_words(fields, told, reader):
    run = rollup_run("audit", differences=1)
    drift(run, initiative("parma"), **fields)
    assert told in words(reader.get(run.get_absolute_url()))


def test_differences_of_initiatives_that_somebody_does_not_see_are_named_by_their_city(reader):
    run = rollup_run("audit", differences=1)
    drift(run, initiative("verona"))
    page = reader.get(run.get_absolute_url())
    assert "an initiative of Verona March 2026 Totals" in words(page)
    assert "VR-2026-01" not in page.text


def test_of_many_differences_the_first_are_listed(reader, monkeypatch):
    monkeypatch.setattr("evaluation.views.runs.MOST_DRIFTS", 2)
    run = rollup_run("audit", differences=3)
    for _number in range(3):
        drift(run, initiative("parma"))
    response = reader.get(run.get_absolute_url())
    assert "The first 2 of 3 differences" in words(response)
    assert len(response.context["drifts"]) == 2


@pytest.mark.parametrize(
    ("kind", "state", "fields", "told"),
    [
        ("audit", "done", {}, "Nothing: every sum is what the log says."),
        ("audit", "done", {"differences": 1}, "The coordinators of the programme can have it done."),
        ("rebuild", "done", {}, "Nothing: these sums have been made from the log."),
        ("rebuild", "failed", {}, "It can be tried again from the beginning."),
        ("update", "interrupted", {}, "is taken up by the next one, by itself"),
        ("update", "running", {}, "you may leave this page"),
    ],
    ids=str,
)
def test_each_run_says_what_to_do(kind, state, fields, told, reader):
    run = rollup_run(kind, state, **fields)
    assert told in words(reader.get(run.get_absolute_url()))


@pytest.mark.parametrize(("kind", "offers"), [("rebuild", True), ("audit", True), ("update", False)])
@pytest.mark.parametrize("state", ["failed", "interrupted"])
def test_only_what_does_not_go_on_by_itself_can_be_tried_again(kind, offers, state, coordinator):
    run = rollup_run(kind, state)
    for url in [LIST, run.get_absolute_url()]:
        assert ("Try again" in words(coordinator.get(url))) == offers


def test_what_was_tried_again_since_is_not_offered_once_more(coordinator):
    failed = rollup_run("rebuild", "failed")
    rollup_run("rebuild")
    for url in [LIST, failed.get_absolute_url()]:
        assert "Try again" not in words(coordinator.get(url))


def test_who_only_reads_is_offered_nothing(reader):
    parked(initiative("parma"))
    failed = rollup_run("rebuild", "failed")
    for url in [LIST, failed.get_absolute_url()]:
        assert START not in reader.get(url).text
        assert RETRY not in reader.get(url).text


@pytest.mark.parametrize("kind", ["rebuild", "audit"])
def test_a_coordinator_has_everything_recomputed_or_checked(kind, coordinator, cast):
    response = coordinator.post(START, {"kind": kind})
    run = RollupRun.objects.get()
    assert response.url == run.get_absolute_url()
    assert (run.kind, run.state, run.by) == (kind, "running", cast.coordinator)


def test_what_is_under_way_is_not_started_twice(coordinator):
    rollup_run("rebuild", "running")
    response = coordinator.post(START, {"kind": "rebuild"}, follow=True)
    assert "This is under way already: wait until it is done." in words(response)
    assert RollupRun.objects.count() == 1


@pytest.mark.parametrize("kind", ["update", "x", ""])
def test_nothing_else_can_be_started(kind, coordinator):
    assert coordinator.post(START, {"kind": kind}).status_code == 400
    assert not RollupRun.objects.exists()


def test_months_set_apart_are_tried_again_at_once(coordinator):
    parked(initiative("parma"))
    response = coordinator.post(RETRY, follow=True)
    assert "1 month is being tried again." in words(response)
    assert ParkedMonth.objects.get().retry_at <= timezone.now()


@pytest.mark.parametrize("role", ["parma_lead", "researcher", "parma_staff"])
def test_who_only_reads_can_start_nothing(role, client_of):
    client = client_of(role)
    assert client.post(START, {"kind": "rebuild"}).status_code == 403
    assert client.post(RETRY).status_code == 403
    assert not RollupRun.objects.exists()


@pytest.mark.parametrize(
    ("role", "is_shown"),
    [
        ("parma_lead", True),
        ("researcher", True),
        ("coordinator", True),
        ("parma_staff", False),
        ("nobody", False),
    ],
)
def test_the_home_of_readers_leads_to_the_runs(role, is_shown, client_of):
    home = client_of(role, headers=ENGLISH).get(reverse("accounts:home"))
    assert (f'href="{LIST}"' in home.text) == is_shown
    assert ("All figures are up to date." in words(home)) == is_shown


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(0.43, "0.4 s"), (59.96, "1 min 0 s"), (200, "3 min 20 s"), (3600, "1 h 0 min"), (7500, "2 h 5 min")],
)
def test_durations_are_told_in_the_units_that_one_thinks_in(seconds, told):
    now = timezone.now()
    run = RollupRun(started=now - timedelta(seconds=seconds), finished=now)
    assert duration(run).replace(",", ".") == told
