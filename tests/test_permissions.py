import re
from collections import defaultdict
from datetime import date, timedelta
from http.cookies import SimpleCookie

import pytest
from django.contrib import admin
from django.db import transaction
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import get_resolver, reverse
from django.utils import timezone
from django.views.defaults import page_not_found, permission_denied

from cities.models import (
    City,
    CityGrant,
    ContextFigure,
    ContextSeries,
    ProgrammeMembership,
    ProgrammeNote,
    Region,
)
from evaluation.models import Indicator, IndicatorVersion, Release, RollupRun, SavedView
from initiatives.models import (
    BudgetLine,
    ExportRun,
    FundingSource,
    Initiative,
    InterventionKind,
    MonthClosing,
    Partner,
)
from tests.bodies import organisation
from tests.cast import ROLES, key
from tests.import_runs import import_run
from tests.measures import indicator
from tests.permissions import MATRIX, OURS, PUBLIC
from tests.permissions.answers import NOBODY, SIGN_IN, Row, administrator, everyone, signed_in
from tests.projects import entry, implementer, initiative
from thirdsector.models import Organisation, OrganisationGrant
from will_portal import urls
from will_portal.accounts.models import ErasureRequest, Invitation, SecondFactorReset, User
from will_portal.accounts.models.invitations import hashed
from will_portal.common.models import StoredFile

CLOSED = date(2026, 2, 1)
ROWS_IN_A_PART = 40
UNSAFE = ["POST", "PUT", "PATCH", "DELETE"]
ARGUMENT = re.compile(r"\(\?P<\w+>([^()]*)\)|<[^<>]+>")
UUID = re.compile(r"<uuid:\w+>")


def routes(patterns=None, namespace="", prefix="/"):
    """Yield (name, example of an address) for every route; a route without a name goes by its pattern."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        path = prefix + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from routes(pattern.url_patterns, inner, path)
        else:
            yield namespace + (pattern.name or str(pattern.pattern)), example(path)


def example(path):
    # Of alternatives the first, of anything else a 1: it need not exist.
    path = UUID.sub(NOBODY, path)
    filled = ARGUMENT.sub(lambda match: match[1].split("|")[0] if "|" in (match[1] or "") else "1", path)
    return re.sub(r"[\^$]", "", filled)


COORDINATORS = {
    Region: ["view"],
    City: ["view", "add"],
    ProgrammeMembership: ["view", "add"],
    ProgrammeNote: ["view", "add"],
    ContextSeries: ["view"],
    ContextFigure: ["view", "add"],
    Organisation: ["view", "add"],
    Initiative: ["view"],
    Partner: ["view"],
    BudgetLine: ["view"],
    InterventionKind: ["view"],
    FundingSource: ["view"],
    Indicator: ["view"],
    IndicatorVersion: ["view", "add"],
}


def in_administration(answer, for_coordinators):
    return administrator(answer) | ({"coordinator": answer} if for_coordinators else {})


def admin_rows():
    """The lists and forms of every registered model, so that one registered tomorrow is asked for too."""
    request = RequestFactory().get("/")
    request.user = User(is_superuser=True, is_staff=True)
    for model, model_admin in admin.site._registry.items():
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        actions = COORDINATORS.get(model, [])
        yield Row(f"{name}_changelist", "GET", in_administration(200, "view" in actions))
        can_add = model_admin.has_add_permission(request)
        yield Row(f"{name}_add", "GET", in_administration(200 if can_add else 403, "add" in actions))


def answer_to(client, method, url):
    response = client.generic(method, url)
    if response.status_code == 302 and response["Location"].startswith(reverse("admin:login")):
        response = client.get(response["Location"])
    if response.status_code == 302 and response["Location"].startswith(reverse("account_login")):
        return SIGN_IN
    return response.status_code


def undone(client, method, url):
    """The answer, without what it changed: the next role finds the same."""
    with transaction.atomic():
        answer = answer_to(client, method, url)
        transaction.set_rollback(True)
    return answer


@pytest.fixture
def pending(cast, parma, verona):
    """What the rows of the table are about."""
    now = timezone.now()
    invite(cast, parma, verona, now)
    ErasureRequest.objects.create(id=key("erasure"), person=cast.parma_staff)
    SecondFactorReset.objects.create(id=key("reset"), person=cast.parma_staff, asked_by=cast.coordinator)
    begin_work(cast, parma, now)
    leave_files(cast, parma, now)
    RollupRun.objects.create(pk=1_000_000, kind="audit", state="done", finished=now)
    indicator("people-served")
    Release.objects.create(number=1)
    SavedView.objects.create(id=key("saved view"), owner=cast.parma_staff, name="Mine", query="by=year")
    state_money(parma)


def invite(cast, parma, verona, now):
    invitation = Invitation.objects.create(
        id=key("invited"),
        email="nuova@parma.example",
        language="it",
        token_hash=hashed("open"),
        invited=now,
        invited_by=cast.parma_lead,
        expires=now + timedelta(days=1),
    )
    CityGrant.objects.create(invitation=invitation, city=parma, role="staff")
    organisation("cooperativa").cities.set([parma, verona])
    organisation("senza rappresentante").cities.set([parma])
    first = Invitation.objects.create(
        id=key("invited representative"),
        email="nuova@altrove.example",
        language="it",
        token_hash=hashed("first"),
        invited=now - timedelta(hours=1),
        invited_by=cast.parma_lead,
        mailed=now - timedelta(hours=1),
        expires=now + timedelta(days=1),
    )
    OrganisationGrant.objects.create(
        invitation=first, organisation=organisation("senza rappresentante"), role="representative"
    )


def begin_work(cast, parma, now):
    cooperative = implementer("parma", "cooperativa").organisation
    initiative("parma", code="PR-2026-02", public_id=key("idea parma"), stage="idea")
    shared = initiative("verona", code="VR-2026-02", public_id=key("published verona"), published_at=now)
    shared.partner_cities.add(parma)
    Partner.objects.create(
        pk=1_000_000, initiative=initiative("parma"), organisation=cooperative, role="funder"
    )
    waiting = {"public_id": key("waiting entry"), "delivered_by": cooperative}
    entry(initiative("parma"), cast.partner_member, confirmed=False, **waiting)
    MonthClosing.objects.create(city=parma, month=CLOSED, closed_by=cast.parma_lead)


def state_money(city):
    """A city has a statement of each year of which there is something to state."""
    FundingSource.objects.create(code="COM-BIL", label_it="Bilancio comunale", label_en="City’s own budget")
    values = {"year": 2025, "funding_source_id": "COM-BIL", "basis": "budgeted", "amount": 10}
    BudgetLine.objects.create(initiative=initiative(city.slug), **values)


def leave_files(cast, parma, now):
    import_run("review", cast.parma_staff, public_id=key("checked file"), created_rows=1)
    files = {name: StoredFile.objects.store(f"{name}.csv", [b"1"]) for name in ["file", "marked"]}
    import_run("done", cast.parma_staff, public_id=key("loaded file"), **files)
    ExportRun.objects.create(
        public_id=key("export"),
        by=cast.parma_staff,
        city=parma,
        format="csv",
        state="ready",
        file=StoredFile.objects.store("registro.csv", [b"x"]),
        expires=now + timedelta(hours=1),
    )


ROUTES = dict(routes())
ROWS = [*MATRIX, *admin_rows()]


def in_parts(rows):
    """Return {part: rows}: people sign in once for each, and these spread over processes."""
    parts = defaultdict(list)
    for row in rows:
        app = row.route.rpartition(":")[0].split(":")[0] or "accounts"
        parts[app, len(parts_of(parts, app)) // ROWS_IN_A_PART].append(row)
    return {f"{app}-{number}": some for (app, number), some in parts.items()}


def parts_of(parts, app):
    return [row for (name, _number), rows in parts.items() if name == app for row in rows]


PARTS, OUR_PARTS = in_parts(ROWS), in_parts(OURS)


@pytest.fixture
def signed_in_once(client_of):
    """As `client_of`, for tests that undo what a request changes: everybody signs in once."""
    clients = {role: client_of(role) for role in ROLES}
    given = {
        role: {name: morsel.value for name, morsel in client.cookies.items()}
        for role, client in clients.items()
    }

    def client(role):
        clients[role].cookies = SimpleCookie(given[role])
        return clients[role]

    return client


@pytest.fixture
def refusals_once(monkeypatch):
    """Each role has the page that refuses drawn once, since it is the same whatever was asked for."""

    def once(draw):
        drawn = {}

        def refuse(request, exception):
            if request.user.pk not in drawn:
                drawn[request.user.pk] = draw(request, exception).status_code
            return HttpResponse(status=drawn[request.user.pk])

        return refuse

    monkeypatch.setattr(urls, "handler403", once(permission_denied), raising=False)
    monkeypatch.setattr(urls, "handler404", once(page_not_found), raising=False)


@pytest.mark.parametrize("part", PARTS)
def test_each_role_gets_the_answer_of_the_table(part, signed_in_once, refusals_once, pending, forget):
    given = {}
    for row in PARTS[part]:
        forget()
        url = reverse(row.route, kwargs=row.arguments)
        given[row.id] = {role: undone(signed_in_once(role), row.method, url) for role in ROLES}
    assert given == {row.id: row.answers for row in PARTS[part]}


@pytest.mark.parametrize("part", OUR_PARTS)
def test_our_pages_refuse_methods_that_the_table_does_not_know(part, signed_in_once):
    given, expected = {}, {}
    for route in {row.route for row in OUR_PARTS[part]}:
        for method in set(UNSAFE) - {row.method for row in OURS if row.route == route}:
            answers = {role: answer_to(signed_in_once(role), method, ROUTES[route]) for role in ROLES}
            given[route, method] = answers
            expected[route, method] = everyone(405) if route in PUBLIC else signed_in(405)
    assert given == expected


def test_every_route_is_in_the_table():
    assert {name for name in ROUTES if not name.startswith("admin:")} == {
        row.route for row in MATRIX if not row.route.startswith("admin:")
    }


def test_what_strangers_may_open_is_listed_by_name():
    assert {row.route for row in MATRIX if row.answers["anonymous"] != SIGN_IN} == PUBLIC


@pytest.mark.parametrize("role", ["anonymous", "nobody", "parma_lead", "researcher"])
def test_no_route_of_the_administration_opens_for_those_outside_it(role, client_of, refusals_once):
    client = client_of(role)
    urls = {name: url for name, url in ROUTES.items() if name.startswith("admin:")}
    opened = {name for name, url in urls.items() if answer_to(client, "GET", url) not in {SIGN_IN, 302, 403}}
    assert not opened


def test_a_coordinator_finds_nothing_about_people_in_the_administration(client_of, refusals_once):
    client = client_of("coordinator")
    closed = tuple(
        f"admin:{model._meta.app_label}_{model._meta.model_name}_"
        for model in admin.site._registry
        if model not in COORDINATORS
    )
    urls = {name: url for name, url in ROUTES.items() if name.startswith(closed)}
    assert len(urls) > len(closed)
    opened = {name for name, url in urls.items() if answer_to(client, "GET", url) not in {SIGN_IN, 302, 403}}
    assert not opened


def refused_by_csrf(request, reason=""):
    return HttpResponse(status=418)


@pytest.mark.parametrize("role", ["anonymous", "administrator"])
def test_no_route_takes_a_change_without_a_csrf_token(role, client_of, settings):
    settings.CSRF_FAILURE_VIEW = "tests.test_permissions.refused_by_csrf"
    client = client_of(role, enforce_csrf_checks=True)
    answers = {
        (name, method): answer_to(client, method, url) for name, url in ROUTES.items() for method in UNSAFE
    }
    assert {route for route, answer in answers.items() if answer != 418} == set()
