from dataclasses import dataclass, field
from datetime import date

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.db.models import Count, Q
from django.db.models.functions import TruncMonth
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cities.models import City
from initiatives.actions.months import close_month, closes_on, reopen_month
from initiatives.calendar import months_before
from initiatives.forms.months import ReopenForm
from initiatives.keyset import PAGE
from initiatives.models import Intervention, MonthClosing
from initiatives.views.confirmation import with_names
from will_portal.accounts.actions import Refused

SHOWN = 24
# Beyond which a month is a mistake, and soon no date any more.
YEARS = range(2000, 2101)
UNDECIDED = Q(confirmed_at=None, returned_at=None)
RETURNED = Q(returned_at__isnull=False)
WITH_ENTRIES = """
    SELECT first_day FROM unnest(%s::date[]) AS first_day
    WHERE EXISTS (
        SELECT FROM initiatives_intervention
        WHERE city_id = %s AND withdrawn_at IS NULL
            AND day >= first_day AND day < (first_day + interval '1 month')::date
    )
"""


@dataclass
class Month:
    """A month of a city's log, with its closings, the latest first."""

    first_day: date
    has_entries: bool = False
    to_confirm: int = 0
    returned: int = 0
    closings: list = field(default_factory=list)

    @property
    def has_ended(self):
        return self.first_day < timezone.localdate().replace(day=1)

    @property
    def latest(self):
        return self.closings[0] if self.closings else None

    @property
    def closing(self):
        """The closing in force, if there is one."""
        return self.latest if self.latest and not self.latest.reopened_at else None

    @property
    def closes_on(self):
        """The day on which it closes by itself; none if it is closed, under way or without entries."""
        if self.closing or not (self.has_ended and self.has_entries):
            return None
        return closes_on(self.first_day, self.latest and self.latest.reopened_at)

    @property
    def is_due(self):
        return self.closes_on <= timezone.localdate()


def months_until(last):
    """Return the first days of as many months as a page shows, back from this one."""
    return [months_before(last, number) for number in range(SHOWN)]


def with_entries(city, days):
    """Return those months in which the city has an entry: a look into the index for each, no count."""
    with connection.cursor() as cursor:
        cursor.execute(WITH_ENTRIES, [days, city.pk])
        return {day for (day,) in cursor}


def uncounted(city, first, last):
    """Count the entries of each month that do not count as long as nobody confirms them."""
    entries = Intervention.objects.present().filter(
        city=city, confirmed_at=None, day__gte=first, day__lt=months_before(last, -1)
    )
    return (
        entries.order_by()
        .values(first_day=TruncMonth("day"))
        .annotate(to_confirm=Count("pk", filter=UNDECIDED), returned=Count("pk", filter=RETURNED))
    )


def months_of(city, last):
    days = months_until(last)
    filled = with_entries(city, days)
    months = {day: Month(day, has_entries=day in filled) for day in days}
    for counts in uncounted(city, days[-1], last):
        month = months[counts["first_day"]]
        month.to_confirm, month.returned = counts["to_confirm"], counts["returned"]
    closings = MonthClosing.objects.filter(city=city, month__in=days).select_related(
        "closed_by", "reopened_by"
    )
    for closing in closings.order_by("-closed_at"):
        months[closing.month].closings.append(closing)
    return list(months.values())


def own_cities(user):
    """Return {slug: city} of those for which somebody works; who works for none has no business here."""
    cities = {city.slug: city for city in City.objects.worked_in_by(user).without_shapes().order_by("name")}
    if not cities:
        raise PermissionDenied
    return cities


def first_day_of(text):
    """Return the first day of a month written as 2026-03."""
    try:
        day = date.fromisoformat(f"{text}-01")
    except ValueError as error:
        raise Http404 from error
    if day.year not in YEARS:
        raise Http404
    return day


@require_safe
def months(request):
    cities = own_cities(request.user)
    city = cities.get(request.GET.get("city") or next(iter(cities)))
    if city is None:
        raise Http404
    until = request.GET.get("until")
    last = first_day_of(until) if until else timezone.localdate().replace(day=1)
    context = {
        "city": city,
        "cities": list(cities.values()),
        "months": months_of(city, last),
        "earlier": months_before(last, SHOWN),
        "is_latest": not until,
        "leads": City.objects.led_by(request.user).filter(pk=city.pk).exists(),
        "closing_days": settings.MONTH_CLOSING_DAYS,
    }
    return render(request, "initiatives/log_months.html", context)


def led_city(user, slug):
    city = get_object_or_404(City.objects.worked_in_by(user).without_shapes(), slug=slug)
    if not City.objects.led_by(user).filter(pk=city.pk).exists():
        raise PermissionDenied
    return city


def back_to(city):
    return redirect(reverse("log:months", query={"city": city.slug}))


@require_http_methods(["GET", "HEAD", "POST"])
def month_close(request, slug, month):
    city, first_day = led_city(request.user, slug), first_day_of(month)
    refusal = None
    if request.method == "POST":
        try:
            close_month(city=city, month=first_day, by=request.user)
        except Refused as error:
            refusal = error.message
        else:
            messages.success(request, _("The month is closed: its log refuses changes."))
            return back_to(city)
    entries = Intervention.objects.present().filter(
        city=city, day__gte=first_day, day__lt=months_before(first_day, -1), confirmed_at=None
    )
    context = {
        "city": city,
        "month": Month(first_day, closings=list(MonthClosing.objects.of(city.pk, first_day))),
        "undecided": with_names(entries).order_by("day", "pk")[:PAGE],
        "uncounted": entries.count(),
        "refusal": refusal,
    }
    return render(request, "initiatives/log_month_close.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def month_reopen(request, slug, month):
    city, first_day = led_city(request.user, slug), first_day_of(month)
    closing = MonthClosing.objects.of(city.pk, first_day).select_related("closed_by").first()
    if closing is None:
        if request.method == "POST":
            messages.info(request, _("Nothing was changed: this month is open."))
        return back_to(city)
    form = ReopenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            reopen_month(closing=closing, reason=form.cleaned_data["reason"], by=request.user)
        except Refused as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("The month is open again: its log takes changes."))
            return back_to(city)
    context = {"city": city, "closing": closing, "form": form, "closing_days": settings.MONTH_CLOSING_DAYS}
    return render(request, "initiatives/log_month_reopen.html", context)
