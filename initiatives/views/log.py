from urllib.parse import urlsplit

from django.contrib import messages
from django.db.models import Prefetch
from django.http import QueryDict
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import HttpResponseClientRedirect

from initiatives.actions import log
from initiatives.differences import label_of, spelled
from initiatives.forms.log import COUNTERS
from initiatives.keyset import Page, page_of
from initiatives.log_filters import LogFilter, must_have_place
from initiatives.log_history import author_of, changes_of
from initiatives.models import Initiative, Intervention, InterventionKind
from initiatives.models.log import AMOUNTS
from initiatives.views.log_forms import entry_for, saved_entry
from thirdsector.models import Organisation
from will_portal.common.fragments import wants_fragment

LATEST = 5
FACTS = ["place", *COUNTERS, *AMOUNTS, "reference"]
FREE_WORDS = ["note", "place", *log.REQUIRED_WORDS]
NO_ROWS = Page([], "", "")


def with_names(entries):
    """With what a row names, by further queries: so that paging reads one index and nothing else."""
    return entries.prefetch_related(
        Prefetch("initiative", Initiative.objects.only("code", "title", "public_id", "origin")),
        Prefetch("kind", InterventionKind.objects.defer("loaded")),
        Prefetch("delivered_by", Organisation.objects.only("public_id", "name")),
    )


@require_safe
@vary_on_headers("HX-Request")
def log_list(request):
    places = must_have_place(request.user)
    saved = saved_entry(request)
    found = LogFilter.of(request, places, saved)
    if wants_fragment(request) and shown_place(request, places) != request.place.key:
        # Another place has other initiatives to choose from: the filters change as well.
        return HttpResponseClientRedirect(request.place.url)
    page = NO_ROWS
    if found.is_valid():
        cursors = {name: request.GET.get(name, "") for name in ["older", "newer"]}
        page = page_of(with_names(found.qs), **cursors)
    context = {
        "form": found.form,
        "place": request.place,
        "page": page,
        "is_filtered": any(request.GET.get(name) for name in found.filters if name != "place"),
        "query": query_of(request, request.place),
        "may_log": Initiative.objects.logged_by(request.user).exists(),
        "saved": saved,
    }
    template = "initiatives/_log_rows.html" if wants_fragment(request) else "initiatives/log_list.html"
    return render(request, template, context)


def shown_place(request, places):
    """The place of the page that asks for new rows."""
    asked = QueryDict(urlsplit(request.htmx.current_url or "").query).get("place")
    return asked if asked in {place.key for place in places} else places[0].key


def query_of(request, place):
    """The address of this list without its page, for the links to others."""
    query = request.GET.copy()
    for name in ["older", "newer", "saved"]:
        query.pop(name, None)
    query["place"] = place.key
    return query.urlencode()


@require_safe
def log_entry(request, public_id):
    entry = entry_for(request.user, public_id)
    of_city = log.works_for_city_of(entry, request.user)
    closed = log.closing_of(entry)
    context = {
        "entry": entry,
        "facts": facts_of(entry),
        "parts": entry.breakdown.all(),
        "author": author_of(entry, of_city),
        "changes": changes_of(entry, of_city),
        "closed": closed,
        "verbs": set() if closed else verbs_of(request.user, entry),
        "may_clear_words": of_city and has_free_words(entry),
        "is_saved": "saved" in request.GET,
    }
    return render(request, "initiatives/log_entry.html", context)


def facts_of(entry):
    """Return (name, value) of what the entry says, without what it leaves open."""
    values = [(name, getattr(entry, name)) for name in FACTS]
    return [(label_of(name), spelled(value)) for name, value in values if value not in (None, "")]


def has_free_words(entry):
    return any(getattr(entry, name) not in ("", log.TAKEN_OUT) for name in FREE_WORDS)


def verbs_of(user, entry):
    """Return what this person may do to an entry while its month is open."""
    verbs = set()
    if Intervention.objects.editable_by(user).filter(pk=entry.pk).exists():
        verbs |= {"edit", "withdraw"}
    if Intervention.objects.confirmable_by(user).filter(pk=entry.pk).exists():
        verbs |= {"confirm", "return"}
    return verbs


@require_POST
def clear_note(request, public_id):
    entry = entry_for(request.user, public_id)
    log.clear_words(entry=entry, by=request.user)
    messages.success(request, _("The free words have been taken out."))
    return redirect(entry)


def shortcut(request, user):
    """The panel of somebody's home from which they come to the log, if they write into it."""
    if not Initiative.objects.logged_by(user).exists():
        return ""
    return render_to_string("initiatives/_log_shortcut.html", {}, request)


def latest_entries(request, initiative):
    """The panel of an initiative's page for those who may read its log; for others none."""
    user = request.user
    if not user.is_authenticated:
        return ""
    may_log = Initiative.objects.logged_by(user).filter(pk=initiative.pk).exists()
    rows = Intervention.objects.visible_to(user).present().filter(initiative_id=initiative.pk)
    entries = list(with_names(rows.order_by("-day", "-pk")[:LATEST]))
    if not (may_log or entries):
        return ""
    context = {"initiative": initiative, "entries": entries, "may_log": may_log}
    return render_to_string("initiatives/_log_panel.html", context, request)
