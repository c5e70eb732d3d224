import pytest
from django.db import transaction
from django.urls import reverse
from playwright.sync_api import expect

from initiatives.imports import steps
from initiatives.models import ImportRun, Intervention
from tests.browser.steps import name, sign_in
from tests.import_runs import CSV, import_run, imported_row, reviewed_run
from tests.places import key
from tests.projects import entry, initiative, kind
from will_portal.common.models import StoredFile

CONTENT = b"Data;Progetto;Tipologia;Utenti\n10/03/2026;PR-2026-01;A4;12\n"


@pytest.fixture(autouse=True)
def project(cast):
    return initiative("parma")


@pytest.fixture
def staff(page, enter):
    enter("parma_staff")
    return page


@pytest.fixture
def by(cast):
    return cast.parma_staff


def press(page, source):
    page.locator("main").get_by_role("button", name=name(source)).press("Enter")


def open_page(page, url):
    page.goto(url)
    expect(page.get_by_role("heading", level=1)).to_have_count(1)


def states(by):
    """A file in each state in which a page is shown, with what that page may have to show."""
    marked = StoredFile.objects.store("registro-da correggere.xlsx", [b"marked"])
    made = entry(initiative("parma"), by, public_id=key("imported"))
    loaded = import_run("done", by, digest="b" * 64, created_rows=1, wrong_rows=2, marked=marked)
    undone = import_run("undone", by, kept_rows=1, options={"kept": [4]}, timings={"load": 0.71})
    for run in [loaded, undone]:
        imported_row(run, 4, "new", target=made.public_id)
    return [
        *(import_run(state, by, progress=120) for state in ["reading", "checking", "loading", "undoing"]),
        import_run("matching", by),
        import_run("matching", by, understood=CSV, notice="Abbina le colonne."),
        reviewed_run(by),
        import_run("review", by, unchanged_rows=200),
        loaded,
        undone,
        import_run("refused", by, notice="Il file è vuoto."),
        import_run("failed", by, notice="Il portale ha fatto un errore."),
        import_run("discarded", by),
    ]


def test_the_list_and_the_upload_are_accessible_on_every_screen(staff, by, fits_every_screen):
    for url in [reverse("imports:list"), reverse("imports:add")]:
        open_page(staff, url)
        fits_every_screen()
    states(by)
    open_page(staff, reverse("imports:list"))
    fits_every_screen()


def test_every_state_of_a_file_is_accessible_on_every_screen(staff, by, fits_every_screen):
    runs = states(by)
    assert {run.state for run in runs} == set(ImportRun.State)
    for run in runs:
        open_page(staff, run.get_absolute_url())
        fits_every_screen()


def test_each_tab_of_the_review_is_accessible_on_every_screen(staff, by, fits_every_screen):
    import_run("done", by)
    run = reviewed_run(by)
    for outcome in ["new", "changed", "unchanged", "alike"]:
        open_page(staff, f"{run.get_absolute_url()}?show={outcome}")
        fits_every_screen()
    open_page(staff, reverse("imports:undo", args=[states(by)[8].public_id]))
    fits_every_screen()


def test_mistakes_on_the_way_are_explained_accessibly(staff, by, fits_every_screen):
    open_page(staff, reverse("imports:add"))
    press(staff, "Send the file")
    expect(staff.locator(".error-summary")).to_be_focused()
    fits_every_screen()
    open_page(staff, import_run("matching", by).get_absolute_url())
    staff.locator("[name=column-0]").select_option("kind")
    press(staff, "Check the rows")
    expect(staff.locator(".error-summary")).to_be_focused()
    fits_every_screen()
    import_run("done", by)
    open_page(staff, reviewed_run(by).get_absolute_url())
    staff.locator("main button[value=skip]").press("Enter")
    expect(staff.locator(".error-summary")).to_be_focused()
    fits_every_screen()


def test_a_page_that_waits_shows_progress_and_then_what_came_of_it(staff, by):
    run = import_run("checking", by, progress=60)
    open_page(staff, run.get_absolute_url())
    expect(staff.locator("#import-progress progress")).to_have_attribute("value", "60")
    ImportRun.objects.filter(pk=run.pk).update(progress=140)
    expect(staff.locator("#import-progress progress")).to_have_attribute("value", "140")
    ImportRun.objects.filter(pk=run.pk).update(state="review", unchanged_rows=200)
    expect(staff.locator(".import-tabs")).to_be_visible()
    expect(staff.locator("#import-progress")).to_have_count(0)


def test_the_marked_file_appears_by_itself(staff, by):
    run = reviewed_run(by)
    open_page(staff, run.get_absolute_url())
    expect(staff.locator("#import-marked a")).to_have_count(0)
    marked = StoredFile.objects.store("registro-da correggere.xlsx", [b"marked"])
    ImportRun.objects.filter(pk=run.pk).update(marked=marked)
    with staff.expect_download() as download:
        staff.locator("#import-marked a").click()
    assert download.value.suggested_filename == "registro-da correggere.xlsx"


@pytest.fixture
def at_once(monkeypatch):
    """What a worker does is done as soon as it is ordered, by the server itself."""

    def work(pk):
        while steps.carry_on(pk):
            pass

    def ring(task, pk):
        transaction.on_commit(lambda: work(pk))

    monkeypatch.setattr("initiatives.actions.imports.ring", ring)


def send(page, content):
    page.goto(reverse("imports:add"))
    file = {"name": "registro.csv", "mimeType": "text/csv", "buffer": content}
    page.locator("input[type=file]").set_input_files(file)
    page.locator("main button[type=submit]").press("Enter")


def test_a_file_goes_all_the_way_by_keyboard_and_back(staff, at_once):
    kind("A4")
    send(staff, CONTENT + b"11/03/2026;PR-2026-01;A4;dodici\n")
    expect(staff.locator("[name=column-3]")).to_have_value("people_served")
    press(staff, "Check the rows")
    expect(staff.locator(".import-causes li")).to_have_count(1)
    assert not Intervention.objects.exists()
    staff.locator("main button[value=skip]").press("Enter")
    expect(staff.locator(".import-digest")).to_be_visible()
    assert Intervention.objects.get().people_served == 12
    staff.get_by_role("link", name=name("Undo")).press("Enter")
    press(staff, "Undo the import")
    expect(staff.locator(".import-undone")).to_be_visible()
    assert not Intervention.objects.exists()


def test_without_javascript_a_file_is_sent_and_looked_after(new_context, at_once):
    kind("A4")
    page = new_context(java_script_enabled=False).new_page()
    sign_in(page, "operatore@parma.example")
    send(page, CONTENT)
    page.locator("main .import-columns").wait_for()
    page.locator("main button[type=submit]").first.click()
    expect(page.locator("main button[value=skip]")).to_be_visible()
    ImportRun.objects.update(state="checking")
    page.reload()
    ImportRun.objects.update(state="refused", notice="Il file è vuoto.")
    page.locator(".import-refresh a").click()
    expect(page.get_by_role("alert")).to_contain_text("Il file è vuoto.")
