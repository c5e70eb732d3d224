"""What a release would tell from the same as the last one that told it: that is not told again.

What is told follows from the sums of closed months, from which months these are, from the settings and the
method, and from what earlier releases told; and told once more from the same it is the same. So a digest of
all this is stored beside what was told: to tell anew takes a hundred times as long as to look.
"""

from functools import cached_property
from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.models import Q

from evaluation.models import MonthlyTotal, ReleaseDigest, ReleasedInitiative
from evaluation.release_cells import BROKEN_DOWN

# Who changes the method need not think of this: all is told anew once, and most of it as it was.
SOURCES = ["disclosure", "families", "telling", "release_cells", "release_rows", "figures/periods"]
METHOD = sha256(b"".join((Path(__file__).parent / f"{name}.py").read_bytes() for name in SOURCES)).hexdigest()
# A row that is made anew gets another key, and holds the same.
COLUMNS = ", ".join(field.column for field in MonthlyTotal._meta.fields if not field.primary_key)
SUMS = f"""
    SELECT initiative_id, md5(string_agg(ROW({COLUMNS})::text, ';' ORDER BY month, kind_id, delivered_by_id))
    FROM evaluation_monthlytotal WHERE city_id = %s AND confirmed AND month = ANY (%s)
    GROUP BY 1
"""  # nosec B608: names of our own
PEOPLE = f"""
    SELECT root.initiative, md5(string_agg(told::text, ';' ORDER BY told))
    FROM unnest(%s::bigint[]) AS root (initiative)
    CROSS JOIN LATERAL ({BROKEN_DOWN % ("root.initiative", "%s")}) AS told
    GROUP BY 1
"""  # nosec B608: names of our own


class Roots:
    """A city's initiatives, and its money (None), with the digest of what each would be told from."""

    def __init__(self, months):
        self.months = months

    @cached_property
    def anew(self):
        """Return {initiative or None: digest} of those that may be told differently.

        The log itself is read only in a city in which something has changed, be it that a month was opened
        and closed again: that takes longest, and nobody can write into a month that stays closed.
        """
        known = dict(ReleaseDigest.objects.filter(city=self.months.city).values_list("initiative", "digest"))
        if known.get(None) == self.of_city:
            return {}
        found = {None: self.of_city} | self.of_initiatives()
        return {root: digest for root, digest in found.items() if known.get(root) != digest}

    def remember(self):
        """Store what these were told from."""
        if not self.anew:
            return
        of_money = Q(city=self.months.city, initiative=None)
        # An initiative that was of another city until now leaves nothing there.
        ReleaseDigest.objects.filter(of_money | Q(initiative__in=[*filter(None, self.anew)])).delete()
        ReleaseDigest.objects.bulk_create(
            ReleaseDigest(city_id=self.months.city, initiative_id=root, digest=digest)
            for root, digest in self.anew.items()
        )

    @cached_property
    def of_city(self):
        closed = [(month, closed_at.isoformat()) for month, closed_at in sorted(self.months.closed.items())]
        return digest(self.common, closed, self.initiatives, sorted(self.sums.items()))

    def of_initiatives(self):
        initiatives = [initiative for initiative, *_ in self.initiatives]
        people = dict(rows(PEOPLE, initiatives, list(self.months.closed)))
        return {root: digest(self.common, self.sums.get(root), people.get(root)) for root in initiatives}

    @cached_property
    def common(self):
        months = self.months
        limits = settings.SUPPRESSION_THRESHOLD, settings.SUPPRESSION_MONEY_SHARE
        return METHOD, limits, months.city, months.by_month, months.by_quarter, sorted(months.open)

    @cached_property
    def initiatives(self):
        """Return [(initiative, whether published, release without it)] of those last in this city."""
        known = ReleasedInitiative.objects.order_by("initiative_id", "-since_id").distinct("initiative_id")
        values = known.values_list("initiative", "is_published", "until", "city")
        return [(*row,) for *row, city in values if city == self.months.city]

    @cached_property
    def sums(self):
        return dict(rows(SUMS, self.months.city, list(self.months.closed)))


def rows(sql, *values):
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


def digest(*values):
    return sha256(repr(values).encode()).hexdigest()
