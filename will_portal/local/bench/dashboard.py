"""./will bench dashboard: row 7 of the benchmarks."""

import gzip
import re
from contextlib import closing
from pathlib import Path

from django.contrib.staticfiles import finders
from django.test import Client, RequestFactory
from django.urls import reverse

from will_portal.accounts.models import User
from will_portal.local.bench import dashboard_raw, dashboard_releases
from will_portal.local.bench.dashboard_raw import questions, raw_figures
from will_portal.local.bench.dashboard_releases import RESEARCHER_EMAIL
from will_portal.local.bench.explain import explain, title
from will_portal.local.bench.imports import Speedup
from will_portal.local.bench.measure import WARM_UP, Comparison, Statements, in_turns, median, seconds

TRIES = 20
FIRST, REPEATED = 5, 20
KILOBYTE = 1000
# Targets of ours: a page as light as a photograph, and half a megabyte with all that it needs.
PAGE_KB, ALL_KB = 60, 500
READERS = {"the public": "", "a researcher": RESEARCHER_EMAIL}
STATIC_FILE = re.compile(r'(?:href|src)="/static/([^"#?]+)')


def compare(databases, options):
    """Return the lines of the table."""
    with closing(databases.of(options.rows)) as side, databases.copy_of(side) as copy, copy.used():
        releases = dashboard_releases.made()
        lines = [line for name in READERS for line in lines_of(name, options)]
        return [*lines, *sizes(), *releases]


def lines_of(name, options):
    visits = Visits(READERS[name])
    dashboard_raw.check_same(visits.client, visits.sees_all)
    if options.explain:
        visits.explain(name)
    pages, others = in_turns(visits.pages, visits.raw, TRIES)
    against = f"a bare view that adds up {options.rows:,} entries"
    for work, number, target in [("first request of a filter", 0, FIRST), ("the same again", 1, REPEATED)]:
        ours, theirs = median(page[number] for page in pages), median(others)
        yield Speedup(7, f"{work}, {name}", against, ours, theirs, theirs / ours, target)


class Visits:
    """Somebody who asks the dashboard one question after the other, and a bare view the same."""

    def __init__(self, email):
        self.client, self.sees_all = Client(), bool(email)
        if email:
            self.client.force_login(User.objects.get(email=email))
        asked = questions(WARM_UP + TRIES, email)
        self.of_pages, self.of_raw = iter(asked), iter(asked)

    def pages(self):
        """Return the seconds of a question that was not asked before, and of the same asked again."""
        question = next(self.of_pages)
        return seconds(lambda: self.open(question)), seconds(lambda: self.open(question))

    def open(self, question):
        return opened(self.client, reverse("dashboard:show", query=question))

    def raw(self):
        request = RequestFactory().get("/", next(self.of_raw))
        return seconds(lambda: raw_figures(request, self.sees_all))

    def explain(self, name):
        (question,) = questions(1, "to be explained")
        request = RequestFactory().get("/", question)
        for side, ask in [
            (f"the dashboard, {name}", lambda: self.open(question)),
            ("the bare view", lambda: raw_figures(request, self.sees_all)),
        ]:
            with Statements().watched() as statements:
                ask()
            title(side)
            for _taken, statement, params in statements.sent:
                if statement.lstrip().startswith(("SELECT", "WITH")):
                    explain(statement, params)


def opened(client, url):
    answer = client.get(url)
    if answer.status_code != 200:
        raise AssertionError(f"{url} answers {answer.status_code}")
    return answer


def sizes():
    """Yield the lines of what the first page of the dashboard weighs, compressed."""
    html = opened(Client(), reverse("dashboard:show")).content
    names = sorted(set(STATIC_FILE.findall(html.decode())))
    found = [Path(path) for path in map(finders.find, names) if path]
    page, files = zipped(html), sum(zipped(path.read_bytes()) for path in found)
    yield Comparison(7, "HTML of the first page, gzipped, kB", "", None, None, page, PAGE_KB)
    work = f"the same with its {len(found)} static files, kB"
    yield Comparison(7, work, "", None, None, page + files, ALL_KB)


def zipped(content):
    return len(gzip.compress(content)) / KILOBYTE
