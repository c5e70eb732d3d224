from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from cities.models import City
from initiatives.actions.locks import lock_edited
from initiatives.actions.stages import refuse_register
from initiatives.codes import PartnerRole
from initiatives.models import Intervention
from thirdsector.models.people import lock_people
from will_portal.accounts.actions import Refused


@transaction.atomic
def save_partner(*, partner, by):
    """Store an organisation's part in an initiative; it is then active in the initiative's city as well."""
    initiative = lock_edited(partner.initiative, by)
    refuse_register(initiative)
    refuse_mixture(partner, initiative)
    if partner.pk and not initiative.partners.filter(pk=partner.pk).exists():
        raise Refused(_("Somebody has removed this part in the meantime."))
    # Asked again now that nobody else can add the same.
    partner.validate_constraints()
    partner.save()
    # Where it is active decides who may bring in its first representative.
    lock_people(partner.organisation_id)
    partner.organisation.cities.add(initiative.city_id)


def refuse_mixture(partner, initiative):
    # A part that is there already may still be given its end.
    if partner.pk is None and partner.organisation.invented != initiative.is_invented:
        raise Refused(
            _("Real and invented never mix: this organisation or this initiative was invented, not both.")
        )


@transaction.atomic
def remove_partner(*, partner, by):
    """Delete a part that was entered by mistake; one that has delivered something ends instead."""
    initiative = lock_edited(partner.initiative, by)
    refuse_register(initiative)
    delivered = Intervention.objects.filter(
        initiative=initiative, delivered_by=partner.organisation, withdrawn_at=None
    )
    if partner.role == PartnerRole.IMPLEMENTER and delivered.exists():
        raise Refused(_("This organisation has logged deliveries: write until when it took part instead."))
    partner.delete()


def leave(*, initiative, city, by):
    """Take a partner city off the initiative of another, as its own lead decides."""
    if not City.objects.led_by(by).filter(pk=city.pk).exists():
        raise PermissionDenied
    initiative.partner_cities.remove(city)
