"""What the form of the dashboard offers is that of now, whoever asked before, and in whichever language."""

import re
from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from cities.models import City, ProgrammeMembership
from evaluation import dashboard_form, releases
from evaluation.figures import chosen, inputs, membership, spans
from evaluation.figures.statements import statement
from initiatives.models import Initiative, InterventionKind, Partner
from tests.cast import CAST
from tests.measures import indicator
from tests.projects import implementer, kind
from thirdsector.models import Organisation

pytestmark = pytest.mark.django_db
BODY = "Cooperativa sociale di prova"
WHY = {"change_reason_it": "Più chiaro.", "change_reason_en": "Clearer."}


@pytest.fixture(autouse=True)
def world(parma, verona):
    indicator("new-people", name_en="New people", name_it="Persone nuove")
    kind("A4")
    # Nobody but its city, its implementing bodies, researchers and coordinators sees it.
    implementer("parma", "cooperativa")


@pytest.fixture
def offered(client_of):
    """What a list of the form offers: `offered("kind", role="researcher")`."""

    def ask(field, role="anonymous", language="en"):
        page = client_of(role).get(reverse("dashboard:show"), headers={"accept-language": language}).text
        found = re.search(rf'<select name="{field}".*?</select>', page, re.DOTALL)
        return re.findall(r"<option[^>]*>([^<]*)</option>", found[0])

    return ask


def who_sees_it(offered, *roles):
    """Return to which of these the organisation is offered."""
    return {role for role in roles if BODY in offered("organisation", role)}


def test_a_city_that_was_renamed_is_offered_by_its_new_name(offered):
    assert "Parma" in offered("highlight")
    City.objects.filter(slug="parma").update(name="Parma Nuova")
    assert "Parma Nuova" in offered("highlight")


def test_a_city_is_offered_once_it_has_been_in_the_programme(offered, verona):
    ProgrammeMembership.objects.filter(city=verona).delete()
    assert "Verona" not in offered("highlight")
    ProgrammeMembership.objects.create(city=verona, joined="2026-01-15", joined_precision="day")
    assert "Verona" in offered("highlight")


def test_a_kind_that_was_renamed_or_added_is_offered(offered):
    assert "A4 Home care" in offered("kind")
    InterventionKind.objects.filter(code="A4").update(label_en="Care at home")
    kind("B5")
    assert {"A4 Care at home", "B5 Home care"} <= set(offered("kind"))


def test_a_new_version_of_an_indicator_names_it_from_its_day_on(offered):
    assert offered("indicator") == ["New people"]
    indicator("new-people", name_en="Newcomers", valid_from=date(2026, 1, 1), **WHY)
    assert offered("indicator") == ["Newcomers"]


def test_tomorrow_another_version_counts(offered, monkeypatch):
    tomorrow = timezone.localdate() + timedelta(days=1)
    indicator("new-people", name_en="Newcomers", valid_from=tomorrow, **WHY)
    assert offered("indicator") == ["New people"]
    monkeypatch.setattr(timezone, "localdate", lambda *given: tomorrow)
    assert offered("indicator") == ["Newcomers"]


@pytest.mark.parametrize("field", ["indicator", "kind"])
def test_who_reads_another_language_is_offered_its_words(offered, field):
    words = {
        "indicator": {"en": "New people", "it": "Persone nuove"},
        "kind": {"en": "A4 Home care", "it": "A4 Assistenza domiciliare"},
    }
    for language in ["en", "it", "en"]:
        assert words[field][language] in offered(field, language=language)


def test_an_organisation_that_was_renamed_is_offered_by_its_new_name(offered):
    assert BODY in offered("organisation", "researcher")
    Organisation.objects.filter(name=BODY).update(name="Cooperativa nuova")
    assert "Cooperativa nuova" in offered("organisation", "researcher")


def test_who_implements_is_offered_once_the_initiative_is_published_and_as_long(offered):
    assert BODY not in offered("organisation")
    Initiative.objects.update(published_at=timezone.now())
    assert BODY in offered("organisation")
    Initiative.objects.update(published_at=None)
    assert BODY not in offered("organisation")


def test_who_begins_to_implement_is_offered_and_who_is_taken_out_is_not(offered):
    implementer("parma", "associazione")
    assert "Associazione di prova" in offered("organisation", "parma_staff")
    Partner.objects.all().delete()
    assert len(offered("organisation", "parma_staff")) == 1


def test_each_is_offered_who_implements_what_they_see(offered):
    for _again in range(2):
        assert who_sees_it(offered, "anonymous", *CAST) == {
            "parma_staff",
            "parma_lead",
            "partner_representative",
            "partner_member",
            "researcher",
            "coordinator",
            "administrator",
        }


def test_a_fragment_looks_for_no_organisations(client_of):
    with CaptureQueriesContext(connection) as queries:
        client_of("anonymous").get(reverse("dashboard:show"), headers={"HX-Request": "true"})
    assert not [query for query in queries if Organisation._meta.db_table in query["sql"]]


STATEMENTS = [
    (dashboard_form.latest_versions, timezone.localdate()),
    (dashboard_form.indicators_ever,),
    (dashboard_form.cities_ever,),
    (dashboard_form.kinds_ever,),
    (chosen.published_in, 1, 2),
    (chosen.beginning_with, "A"),
    (releases.newest_release,),
    (inputs.residents_of, 1),
    (inputs.invented_in, 1),
    (membership.released_months, 1, 1),
    (membership.closed_months, 1),
    (membership.times_in_programme, 1),
    (spans.cities_by_month, None),
]


@pytest.mark.parametrize("given", STATEMENTS, ids=lambda given: given[0].__name__)
def test_statements_are_made_of_what_they_are_given_alone(given, django_assert_num_queries):
    with django_assert_num_queries(0):
        today = statement.__wrapped__(*given)
        with time_machine.travel(timezone.now() + timedelta(days=400)), translation.override("it"):
            assert statement.__wrapped__(*given) == today
