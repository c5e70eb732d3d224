"""Who changed what of an organisation, by name only to those of the same side."""

from django.utils.translation import gettext as _

from cities.models import City, CityMembership
from thirdsector.models import Organisation, OrganisationMembership
from will_portal.accounts import history
from will_portal.accounts.groups import coordinates


def changes_of(organisation, reader):
    """Return the changes as `will_portal.accounts.history` does, each actor as this reader may know them."""
    events = history.events_of(organisation, Organisation)
    spell = actors_for(organisation, reader, {event.actor for event in events} - {None})
    for event in events:
        event.actor = spell(event.actor)
    return [history.described(event, history.spelled) for event in events]


def actors_for(organisation, reader, actors):
    """Return a function from an actor to their name, or to their side where the name is not for the reader.

    A side is kept by those who left it. E-mail addresses are no names.
    """
    acting = OrganisationMembership.objects.filter(organisation=organisation, user__in=actors)
    own, cities = set(acting.values_list("user", flat=True)), cities_by(actors)
    coordinating = coordinates(reader)
    represents = Organisation.objects.represented_by(reader).filter(pk=organisation.pk).exists()
    near = set(City.objects.worked_in_by(reader).values_list("name", flat=True))

    def spell(actor):
        if actor is None:
            return side(False, ())
        is_own, places = actor.pk in own, cities.get(actor.pk, ())
        named = coordinating or (represents if is_own else near.intersection(places))
        return named and actor.display_name or side(is_own, places)

    return spell


def cities_by(actors):
    """Return {key of an actor: names of the cities for which they work or worked}."""
    found = {}
    rows = CityMembership.objects.filter(user__in=actors).order_by("since")
    for user, city in rows.values_list("user", "city__name"):
        found.setdefault(user, {})[city] = True
    return found


def side(is_own, cities):
    if is_own:
        return _("the organisation")
    return ", ".join(_("the city of %(city)s") % {"city": city} for city in cities) or _("the programme")
