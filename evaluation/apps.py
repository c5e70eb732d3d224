from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EvaluationConfig(AppConfig):
    name = "evaluation"
    verbose_name = _("evaluation")

    def ready(self):
        from evaluation.models import RollupRun, SavedView
        from evaluation.network_panel import network_figures
        from evaluation.page_panels import city_figures, initiative_figures
        from evaluation.tasks import roll_up
        from evaluation.views.runs import shortcut
        from evaluation.views.statement import statement_link
        from will_portal.accounts.personal_data import register_about, register_acts
        from will_portal.common import doorbells, panels

        doorbells.register("log", roll_up)
        panels.register("network", network_figures)
        panels.register("city", city_figures)
        panels.register("city", statement_link)
        panels.register("initiative", initiative_figures)
        panels.register("home", shortcut)
        register_about(SavedView, "owner")
        register_acts(RollupRun, "by")
        self.open_administration()

    def open_administration(self):
        from evaluation import models
        from will_portal.accounts.administration import open_to_coordinators

        open_to_coordinators(models.Indicator, "view", "change")
        open_to_coordinators(models.IndicatorVersion, "view", "add")
