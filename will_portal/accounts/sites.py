from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from will_portal.accounts.groups import coordinates


class PortalAdminConfig(AdminConfig):
    default_site = "will_portal.accounts.sites.PortalAdminSite"


class PortalAdminSite(AdminSite):
    """Open to coordinators by their group, so that the door closes when they leave it."""

    site_title = site_header = _("WILL: administration")

    def has_permission(self, request):
        return super().has_permission(request) or coordinates(request.user)

    # Django's own forms know neither rate limits nor second factors, and the list of sessions not them.

    def login(self, request, extra_context=None):
        return redirect("admin:index")

    def password_change(self, request, extra_context=None):
        return redirect("account_change_password")
