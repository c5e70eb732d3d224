"""What a city did and spent in a year, as its offices need it for their own reports.

Read live from the city's own sums, with nothing held back: for its own people only.
"""

from dataclasses import dataclass

from django.db.models import Q, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from evaluation.models import MonthlyTotal
from evaluation.querysets import AMOUNTS, Known
from initiatives.codes import Origin
from initiatives.models import BudgetLine, ChangedMonth, InterventionKind, MonthClosing
from initiatives.money import Row as MoneyRow
from initiatives.money import grouped, sums
from thirdsector.codes import UserArea

MEASURES = ["people_served", "new_people", "hours", "volunteer_hours", "cost"]
IN_SEVERAL_PLACES = Q(initiative__localised_in__gt=1)


@dataclass(frozen=True)
class Row:
    code: str
    label: str
    entries: int
    # One Known for each of MEASURES, hours in hours and the cost in EUR.
    figures: list

    @property
    def cells(self):
        """Return (name, Known, decimals) of each measure."""
        fields = map(MonthlyTotal._meta.get_field, MEASURES)
        return [
            (str(field.verbose_name), known, 2 if field.name in AMOUNTS else 0)
            for field, known in zip(fields, self.figures, strict=True)
        ]


@dataclass(frozen=True)
class Delivered:
    """Confirmed deliveries by user area and by kind; `total` counts an initiative of two areas once."""

    areas: list[Row]
    kinds: list[Row]
    total: Row
    # Whether the areas add up to more than the total.
    overlaps: bool


@dataclass(frozen=True)
class Money:
    """The budgets' lines of a year by funding source, and what they do not split by year."""

    sources: list[tuple[str, MoneyRow]]
    total: MoneyRow
    undated: MoneyRow | None
    # Initiatives left out, whose money is that of several places together.
    elsewhere: int


@dataclass(frozen=True)
class Statement:
    delivered: Delivered
    money: Money
    # Entries that nobody has confirmed, and so in no table.
    unconfirmed: int
    months_closed: int
    # Whether a month of that year waits to be summed anew.
    is_moving: bool
    # Whether any of it may come from initiatives that were invented for the demonstration.
    is_invented: bool


def of_year(city, year):
    """Return the Statement of a city and a year; the same few queries however much there is."""
    totals = MonthlyTotal.objects.filter(city=city, month__year=year)
    marks = ChangedMonth.objects.filter(initiative_id__in=city.initiatives.values("pk"), month__year=year)
    return Statement(
        delivered=deliveries(totals.confirmed()),
        money=money(city, year),
        unconfirmed=totals.filter(confirmed=False).aggregate(entries=Sum("entries", default=0))["entries"],
        months_closed=MonthClosing.objects.in_force().filter(city=city, month__year=year).count(),
        is_moving=marks.exists(),
        is_invented=city.initiatives.filter(origin=Origin.INVENTED).exists(),
    )


def years_of(city):
    """Return the years of which there is something to state, the latest first, and that to begin with:
    the last one that is over, if there is one.
    """
    logged = set(
        MonthlyTotal.objects.filter(city=city).order_by().values_list("month__year", flat=True).distinct()
    )
    spent = BudgetLine.objects.filter(city=city).exclude(year=None).order_by()
    years = logged | set(spent.values_list("year", flat=True).distinct())
    over = {year for year in logged if year < timezone.localdate().year}
    return sorted(years, reverse=True), max(over or logged or years, default=None)


def deliveries(totals):
    by_areas = list(totals.summed(per=["initiative__user_areas"]))
    areas = [
        added(code, label, [one for one in by_areas if code in (one.group[0] or [""])])
        for code, label in [*UserArea.choices, ("", _("no user area given"))]
    ]
    return Delivered(
        areas=[row for row in areas if row.entries],
        kinds=by_kind(totals),
        total=added("", _("Total"), by_areas),
        overlaps=any(len(one.group[0]) > 1 for one in by_areas),
    )


def by_kind(totals):
    found = totals.summed(per=["kind__code"])
    kinds = InterventionKind.objects.in_bulk([one.group[0] for one in found], field_name="code")
    return [added(one.group[0], kinds[one.group[0]].label, [one]) for one in found]


def added(code, label, some):
    """Return a row of what several Totals that share no entry come to."""
    figures = [Known(*map(sum, zip(*of, strict=True))) for of in zip(*map(figures_of, some), strict=True)]
    return Row(
        code, str(label), sum(one.entries for one in some), figures or [Known(0, 0, 0)] * len(MEASURES)
    )


def figures_of(totals):
    return [getattr(totals, name) for name in MEASURES]


def money(city, year):
    lines = BudgetLine.objects.filter(Q(year=year) | Q(year=None), city=city)
    counted = list(lines.exclude(IN_SEVERAL_PLACES).select_related("funding_source"))
    dated = [line for line in counted if line.year]
    undated = [line for line in counted if not line.year]
    return Money(
        sources=[
            (code, MoneyRow(of[0].funding_source.label, sums(of)))
            for code, of in grouped(dated, lambda line: line.funding_source_id)
        ],
        total=MoneyRow(_("Total"), sums(dated)),
        undated=MoneyRow(_("not split by year"), sums(undated)) if undated else None,
        elsewhere=lines.filter(IN_SEVERAL_PLACES).order_by().values("initiative").distinct().count(),
    )
