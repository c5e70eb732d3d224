from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CitiesConfig(AppConfig):
    name = "cities"
    verbose_name = _("cities")

    def ready(self):
        from cities import people
        from cities.models import CityGrant, CityMembership, Role
        from will_portal.accounts import erasures, grants, roles
        from will_portal.accounts.personal_data import register_acts
        from will_portal.common import panels, waiting

        roles.register(people.positions, *Role.values)
        grants.register(CityGrant)
        waiting.register(people.ending_invitations)
        panels.register("city", people.contacts)
        panels.register("home", people.endings)
        erasures.register(people.end_memberships)
        register_acts(CityMembership, "user", "ended_by")
        panels.register("profile", people.consents)
        self.open_administration()

    def open_administration(self):
        from cities import models
        from will_portal.accounts.administration import open_to_coordinators

        open_to_coordinators(models.Region, "view")
        open_to_coordinators(models.City, "view", "add", "change")
        open_to_coordinators(models.ProgrammeMembership, "view", "add", "change")
        open_to_coordinators(models.ProgrammeNote, "view", "add", "change", "delete")
        open_to_coordinators(models.ContextSeries, "view")
        open_to_coordinators(models.ContextFigure, "view", "add", "change")
