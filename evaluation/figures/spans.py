"""Which time the dashboard opens with and offers: what is published, wherever today lies."""

from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from evaluation.figures.asked import finest
from evaluation.figures.periods import LENGTHS, Period, around
from evaluation.figures.statements import rows_of
from evaluation.models import ReleasedMonth
from initiatives.calendar import months_before

YEAR, TWO_YEARS = 12, 24
# The longest time that may be asked for.
MOST_MONTHS = 120


def published(release=None):
    """Return {month: how many cities have published it} as of a release, or of the current one."""
    return dict(rows_of(cities_by_month, release and release.number))


def cities_by_month(number):
    months = ReleasedMonth.objects.filter(since__lte=number) if number else ReleasedMonth.objects
    return months.order_by("month").values_list("month").annotate(Count("pk"))


def last_quarter(counts):
    """Return the last quarter whose months at least half of the cities have published.

    Half of those that published any month of the year up to it: a city that closes early does not yet make
    the period that everybody sees first.
    """
    quarters = sorted({around(month, "quarter") for month in counts}, reverse=True)
    for quarter in quarters:
        year = Period(months_before(quarter.last, YEAR - 1), quarter.last).months
        most = max(counts.get(month, 0) for month in year)
        if all(counts.get(month, 0) * 2 >= most for month in quarter.months):
            return quarter
    return quarters[-1] if quarters else around(timezone.localdate().replace(day=1), "quarter").before


def opening(counts, length):
    """Return the period shown first, of an indicator that is told by so many months at the finest."""
    last = last_quarter(counts)
    earliest = around(min(counts), "quarter").first if counts else last.first
    if length < YEAR:
        start = months_before(last.last, TWO_YEARS - 1)
        return Period(max(start, earliest) if counts else start, last.last)
    year = last_year(counts)
    return limited(Period(min(around(earliest, "year").first, year.first), year.last))


def last_year(counts):
    """Return the last year that is published to its end; the one under way as long as there is none."""
    last = last_quarter(counts).last
    year = around(last, "year")
    if year.last > last and counts and min(counts) <= year.before.last:
        return year.before
    return year


def limited(period):
    return Period(max(period.first, months_before(period.last, MOST_MONTHS - 1)), period.last)


def whole(period, every):
    """Return the period, widened to whole quarters or years."""
    return Period(around(period.first, every).first, around(period.last, every).last)


def presets(asked, counts, is_own):
    """Return [(words, question)] about other times."""
    shortest = finest(asked.indicator, is_own)
    last = last_quarter(counts).last
    offered = [
        (_("last 12 months"), Period(months_before(last, YEAR - 1), last), shortest),
        (_("last 8 quarters"), Period(months_before(last, TWO_YEARS - 1), last), "quarter"),
        *(
            (str(year), until(year, last), shortest)
            for year in sorted({around(month, "year") for month in counts})
        ),
    ]
    if counts:
        offered.append((_("whole programme"), limited(Period(min(counts), last)), "year"))
    return [(words, about(asked, period, every, shortest)) for words, period, every in offered]


def until(year, last):
    """Return the year, and of the one under way what is published: no city would be comparable in more."""
    return Period(year.first, last) if year.first <= last < year.last else year


def about(asked, period, every, shortest):
    every = max(every, shortest, key=LENGTHS.get)
    period = whole(period, shortest)
    return asked.with_(first=period.first, last=period.last, every=every)
