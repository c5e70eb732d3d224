from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InitiativesConfig(AppConfig):
    name = "initiatives"
    verbose_name = _("initiatives")

    def ready(self):
        from initiatives import waiting
        from initiatives.models import (
            ExportRun,
            ImportRun,
            Initiative,
            Intervention,
            MonthClosing,
            Partner,
            StageChange,
        )
        from initiatives.pages import initiatives_of_city
        from initiatives.views.imports_panels import organisation_imports, own_tables
        from initiatives.views.log import latest_entries, shortcut
        from thirdsector import activity
        from will_portal.accounts.personal_data import register_acts
        from will_portal.common import panels
        from will_portal.common import waiting as portal

        portal.register(waiting.to_confirm)
        portal.register(waiting.returned)
        panels.register("city", initiatives_of_city)
        panels.register("initiative", latest_entries)
        panels.register("home", shortcut)
        panels.register("home", own_tables)
        panels.register("organisations", organisation_imports)
        activity.register(Partner)
        activity.register(Intervention, "delivered_by")
        register_acts(Initiative, "published_by")
        register_acts(StageChange, "by")
        words = ["note", "place", "return_note", "withdraw_reason"]
        persons = ["entered_by", "confirmed_by", "returned_by", "withdrawn_by"]
        # What somebody did, not what the city's log says: that is the city's.
        register_acts(Intervention, *persons, hidden=words)
        register_acts(MonthClosing, "closed_by", "reopened_by")
        register_acts(ImportRun, "by", "undone_by", hidden=["understood"])
        register_acts(ExportRun, "by")
        self.open_administration()

    def open_administration(self):
        from initiatives import models
        from will_portal.accounts.administration import open_to_coordinators

        # Nothing of the log, and nothing that says who decided.
        for model in (models.Initiative, models.Partner, models.BudgetLine):
            open_to_coordinators(model, "view")
        for code_list in (models.InterventionKind, models.FundingSource):
            open_to_coordinators(code_list, "view", "change")
