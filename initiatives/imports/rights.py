"""Who may bring which file, and go on with it: asked by every act, and once more by every worker."""

from cities.models import City
from initiatives.models import ImportRun, Subject
from thirdsector.models import Organisation


def cities_for(user, subject):
    """The cities in whose name somebody may bring such a file."""
    leads_only = subject == Subject.ORGANISATIONS
    return City.objects.led_by(user) if leads_only else City.objects.worked_in_by(user)


def may_bring(user, subject, *, city_id, organisation_id):
    """Whether somebody may bring such a file in the name of this city or organisation."""
    if organisation_id:
        joined = Organisation.objects.worked_in_by(user)
        return subject == Subject.LOG and joined.filter(pk=organisation_id).exists()
    return cities_for(user, subject).filter(pk=city_id).exists()


def subjects_for(user, place):
    """What somebody may bring for a place: of an organisation its deliveries, of a city what forms take."""
    keys = {"city_id": place.city and place.city.pk}
    keys["organisation_id"] = place.organisation and place.organisation.pk
    return [subject for subject in Subject if may_bring(user, subject, **keys)]


def may_go_on(user, run):
    """Whether whoever brought the file still has the place for which they did."""
    own = ImportRun.objects.editable_by(user).filter(pk=run.pk).exists()
    return own and may_bring(user, run.subject, city_id=run.city_id, organisation_id=run.organisation_id)


def may_undo(user, run):
    """Whether somebody may take back what was loaded, at whatever state the import is by now."""
    return ImportRun.objects.reversible_by(user).filter(pk=run.pk).exists()
