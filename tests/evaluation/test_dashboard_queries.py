"""The dashboard asks the database as often for three initiatives as for three hundred."""

from decimal import Decimal

import pytest
from django.core.cache import caches
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from evaluation.models import Indicator
from initiatives.models import BudgetLine, FundingSource, Initiative, Partner
from tests.bodies import organisation
from tests.projects import entry
from tests.releases import FEBRUARY, QUARTER, close, released

pytestmark = pytest.mark.django_db
# Of each source some: the log by itself, by residents and broken down, money, partners, closings.
# {question: (queries of the page, of its CSV)}, where one city is read live and the other from the release.
QUERIES = {
    "people-reached": (24, 17),
    "served-per-1000": (25, 18),
    "people-served&split=sex": (25, 18),
    "delivery-cost": (24, 17),
    "ledger-cost": (22, 15),
    "third-sector-partners": (24, 17),
    "adaptations": (24, 17),
    "months-closed": (22, 15),
}


def store(cast, parma, verona, count):
    """Store a release of so many initiatives, half of them of each city, with all that figures come from."""
    call_command("load_indicators")
    for code, parent in [("FS", None), ("COM", "FS")]:
        FundingSource.objects.create(code=code, parent_id=parent, label_it="Fonte", label_en="Source")
    for number in range(count):
        project = Initiative.objects.create(
            code=f"PR-{number:03}", title="Portierato", city=[parma, verona][number % 2], stage="adopted"
        )
        entry(project, cast.parma_staff, day=FEBRUARY, cost=Decimal(100))
        BudgetLine.objects.create(
            initiative=project, year=2026, basis="budgeted", funding_source_id="COM", amount=Decimal(9)
        )
        Partner.objects.create(
            initiative=project, organisation=organisation("cooperativa"), role="implementer"
        )
    close(verona, *QUARTER)
    released(parma, *QUARTER)


def asked(client, name, question):
    """Return how many queries an answer takes, once all is compiled and cached that stays so.

    But the sums, of which each question finds its own.
    """
    caches["dashboard"].clear()
    url = f"{reverse(f'dashboard:{name}')}?indicator={question}&from=2026-01&to=2026-03"
    with CaptureQueriesContext(connection) as queries:
        response = client.get(url)
        assert response.status_code == 200
        # A file is made while it is sent.
        assert response.getvalue()
    return len(queries)


@pytest.mark.parametrize("count", [3, 300])
def test_however_many_initiatives_there_are_it_takes_as_many_queries(client_of, cast, parma, verona, count):
    store(cast, parma, verona, count)
    client = client_of("parma_lead")
    client.get(reverse("dashboard:show"))
    found = {
        question: (asked(client, "show", question), asked(client, "csv", question)) for question in QUERIES
    }
    assert found == QUERIES


def test_how_a_number_was_made_is_told_of_every_indicator(client_of, cast, parma, verona):
    store(cast, parma, verona, 3)
    for indicator in Indicator.objects.all():
        for role in ["anonymous", "parma_lead"]:
            page = client_of(role).get(reverse("dashboard:made"), {"indicator": indicator.code})
            assert "made-caption" in page.text, (indicator.code, role)
