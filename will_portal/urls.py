from allauth.socialaccount import views as socialaccount
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.generic import TemplateView
from django.views.i18n import set_language

from will_portal.accounts import identities
from will_portal.common import views as common


def public_page(template):
    return login_not_required(TemplateView.as_view(template_name=template))


handler500 = "will_portal.errors.server_error"

urlpatterns = [
    path("", include("cities.urls")),
    path("", include("thirdsector.urls")),
    path("", include("initiatives.urls")),
    path("log/", include("initiatives.log_urls")),
    path("imports/", include("initiatives.import_urls")),
    path("runs/", include("evaluation.urls")),
    path("", include("evaluation.indicator_urls")),
    path("", include("evaluation.dashboard_urls")),
    path("dashboard/releases/", include("evaluation.release_urls")),
    path("dashboard/views/", include("evaluation.saved_urls")),
    path("dashboard/statement/", include("evaluation.statement_urls")),
    path("accounts/", include("will_portal.accounts.urls")),
    path("accounts/", include("allauth.account.urls")),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("accounts/sessions/", include("allauth.usersessions.urls")),
    path("accounts/identities/", socialaccount.connections, name="socialaccount_connections"),
    path("accounts/oidc/cancelled/", socialaccount.login_cancelled, name="socialaccount_login_cancelled"),
    path("accounts/oidc/<provider_id>/login/", identities.login, name="openid_connect_login"),
    path("accounts/oidc/<provider_id>/login/callback/", identities.callback, name="openid_connect_callback"),
    path("admin/", admin.site.urls),
    path("language/", login_not_required(set_language), name="set_language"),
    path("privacy/", public_page("pages/privacy.html"), name="privacy"),
    path("accessibility/", public_page("pages/accessibility.html"), name="accessibility"),
    path("healthz", common.healthz, name="healthz"),
    path("readyz", common.readyz, name="readyz"),
]
