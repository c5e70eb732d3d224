import re
import time
from urllib.parse import urlsplit, urlunsplit

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.http import escape_leading_slashes, url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect
from pghistory.middleware import HistoryMiddleware

from will_portal.accounts.roles import roles_of

SIGNED_IN = "signed_in_at"
SEEN = "seen_at"
# To the minute is near enough, and spares most clicks a write.
SEEN_EVERY = 60

SECOND_FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
# For those who have to set up a second factor: the way there, the way out, and what anybody may read.
OPEN_WITHOUT_SECOND_FACTOR = {
    "accessibility",
    "account_confirm_email",
    "account_email",
    "account_logout",
    "account_reauthenticate",
    "healthz",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_index",
    "privacy",
    "readyz",
    "set_language",
}


def note_sign_in(sender, request, **kwargs):
    request.session[SIGNED_IN] = request.session[SEEN] = int(time.time())


def is_too_old(session):
    # The database forgets a session that was idle; here ends one that was kept busy.
    return time.time() - session.get(SIGNED_IN, 0) >= settings.SESSION_LONGEST_AGE


def end_old_sessions(get_response):
    def middleware(request):
        if request.user.is_authenticated:
            if is_too_old(request.session):
                logout(request)
            elif time.time() - request.session.get(SEEN, 0) >= SEEN_EVERY:
                request.session[SEEN] = int(time.time())
        return get_response(request)

    return middleware


def keep_out_of_caches(get_response):
    """Let no browser keep what it showed to somebody: the next at the desk would find it with "back"."""

    def middleware(request):
        response = get_response(request)
        if request.user.is_authenticated:
            response.setdefault("Cache-Control", "private, no-store")
        return response

    return middleware


def page_of(request):
    """The page of ours that the reader was on, else the first one after signing in."""
    page = request.htmx.current_url or request.headers.get("Referer", "")
    if url_has_allowed_host_and_scheme(page, request.get_host(), require_https=request.is_secure()):
        return escape_leading_slashes(urlunsplit(("", "", *urlsplit(page)[2:4], "")))
    return reverse(settings.LOGIN_REDIRECT_URL)


class SignInMiddleware(LoginRequiredMiddleware):
    """Brings people whose session has ended back to where they were: neither parts nor acts are pages.

    It acts right before the view, when the middleware of messages and htmx, below it, have seen the request.
    """

    def handle_no_permission(self, request, view):
        acts = request.method not in {"GET", "HEAD", "OPTIONS", "TRACE"}
        if not acts and not request.htmx:
            return super().handle_no_permission(request, view)
        if acts:
            messages.warning(
                request, _("You are no longer signed in, and what you last did was not saved: do it again.")
            )
        response = redirect_to_login(page_of(request), self.get_login_url(view))
        if request.htmx:
            response = HttpResponseClientRedirect(response.url)
            # The page itself has the same address.
            add_never_cache_headers(response)
        return response


class PortalHistoryMiddleware(HistoryMiddleware):
    """Writes down the page without the secret that opened it: history cannot be made to forget it."""

    SECRET = re.compile(r"(/(?:invitation|confirm-email|reset/key)/)[^/]+")

    def get_context(self, request):
        context = super().get_context(request)
        return context | {"url": self.SECRET.sub(r"\1-", context["url"])}


def lacks_second_factor(user):
    required = settings.MFA_REQUIRED_ROLES
    return bool(required and required & roles_of(user)) and not is_mfa_enabled(user, SECOND_FACTORS)


def require_second_factor(get_response):
    """Lead people whose role asks for a second factor to the page that sets one up, and nowhere else."""

    def middleware(request):
        return get_response(request)

    def before_view(request, view, args, kwargs):
        request.lacks_second_factor = request.user.is_authenticated and lacks_second_factor(request.user)
        if not request.lacks_second_factor or request.resolver_match.view_name in OPEN_WITHOUT_SECOND_FACTOR:
            return None
        if request.htmx:
            return HttpResponseClientRedirect(reverse("mfa_index"))
        return redirect("mfa_index")

    middleware.process_view = before_view
    return middleware
