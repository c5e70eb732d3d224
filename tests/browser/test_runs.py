import pytest
from django.urls import reverse
from playwright.sync_api import expect

from evaluation.models import RollupRun
from tests.browser.steps import name, sign_in
from tests.projects import initiative
from tests.rollup_runs import drift, parked, part, rollup_run
from will_portal.common import doorbells


@pytest.fixture
def coordinator(page, enter):
    enter("coordinator")
    return page


@pytest.fixture
def runs(cast):
    """A run in each state, with what its page may have to show."""
    parked(initiative("parma"))
    failed = rollup_run("rebuild", "failed", error="DataError 22003", by=cast.coordinator)
    checked = rollup_run("audit", cells=3214, differences=1)
    drift(checked, initiative("verona"))
    rollup_run("update", "interrupted")
    return [failed, checked]


def open_page(page, url):
    page.goto(url)
    expect(page.get_by_role("heading", level=1)).to_have_count(1)


@pytest.mark.parametrize("language", ["it", "en"])
def test_the_pages_of_runs_are_accessible_on_every_screen(language, page, cast, runs, fits_every_screen):
    cast.coordinator.language = language
    cast.coordinator.save()
    sign_in(page, cast.coordinator.email)
    expect(page.locator("html")).to_have_attribute("lang", language)
    for url in [reverse("runs:list"), *(run.get_absolute_url() for run in runs)]:
        open_page(page, url)
        fits_every_screen()


def test_the_list_follows_a_run_until_it_is_over(coordinator, accessible):
    run = rollup_run("audit", "running")
    part(run, 0, done=True)
    part(run, 1, done=False)
    open_page(coordinator, reverse("runs:list"))
    progress = coordinator.locator("#runs-state progress")
    expect(progress).to_have_attribute("value", "1")
    accessible()
    run.ranges.update(done_at=run.started)
    expect(progress).to_have_attribute("value", "2")
    RollupRun.objects.filter(pk=run.pk).update(state="done", finished=run.started, cells=4321)
    expect(progress).to_have_count(0)
    expect(coordinator.locator("#runs td").filter(has_text="4.321")).to_have_count(1)


def test_a_coordinator_has_everything_recomputed_by_keyboard(coordinator, monkeypatch):
    monkeypatch.setattr(doorbells, "send", lambda task, args: None)
    open_page(coordinator, reverse("runs:list"))
    coordinator.locator("main summary").press("Enter")
    coordinator.get_by_role("button", name=name("Yes, recompute everything")).press("Enter")
    expect(coordinator.locator("#run-progress")).to_be_visible()
    assert RollupRun.objects.get().kind == "rebuild"
