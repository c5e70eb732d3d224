"""The sums of the log made anew in plain Python, entry by entry, to hold the stored ones against."""

from collections import defaultdict
from decimal import Decimal

from evaluation.models import MonthlyPeople, MonthlyTotal
from initiatives.models import Intervention, InterventionPeople

COUNTS = ["people_served", "new_people", "living_elsewhere", "households", "contacts"]
AMOUNTS = ["hours", "volunteer_hours", "cost"]
TOTAL_KEY = ["initiative_id", "month", "kind_id", "delivered_by_id", "confirmed"]
PEOPLE_KEY = ["initiative_id", "month", "sex", "age_band", "citizenship", "confirmed"]


def rows_of(model):
    return list(model.objects.order_by().values())


def with_month(entry):
    return entry | {"month": entry["day"].replace(day=1), "confirmed": entry["confirmed_at"] is not None}


def grouped(rows, names):
    groups = defaultdict(list)
    for row in rows:
        groups[tuple(row[name] for name in names)].append(row)
    return groups


def known(rows, name):
    return [row[name] for row in rows if row[name] is not None]


def total(rows):
    """The figures of the entries of one key."""
    figures = {"city_id": rows[0]["city_id"], "entries": len(rows)}
    for name in [*COUNTS, *AMOUNTS]:
        values = known(rows, name)
        figures[name] = sum(values, Decimal(0) if name in AMOUNTS else 0)
        figures[f"{name}_known"] = len(values)
    both = known_both(rows)
    figures["people_with_cost"] = sum(row["people_served"] for row in both)
    figures["cost_with_people"] = sum((row["cost"] for row in both), Decimal(0))
    figures["cost_and_people_known"] = len(both)
    figures["largest_entry"] = max(known(rows, "people_served"), default=0)
    return figures


def known_both(rows):
    return [row for row in rows if row["people_served"] is not None and row["cost"] is not None]


def part_total(rows):
    news = known(rows, "new_people")
    figures = {"city_id": rows[0]["city_id"], "entries": len(rows), "people": sum(known(rows, "people"))}
    figures["largest_part"] = max(row["people"] for row in rows)
    return figures | {"new_people": sum(news), "new_people_known": len(news)}


def totals(entries):
    """{key: figures} of these entries, as rows of the log."""
    present = [with_month(entry) for entry in entries if entry["withdrawn_at"] is None]
    return {key: total(rows) for key, rows in grouped(present, TOTAL_KEY).items()}


def people(entries, parts):
    """{key: figures} of these parts of entries, as rows of the log."""
    present = {entry["id"]: with_month(entry) for entry in entries if entry["withdrawn_at"] is None}
    rows = [present[part["intervention_id"]] | part for part in parts if part["intervention_id"] in present]
    return {key: part_total(rows) for key, rows in grouped(rows, PEOPLE_KEY).items()}


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
    return as_stored(rows_of(MonthlyTotal), TOTAL_KEY), as_stored(rows_of(MonthlyPeople), PEOPLE_KEY)


def without(sums, cells):
    """Leave out what belongs to some (initiative, month), which every key begins with."""
    return tuple({key: row for key, row in rows.items() if key[:2] not in cells} for rows in sums)
