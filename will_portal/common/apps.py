from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CommonConfig(AppConfig):
    name = "will_portal.common"
    verbose_name = _("running of the portal")
