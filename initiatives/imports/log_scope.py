"""What a file of log entries may be about: the city's own initiatives, or those that a body implements."""

from cities.models import City
from initiatives.models import Initiative, Partner
from thirdsector.models import Organisation


def initiatives_of(place, by):
    """The initiatives that rows may name when somebody imports for this city or organisation."""
    if isinstance(place, City):
        return Initiative.objects.editable_by(by).filter(city=place)
    return Initiative.objects.filter(pk__in=parts_of(place, by).values("initiative"))


def parts_of(place, by):
    """The implementing parts there: those of all bodies for a city, its own for an organisation."""
    parts = Partner.objects.implementing()
    if isinstance(place, City):
        return parts.filter(initiative__in=initiatives_of(place, by).values("pk"))
    own = Organisation.objects.worked_in_by(by).filter(pk=place.pk)
    return parts.filter(organisation__in=own.values("pk"))
