from django.contrib import messages
from django.db import transaction
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from initiatives.actions.locks import lock_edited
from initiatives.forms.money import BudgetFormSet, offered_sources
from initiatives.money import tabulate
from initiatives.views.initiatives import editable


@require_http_methods(["GET", "HEAD", "POST"])
def money_edit(request, public_id):
    initiative = editable(request.user, public_id)
    if request.method == "POST":
        formset, is_stored = store(initiative, request)
        if is_stored:
            messages.success(request, _("The money of the initiative has been saved."))
            return redirect("initiatives:money", public_id)
    else:
        formset = BudgetFormSet(instance=initiative, sources=offered_sources())
    lines = list(initiative.budget_lines.select_related("funding_source"))
    context = {
        "initiative": initiative,
        "formset": formset,
        "has_errors": formset.is_bound,
        "budget": tabulate(lines),
    }
    return render(request, "initiatives/money_edit.html", context)


@transaction.atomic
def store(initiative, request):
    """Read and check the table under a lock, so that two who save at once cannot write one line twice."""
    lock_edited(initiative, request.user)
    formset = BudgetFormSet(request.POST, instance=initiative, sources=offered_sources())
    is_valid = formset.is_valid()
    if is_valid:
        formset.save()
    return formset, is_valid
