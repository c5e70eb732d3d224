"""What the page of an initiative shows to one reader: the page itself and the preview share it."""

from django.template.loader import render_to_string

from cities.models import City
from initiatives.codes import Origin
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
    edits = not is_of_register(initiative) and is_among(Initiative.objects.editable_by(reader), initiative)
    return {
        "initiative": initiative,
        "user_areas": [UserArea(code).label for code in initiative.user_areas],
        "partner_cities": initiative.partner_cities.only("name", "slug"),
        # Who decided is told to their colleagues only.
        "names_people": edits,
        "changes": list(initiative.stage_changes.select_related("by")),
        "partners": initiative.partners.select_related("organisation"),
        "budget": tabulate(list(initiative.budget_lines.select_related("funding_source"))),
        "adapted_from": seen.filter(pk=initiative.adapted_from_id).first(),
        "adaptations": seen.filter(adapted_from=initiative),
        "panels": panels_of("initiative", request, initiative),
        "may_edit": edits,
        "may_lead": edits and is_among(Initiative.objects.led_by(reader), initiative),
        "may_see_history": reader.is_authenticated and is_among(history_read_by(reader), initiative),
    }


def is_of_register(initiative):
    return initiative.origin == Origin.REGISTER


def is_among(initiatives, initiative):
    return initiatives.filter(pk=initiative.pk).exists()


def initiatives_of_city(request, city):
    """The panel of a city's page: what the city itself carries, as far as the reader may see it."""
    listed = Initiative.objects.visible_to(request.user)
    listed = listed.only("code", "title", "public_id", "stage", "origin", "published_at")
    found = list(listed.filter(city=city)[: SHOWN + 1])
    shared = list(shared_with(city, listed, request.user))
    if not found and not shared:
        return ""
    context = {
        "city": city,
        "initiatives": found[:SHOWN],
        "are_more": len(found) > SHOWN,
        "shared": shared,
        "may_leave": bool(shared) and City.objects.led_by(request.user).filter(pk=city.pk).exists(),
    }
    return render_to_string("initiatives/_initiative_city_panel.html", context, request)


def shared_with(city, initiatives, reader):
    """What other cities say that they do with this one: told to its people only, whom nobody asked."""
    if not City.objects.worked_in_by(reader).filter(pk=city.pk).exists():
        return initiatives.none()
    shared = Initiative.partner_cities.through.objects.filter(city=city)
    return initiatives.filter(pk__in=shared.values("initiative"))
