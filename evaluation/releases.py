"""Making a release: what cities have closed or corrected since the last one becomes what others read.

Nothing of an earlier release is rewritten. A row that does not hold any more gets an end, and what holds now
is added; where neither is needed no release is made. Only months are read that are closed, into which nobody
can write; were one of them opened while this runs, all of it is thrown away and made the night after.
"""

from django.db import connection, transaction

from evaluation.closings import closed_months, months_of_cities
from evaluation.copies import copy_all
from evaluation.figures.statements import objects_of
from evaluation.models import Release, ReleaseChange, ReleasedMonth
from evaluation.release_rows import write_figures
from initiatives.models import MonthClosing

# The first bits of an advisory lock; initiatives has 1 to 4, evaluation.rollups 5, evaluation.working 6.
RELEASE_LOCK = 7 << 60


class MonthOpened(Exception):
    """Somebody opened a month while it was being read."""


def current_release():
    """Return the release that others read, or None before the first."""
    return next(iter(objects_of(newest_release)), None)


def newest_release():
    return Release.objects.all()[:1]


def make_release():
    """Make the next release and return it; None if there is nothing new to tell, or another makes it."""
    with transaction.atomic():
        if not take_lock():
            return None
        before = current_release()
        months = months_of_cities()
        # Made after its months were read: a month that is closed in between is told by the next.
        release = Release.objects.create(number=before.number + 1 if before else 1)
        changes = changes_of(release, months)
        changed = [copy_all(release), *(write_figures(release, city) for city in months), bool(changes)]
        if not are_closed_still(months):
            raise MonthOpened
        if any(changed):
            write_changes(release, changes)
            return release
        # It tells nothing; what stays are the digests, or all that they spare would be told every night.
        release.delete()
        return None


def are_closed_still(months):
    """Whether each month that was read is closed since then, or before; others may have been closed."""
    closed = closed_months()
    return all(city.closed.items() <= closed[city.city].items() for city in months)


def take_lock():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [RELEASE_LOCK])
        return cursor.fetchone()[0]


def changes_of(release, months):
    """Return a ReleaseChange for each month that is new, or was opened and closed again since it was told."""
    reasons = reasons_of_reopening()
    told = dict(last_told())
    found = []
    for city in months:
        found += [change(release, city.city, month, ReleaseChange.What.NEW) for month in city.new]
        found += [
            change(
                release, city.city, month, ReleaseChange.What.CORRECTED, reasons.get((city.city, month), "")
            )
            for month in sorted(city.released.keys() & city.closed.keys())
            if city.closed[month] > told[city.city, month]
        ]
    return found


def change(release, city, month, what, why=""):
    return ReleaseChange(release=release, city_id=city, month=month, what=what, why=why)


def reasons_of_reopening():
    """Return {(city id, month): why it was last opened}."""
    opened = MonthClosing.objects.exclude(reopened_at=None).order_by("reopened_at")
    return {(closing.city_id, closing.month): closing.reopen_reason for closing in opened}


def last_told():
    """Yield ((city id, month), when the release was made that last brought it or its correction)."""
    changes = ReleaseChange.objects.order_by("release_id").values_list("city", "month", "release__made_at")
    for city, month, made_at in changes:
        yield (city, month), made_at


def write_changes(release, changes):
    ReleaseChange.objects.bulk_create(changes)
    ReleasedMonth.objects.bulk_create(
        ReleasedMonth(city_id=change.city_id, month=change.month, since=release)
        for change in changes
        if change.what == ReleaseChange.What.NEW
    )
