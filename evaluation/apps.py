from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EvaluationConfig(AppConfig):
    name = "evaluation"
    verbose_name = _("evaluation")

    def ready(self):
        from evaluation.models import RollupRun
        from evaluation.tasks import roll_up
        from evaluation.views.runs import shortcut
        from will_portal.accounts.personal_data import register_acts
        from will_portal.common import doorbells, panels

        doorbells.register("log", roll_up)
        panels.register("home", shortcut)
        register_acts(RollupRun, "by")
