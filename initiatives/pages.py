"""What the page of an initiative shows to one reader: the page itself and the preview share it."""

from django.template.loader import render_to_string

from initiatives.filters import of_city
from initiatives.history import history_read_by
from initiatives.models import Initiative
from initiatives.money import tabulate
from thirdsector.codes import UserArea
from will_portal.common.panels import panels_of

SHOWN = 10


def page_of(initiative, request):
    """Return the context of the page for the reader of this request."""
    reader = request.user
    seen = Initiative.objects.visible_to(reader).select_related("city")
    seen = seen.only("code", "title", "public_id", "city__name")
    edits = is_among(Initiative.objects.editable_by(reader), initiative)
    return {
        "initiative": initiative,
        "user_areas": [UserArea(code).label for code in initiative.user_areas],
        "partner_cities": initiative.partner_cities.only("name", "slug"),
        # Who decided is told to their colleagues only.
        "names_people": edits,
        "changes": initiative.stage_changes.select_related("by"),
        "partners": initiative.partners.select_related("organisation"),
        "budget": tabulate(list(initiative.budget_lines.select_related("funding_source"))),
        "adapted_from": seen.filter(pk=initiative.adapted_from_id).first(),
        "adaptations": seen.filter(adapted_from=initiative),
        "panels": panels_of("initiative", request, initiative),
        "may_edit": edits,
        "may_lead": edits and is_among(Initiative.objects.led_by(reader), initiative),
        "may_see_history": reader.is_authenticated and is_among(history_read_by(reader), initiative),
    }


def is_among(initiatives, initiative):
    return initiatives.filter(pk=initiative.pk).exists()


def initiatives_of_city(request, city):
    """The panel of a city's page: what it carries, alone or with others, as far as the reader may see it."""
    found = Initiative.objects.visible_to(request.user).filter(of_city(city))
    found = list(found.only("code", "title", "public_id", "stage", "origin", "published_at")[: SHOWN + 1])
    if not found:
        return ""
    context = {"city": city, "initiatives": found[:SHOWN], "are_more": len(found) > SHOWN}
    return render_to_string("initiatives/_initiative_city_panel.html", context, request)
