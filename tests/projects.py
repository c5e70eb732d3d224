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
    values = FIELDS[slug] | {"stage": "experiment", "public_id": key(f"initiative {slug}")} | fields
    there = Initiative.objects.filter(code=values["code"]).first()
    return there or Initiative.objects.create(**{"city": city(slug)} | values)


def implementer(slug, body):
    """Make the organisation an implementing body of the city's initiative."""
    return Partner.objects.get_or_create(
        initiative=initiative(slug), organisation=organisation(body), role="implementer"
    )[0]


def kind(code="A4"):
    return InterventionKind.objects.filter(code=code).first() or InterventionKind.objects.create(
        code=code, parent=heading(code[0]), label_it="Assistenza domiciliare", label_en="Home care"
    )


def heading(code):
    labels = {"label_it": "Interventi e servizi", "label_en": "Interventions and services"}
    return InterventionKind.objects.get_or_create(code=code, defaults=labels)[0]


def entry(project, by, *, confirmed=True, **fields):
    """Store a log entry of an initiative, confirmed by the one who entered it unless said otherwise."""
    values = {"day": DAY, "kind": kind(), "people_served": 12, "new_people": 3} | fields
    if confirmed:
        values |= {"confirmed_by": by, "confirmed_at": timezone.now()}
    return Intervention.objects.create(initiative=project, city=project.city, entered_by=by, **values)
