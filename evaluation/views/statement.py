from django.core.exceptions import PermissionDenied
from django.http import Http404, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from cities.models import City
from evaluation.statement import of_year, years_of
from evaluation.statement_files import csv_rows, sheets
from initiatives.codes import Basis
from will_portal.common.downloads import as_file, csv_response
from will_portal.common.numbers import spell_number
from will_portal.common.spreadsheets import XLSX, workbook_of_tables


def own_city(user, slug):
    """The statement holds nothing back, so not even those who answer for the programme read it."""
    city = get_object_or_404(City.objects.without_shapes(), slug=slug)
    if not City.objects.worked_in_by(user).filter(pk=city.pk).exists():
        raise PermissionDenied
    return city


def year_asked_for(request, city):
    """Return the years to choose from and the one that is asked for; None as long as there are none."""
    years, latest = years_of(city)
    asked = request.GET.get("year")
    if not asked:
        return years, latest
    if asked not in map(str, years):
        raise Http404
    return years, int(asked)


@require_safe
def statement(request, slug):
    city = own_city(request.user, slug)
    years, year = year_asked_for(request, city)
    found = of_year(city, year) if year else None
    context = {"city": city, "years": years, "year": year, "now": timezone.now()}
    if found:
        context |= {"statement": found, "notes": notes_on(found), "bases": Basis.labels}
    return render(request, "evaluation/statement.html", context)


def notes_on(found):
    """Say what must be known to read the tables, in a sentence each."""
    return [*on_deliveries(found), *on_money(found.money)]


def on_deliveries(found):
    notes = [
        ngettext(
            "Confirmed deliveries of the city’s own log; %(count)s month of this year is closed.",
            "Confirmed deliveries of the city’s own log; %(count)s months of this year are closed.",
            found.months_closed,
        )
        % {"count": found.months_closed},
        _("People served are counted anew in each delivery: different persons are fewer."),
    ]
    if found.unconfirmed:
        told = ngettext(
            "%(count)s entry that nobody has confirmed is in no table.",
            "%(count)s entries that nobody has confirmed are in no table.",
            found.unconfirmed,
        )
        notes.append(told % {"count": spell_number(found.unconfirmed)})
    if found.delivered.overlaps:
        notes.append(
            _(
                "An initiative of several user areas counts in each of them, so the areas come to more than"
                " the total, which counts it once."
            )
        )
    return notes


def on_money(money):
    notes = [
        _("What is budgeted, committed and paid are bookings of the same euros, never added together."),
        _("A dash, or an empty cell of the file, says that nothing has been entered, which is not zero."),
    ]
    if money.undated:
        notes.append(
            _("Amounts that their source does not split by year stand below the total and are not in it.")
        )
    if money.elsewhere:
        told = ngettext(
            "%(count)s project in several places is left out: its money is of all of them together.",
            "%(count)s projects in several places are left out: their money is of all of them together.",
            money.elsewhere,
        )
        notes.append(told % {"count": money.elsewhere})
    return notes


def asked_for(request, slug):
    city = own_city(request.user, slug)
    _years, year = year_asked_for(request, city)
    if not year:
        raise Http404
    return city, year, of_year(city, year)


@require_safe
def statement_csv(request, slug):
    city, year, found = asked_for(request, slug)
    return csv_response(f"{city.slug}-{year}", csv_rows(city, year, found))


@require_safe
def statement_xlsx(request, slug):
    city, year, found = asked_for(request, slug)
    invented = [_("Invented for the demonstration.")] if found.is_invented else []
    content = workbook_of_tables(sheets(found, [f"{city.name}, {year}", *invented, *notes_on(found)]))
    return StreamingHttpResponse(content, content_type=XLSX, headers=as_file(f"{city.slug}-{year}.xlsx"))


def statement_link(request, city):
    """The way to it, on the city's page, for the city's own people."""
    user = request.user
    if not user.is_authenticated or not City.objects.worked_in_by(user).filter(pk=city.pk).exists():
        return ""
    return render_to_string("evaluation/_statement_link.html", {"city": city}, request)
