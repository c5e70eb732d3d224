"""Initiatives, kinds of intervention and log entries for the tests."""

from datetime import date

from django.utils import timezone

from initiatives.models import Initiative, Intervention, InterventionKind, Partner
from tests.bodies import organisation
from tests.places import city, key

FIELDS = {
    "parma": {"code": "PR-2026-01", "title": "Portierato di quartiere", "innovation_area": "COM"},
    "verona": {"code": "VR-2026-01", "title": "Anziani in rete", "innovation_area": "ANZ"},
}
# A month that no test closes unless it says so, and that has ended whenever the tests run.
DAY = date(2026, 3, 10)


def initiative(slug, **fields):
    """Return the initiative of the city, under way and not published, storing it where it is not yet."""
    defaults = {"city": city(slug), "stage": "experiment", "public_id": key(f"initiative {slug}")}
    values = FIELDS[slug] | defaults | fields
    return Initiative.objects.get_or_create(code=values.pop("code"), defaults=values)[0]


def implementer(slug, body):
    """Make the organisation an implementing body of the city's initiative."""
    return Partner.objects.get_or_create(
        initiative=initiative(slug), organisation=organisation(body), role="implementer"
    )[0]


def kind(code="A4"):
    heading = InterventionKind.objects.get_or_create(
        code=code[0], defaults={"label_it": "Interventi e servizi", "label_en": "Interventions and services"}
    )[0]
    return InterventionKind.objects.get_or_create(
        code=code, defaults={"parent": heading, "label_it": "Assistenza domiciliare", "label_en": "Home care"}
    )[0]


def entry(project, by, *, confirmed=True, **fields):
    """Store a log entry of an initiative, confirmed by the one who entered it unless said otherwise."""
    values = {"day": DAY, "kind": kind(), "people_served": 12, "new_people": 3} | fields
    if confirmed:
        values |= {"confirmed_by": by, "confirmed_at": timezone.now()}
    return Intervention.objects.create(initiative=project, city=project.city, entered_by=by, **values)
