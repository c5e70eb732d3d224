"""Who may bring which file, and go on with it: asked by every act, and once more by every worker."""

from cities.models import City
from initiatives.models import ImportRun, Subject
from thirdsector.models import Organisation


def may_bring(user, subject, *, city_id, organisation_id):
    """Whether somebody may bring such a file in the name of this city or organisation."""
    if organisation_id:
        joined = Organisation.objects.worked_in_by(user)
        return subject == Subject.LOG and joined.filter(pk=organisation_id).exists()
    leads_only = subject == Subject.ORGANISATIONS
    cities = City.objects.led_by(user) if leads_only else City.objects.worked_in_by(user)
    return cities.filter(pk=city_id).exists()


def may_go_on(user, run):
    """Whether whoever brought the file still has the place for which they did."""
    own = ImportRun.objects.editable_by(user).filter(pk=run.pk).exists()
    return own and may_bring(user, run.subject, city_id=run.city_id, organisation_id=run.organisation_id)


def may_undo(user, run):
    """Whether somebody may take back what was loaded: its author, or the lead of the city."""
    leads = run.city_id and City.objects.led_by(user).filter(pk=run.city_id).exists()
    return bool(leads) or may_go_on(user, run)
