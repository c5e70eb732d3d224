from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig

from will_portal.accounts.groups import coordinates


class PortalAdminConfig(AdminConfig):
    default_site = "will_portal.accounts.sites.PortalAdminSite"


class PortalAdminSite(AdminSite):
    """Open to coordinators by their group, so that the door closes when they leave it."""

    def has_permission(self, request):
        return super().has_permission(request) or coordinates(request.user)
