from urllib.parse import urlencode

from allauth.account.utils import perform_login
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db import IntegrityError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from will_portal.accounts import actions, grants, languages, mails
from will_portal.accounts.forms import JoinForm, ProfileForm
from will_portal.accounts.history import acts_of
from will_portal.accounts.models import Invitation, SecondFactorReset, User
from will_portal.accounts.roles import oversees, positions_of
from will_portal.common.waiting import items_for


@require_safe
def home(request):
    context = {"waiting": items_for(request.user), "positions": positions_of(request.user)}
    return render(request, "accounts/home.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def profile(request):
    # A copy, since a form with mistakes leaves them in the row, and the header shows the signed-in person.
    form = ProfileForm(request.POST or None, instance=User.objects.get(pk=request.user.pk))
    if request.method == "POST" and form.is_valid():
        user = form.save()
        with override(user.language):
            messages.success(request, _("Your profile has been saved."))
        return languages.remember(redirect("accounts:profile"), user.language)
    return render(request, "accounts/profile.html", {"form": form, "acts": acts_of(request.user)})


def masked(email):
    """Show enough of an address to recognise one's own, and too little to learn another's."""
    name, _at, host = email.partition("@")
    return f"{name[0]}…@{host[0]}…{host[host.rindex('.') :]}" if "." in host else f"{name[0]}…@{host[0]}…"


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request, token):
    found = get_object_or_404(Invitation.objects.with_token(token))
    grant = grants.of(found)
    context = {"invitation": found, "grant": grant, "address": masked(found.email)}
    if found.accepted_by_id and found.accepted_by_id == request.user.pk:
        return redirect("accounts:home")
    if reason := actions.obstacle(found, grant):
        return render(request, "accounts/invitation_closed.html", {"reason": reason}, status=410)
    if request.user.is_authenticated:
        return accept(request, found, context)
    if User.objects.known_by(found.email).exists():
        login = reverse("account_login") + "?" + urlencode({"next": request.path})
        return render(request, "accounts/invitation_sign_in.html", context | {"login": login})
    return join(request, found, context)


def accept(request, found, context):
    if not request.user.has_confirmed(found.email):
        return render(request, "accounts/invitation_other.html", context, status=403)
    if request.method != "POST":
        return render(request, "accounts/invitation_accept.html", context)
    try:
        actions.accept(invitation=found, user=request.user)
    except actions.Refused as refusal:
        return render(request, "accounts/invitation_closed.html", {"reason": refusal.message}, status=410)
    messages.success(
        request, _("Welcome: you now work here as: %(what)s.") % {"what": context["grant"].describe()}
    )
    return redirect("accounts:home")


def join(request, found, context):
    form = JoinForm(request.POST or None, instance=User(email=found.email, language=found.language))
    if request.method != "POST" or not form.is_valid():
        return render(request, "accounts/invitation_join.html", context | {"form": form})
    try:
        user = actions.join(
            invitation=found,
            display_name=form.cleaned_data["display_name"],
            password=form.cleaned_data["password"],
        )
    except (actions.Refused, IntegrityError):
        # Sent twice: the page that this leads to says what has become of the invitation.
        return redirect(request.path)
    return perform_login(request, user, email=user.email, redirect_url=reverse("accounts:home"))


@require_http_methods(["GET", "HEAD", "POST"])
def second_factor_ask(request, person):
    person = get_object_or_404(User, public_id=person)
    if not oversees(request.user, person):
        raise Http404
    if request.method != "POST":
        return render(request, "accounts/second_factor_ask.html", {"person": person})
    is_told = SecondFactorReset.objects.open().filter(person=person).exists()
    try:
        reset = actions.ask_for_reset(person=person, by=request.user)
    except actions.Refused as refusal:
        messages.error(request, refusal.message)
        return redirect("accounts:home")
    if not is_told:
        tell(request, mails.send_reset_asked, reset)
    return redirect("accounts:second_factor_reset", reset.pk)


def tell(request, mail, reset):
    try:
        mail(request, reset)
    except OSError:
        messages.warning(
            request,
            _("The message to %(person)s could not be sent: tell them yourself.") % {"person": reset.person},
        )


def reset_for(user, pk):
    """Return the request if it concerns this person: as theirs, as whoever asked, or as who may confirm."""
    reset = get_object_or_404(SecondFactorReset.objects.select_related("person", "asked_by"), pk=pk)
    if user == reset.person or oversees(user, reset.person):
        return reset
    raise Http404


@require_safe
def second_factor_reset(request, pk):
    reset = reset_for(request.user, pk)
    context = {
        "reset": reset,
        "is_open": SecondFactorReset.objects.open().filter(pk=pk).exists(),
        "may_confirm": request.user != reset.asked_by and oversees(request.user, reset.person),
    }
    return render(request, "accounts/second_factor_reset.html", context)


@require_POST
def second_factor_confirm(request, pk):
    reset = reset_for(request.user, pk)
    try:
        actions.confirm_reset(reset=reset, by=request.user)
    except actions.Refused as refusal:
        messages.error(request, refusal.message)
    else:
        reset.refresh_from_db()
        tell(request, mails.send_reset_done, reset)
        messages.success(
            request, _("The second factor of %(person)s has been removed.") % {"person": reset.person}
        )
    return redirect("accounts:second_factor_reset", pk)


@require_POST
def second_factor_cancel(request, pk):
    reset = reset_for(request.user, pk)
    try:
        actions.cancel_reset(reset=reset, by=request.user)
    except actions.Refused as refusal:
        messages.error(request, refusal.message)
    return redirect("accounts:second_factor_reset", pk)
