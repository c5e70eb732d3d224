from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ThirdsectorConfig(AppConfig):
    name = "thirdsector"
    verbose_name = _("Third Sector")

    def ready(self):
        from thirdsector import people
        from thirdsector.models import Organisation, OrganisationGrant, OrganisationMembership, Role
        from will_portal.accounts import erasures, grants, roles
        from will_portal.accounts.administration import open_to_coordinators
        from will_portal.accounts.personal_data import register_acts
        from will_portal.common import panels, waiting

        roles.register(people.positions, *Role.values)
        grants.register(OrganisationGrant)
        waiting.register(people.ending_invitations)
        panels.register("home", people.endings)
        erasures.register(people.end_memberships)
        register_acts(OrganisationMembership, "user", "ended_by")
        open_to_coordinators(Organisation, "view", "add", "change")
