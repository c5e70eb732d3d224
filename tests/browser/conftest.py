import os
import shutil
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse

# Playwright runs an event loop in this thread, in which Django would refuse to reach the database.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

# A desktop, and the narrowest width of WCAG 1.4.10: a desktop at 400 %.
WIDTHS = [1280, 320]
MISSING = "No Chromium: install it (apt install chromium) or name one in CHROMIUM to run the browser tests."
QUIET = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
]
# WCAG 2.2 AA and what axe holds to be good practice.
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
FIND = """rules => axe.run(rules).then(({ violations }) => violations.flatMap(({ id, nodes }) =>
  nodes.map(({ html }) => `${id}: ${html.slice(0, 120)}`)))"""


def find_chromium():
    names = [os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome"]
    return next(filter(None, map(shutil.which, filter(None, names))), None)


def pytest_collection_modifyitems(items):
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("browser")


def pytest_terminal_summary(terminalreporter):
    if find_chromium() is None:
        terminalreporter.write_line(MISSING, yellow=True)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    path = find_chromium()
    if path is None and os.environ.get("CI") == "true":
        pytest.fail(MISSING)
    if path is None:
        pytest.skip(MISSING)
    # Chromium refuses its sandbox to root, which is who one is in a container.
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    return browser_type_launch_args | {"executable_path": path, "args": QUIET + sandbox}


@pytest.fixture(scope="session")
def base_url(live_server):
    return live_server.url


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args):
    return browser_context_args | {
        "locale": "it-IT",
        "timezone_id": "Europe/Rome",
        "reduced_motion": "reduce",
    }


@pytest.fixture(scope="session")
def kept_context(browser, browser_context_args):
    """One for all tests: each new one takes a second to read the same styles and scripts again."""
    with browser.new_context(**browser_context_args) as context:
        yield context


@pytest.fixture(scope="session")
def forget_pages(kept_context, base_url):
    """Close what a test opened and empty what pages may store; files of styles and scripts stay.

    And what a test does to the context itself, such as its routes.
    """
    blank = kept_context.new_page()
    tools = kept_context.new_cdp_session(blank)

    def forget():
        for page in kept_context.pages:
            if page is not blank:
                page.close()
        kept_context.set_offline(False)
        kept_context.clear_cookies()
        tools.send("Storage.clearDataForOrigin", {"origin": base_url, "storageTypes": "all"})

    return forget


@pytest.fixture
def context(kept_context, forget_pages):
    yield kept_context
    forget_pages()


@pytest.fixture
def entered():
    """Who has entered."""
    return []


@pytest.fixture
def enter(context, client_of, base_url, entered):
    """`enter("parma_staff")`: signed in without the form, for tests of what comes after."""

    def enter(role, client_of=client_of):
        session = client_of(role).cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": session, "url": base_url}])
        entered.append(role)

    return enter


@pytest.fixture
def complaints():
    """What the browser had to complain about: breaches of the CSP, failed requests, errors of scripts."""
    return []


@pytest.fixture
def page(page, complaints):
    """A page about which the browser must not complain."""

    def note(message):
        address = message.location["url"]
        # That the page itself answers 404 is what some tests want.
        is_the_page = message.text.startswith("Failed to load resource") and address == page.url
        if message.type in {"error", "warning"} and not is_the_page:
            complaints.append(f"{message.text} ({address})")

    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", note)
    yield page
    assert complaints == []


@pytest.fixture
def accessible(page, entered):
    """`accessible()` fails with what axe finds in the page as it stands."""

    def check():
        assert not entered or reverse("account_login") not in page.url
        if not page.evaluate("() => 'axe' in window"):
            page.evaluate(Axe().axe_script)
        assert page.evaluate(FIND, RULES) == [], page.url

    return check


@pytest.fixture
def fits_every_screen(page, accessible):
    """`fits_every_screen()`: axe is content at each width, and nobody has to scroll sideways."""

    def check():
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            accessible()
            assert page.evaluate("() => document.documentElement.scrollWidth") <= width, page.url

    return check
