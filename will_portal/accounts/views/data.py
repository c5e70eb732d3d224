from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from will_portal.accounts import erasures, mails, personal_data
from will_portal.accounts.actions import Refused
from will_portal.accounts.groups import is_administrator
from will_portal.accounts.models import ErasureRequest


@require_safe
def your_data(request):
    asked = ErasureRequest.objects.open().filter(person=request.user).first()
    return render(request, "accounts/your_data.html", {"asked": asked})


# Whoever finds a browser open must not carry off, or end, an account: the password is asked for again.
@never_cache
@require_safe
@reauthentication_required
def your_data_copy(request):
    response = JsonResponse(personal_data.copy_for(request.user), json_dumps_params={"indent": 2})
    response["Content-Disposition"] = 'attachment; filename="will-data.json"'
    return response


def tell(request, mail, *about):
    try:
        mail(request, *about)
    except OSError:
        messages.warning(request, _("The message about this could not be sent."))


@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required
def erasure_ask(request):
    if request.method != "POST":
        return render(request, "accounts/erasure_ask.html")
    is_told = ErasureRequest.objects.open().filter(person=request.user).exists()
    erasures.ask(person=request.user)
    if not is_told:
        tell(request, mails.send_erasure_asked, request.user)
    messages.success(request, _("Your request has been noted. An administrator will carry it out."))
    return redirect("accounts:your_data")


@require_POST
def erasure_withdraw(request):
    erasures.withdraw(person=request.user)
    messages.success(request, _("Your request has been withdrawn: your account stays."))
    return redirect("accounts:your_data")


def requests_for(user):
    if not is_administrator(user):
        raise PermissionDenied
    return ErasureRequest.objects.open().exclude(person=user).select_related("person")


@require_safe
def erasure_list(request):
    return render(request, "accounts/erasure_list.html", {"requests": requests_for(request.user)})


@require_http_methods(["GET", "HEAD", "POST"])
def erasure_carry_out(request, pk):
    asked = get_object_or_404(requests_for(request.user), pk=pk)
    if request.method != "POST":
        return render(request, "accounts/erasure_carry_out.html", {"asked": asked})
    # Before they are forgotten.
    email, language = asked.person.email, asked.person.language
    try:
        erasures.carry_out(request=asked, by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        tell(request, mails.send_erasure_done, email, language)
        messages.success(request, _("The account has been erased. What the person did stays on record."))
    return redirect("accounts:erasure_list")
