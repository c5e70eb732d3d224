"""Views of the dashboard that somebody has named: their own affair, and nobody else finds them."""

from django.contrib import messages
from django.db import transaction
from django.http import QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from evaluation.models import SavedView
from evaluation.saved_forms import NameForm, SaveForm
from will_portal.accounts.models import User


def own(user):
    return SavedView.objects.filter(owner=user)


@require_safe
def view_list(request):
    return render(request, "evaluation/saved_list.html", {"views": own(request.user)})


@require_http_methods(["GET", "HEAD", "POST"])
@transaction.atomic
def add(request):
    view = SavedView(owner=request.user)
    if request.method == "POST":
        # One at a time, so that two windows do not save more than one may have.
        User.objects.select_for_update(no_key=True).get(pk=request.user.pk)
        form = SaveForm(request.POST, instance=view)
        if form.is_valid():
            return kept(request, form.save())
    else:
        form = SaveForm(instance=view, initial={"query": request.GET.urlencode()})
    return render(request, "evaluation/saved_add.html", {"form": form})


def kept(request, view):
    messages.success(request, _("“%(name)s” is among your saved views.") % {"name": view.name})
    return redirect(view)


@require_safe
def open_view(request, pk):
    view = get_object_or_404(own(request.user), pk=pk)
    return redirect(reverse("dashboard:show", query=QueryDict(view.query)))


@require_http_methods(["GET", "HEAD", "POST"])
def rename(request, pk):
    view = get_object_or_404(own(request.user), pk=pk)
    form = NameForm(request.POST or None, instance=view)
    if form.is_valid():
        form.save()
        return redirect("saved:list")
    return render(request, "evaluation/saved_rename.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
def delete(request, pk):
    view = get_object_or_404(own(request.user), pk=pk)
    if request.method == "POST":
        view.delete()
        messages.success(request, _("“%(name)s” has been deleted.") % {"name": view.name})
        return redirect("saved:list")
    return render(request, "evaluation/saved_delete.html", {"view": view})
