from django.db import transaction
from django.utils.translation import gettext as _

from initiatives.actions.locks import lock_edited
from initiatives.models import Intervention
from thirdsector.models.people import lock_people
from will_portal.accounts.actions import Refused


@transaction.atomic
def save_partner(*, partner, by):
    """Store an organisation's part in an initiative; it is then active in the initiative's city as well."""
    initiative = lock_edited(partner.initiative, by)
    if partner.pk and not initiative.partners.filter(pk=partner.pk).exists():
        raise Refused(_("Somebody has removed this part in the meantime."))
    # Asked again now that nobody else can add the same.
    partner.validate_constraints()
    partner.save()
    # Where it is active decides who may bring in its first representative.
    lock_people(partner.organisation_id)
    partner.organisation.cities.add(initiative.city_id)


@transaction.atomic
def remove_partner(*, partner, by):
    """Delete a part that was entered by mistake; one that has delivered something ends instead."""
    initiative = lock_edited(partner.initiative, by)
    delivered = Intervention.objects.filter(
        initiative=initiative, delivered_by=partner.organisation, withdrawn_at=None
    )
    if delivered.exists():
        raise Refused(_("This organisation has logged deliveries: write until when it took part instead."))
    partner.delete()
