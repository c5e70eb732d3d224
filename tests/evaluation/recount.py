"""The sums of the log made anew in plain Python, entry by entry, to hold the stored ones against."""

from evaluation.models import MonthlyPeople, MonthlyTotal
from initiatives.models import Intervention, InterventionPeople
from will_portal.local.soak.recount import PEOPLE_KEY, TOTALS_KEY, people, totals

COUNTS = ["people_served", "new_people", "living_elsewhere", "households", "contacts"]
AMOUNTS = ["hours", "volunteer_hours", "cost"]


def rows_of(model):
    return list(model.objects.order_by().values())


def known(rows, name):
    return [row[name] for row in rows if row[name] is not None]


def known_both(rows):
    return [row for row in rows if row["people_served"] is not None and row["cost"] is not None]


def as_stored(rows, names):
    """{key: figures} of the rows of a table of sums; an assertion that no key is there twice."""
    found = {}
    for row in rows:
        key = tuple(row[name] for name in names)
        assert key not in found, key
        found[key] = {name: value for name, value in row.items() if name not in [*names, "id"]}
    return found


def counted():
    entries = rows_of(Intervention)
    return totals(entries), people(entries, rows_of(InterventionPeople))


def stored():
    return as_stored(rows_of(MonthlyTotal), TOTALS_KEY), as_stored(rows_of(MonthlyPeople), PEOPLE_KEY)


def without(sums, cells):
    """Leave out what belongs to some (initiative, month), which every key begins with."""
    return tuple({key: row for key, row in rows.items() if key[:2] not in cells} for rows in sums)
