"""The sums once more, in plain Python and apart from the portal's own SQL."""

from collections import defaultdict
from datetime import date

from psycopg.rows import dict_row

MEASURES = [
    "people_served",
    "new_people",
    "living_elsewhere",
    "households",
    "contacts",
    "hours",
    "volunteer_hours",
    "cost",
]
TOTALS_KEY = ["initiative_id", "month", "kind_id", "delivered_by_id", "confirmed"]
PEOPLE_KEY = ["initiative_id", "month", "sex", "age_band", "citizenship", "confirmed"]
KEYS = {"evaluation_monthlytotal": TOTALS_KEY, "evaluation_monthlypeople": PEOPLE_KEY}


def differences(connection):
    """Return how many rows of sums are not what the log adds up to; `connection` is psycopg's."""
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        entries = rows(connection, "initiatives_intervention")
        parts = rows(connection, "initiatives_interventionpeople")
        stored = {table: by_key(rows(connection, table), key) for table, key in KEYS.items()}
    counted = {
        "evaluation_monthlytotal": totals(entries),
        "evaluation_monthlypeople": people(entries, parts),
    }
    return sum(differing(stored[table], counted[table]) for table in KEYS)


def rows(connection, table):
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(f"SELECT * FROM {table}").fetchall()  # nosec B608: a name of ours


def present(entries):
    return [entry for entry in entries if entry["withdrawn_at"] is None]


def placed(entry):
    """What tells in which sums an entry is."""
    month = date(entry["day"].year, entry["day"].month, 1)
    return entry | {"month": month, "confirmed": entry["confirmed_at"] is not None}


def by_key(rows, key):
    return {
        tuple(row[name] for name in key): {n: v for n, v in row.items() if n not in {"id", *key}}
        for row in rows
    }


def grouped(rows, key):
    groups = defaultdict(list)
    for row in rows:
        groups[tuple(row[name] for name in key)].append(row)
    return groups


def totals(entries):
    """{key: figures} of these rows of the log."""
    groups = grouped(map(placed, present(entries)), TOTALS_KEY)
    return {key: total(group) for key, group in groups.items()}


def total(entries):
    """The sum of entries, as the fields of a row."""
    values = {"city_id": entries[0]["city_id"], "entries": len(entries)}
    for name in MEASURES:
        known = [entry[name] for entry in entries if entry[name] is not None]
        values |= {name: sum(known), f"{name}_known": len(known)}
    both = [entry for entry in entries if entry["cost"] is not None and entry["people_served"] is not None]
    return values | {
        "people_with_new": people_where(entries, "new_people"),
        "people_with_elsewhere": people_where(entries, "living_elsewhere"),
        "people_with_cost": people_where(entries, "cost"),
        "cost_with_people": sum(entry["cost"] for entry in both),
        "cost_and_people_known": len(both),
        "largest_entry": max(entry["people_served"] or 0 for entry in entries),
    }


def people_where(entries, measure):
    return sum(entry["people_served"] or 0 for entry in entries if entry[measure] is not None)


def people(entries, parts):
    """{key: figures} of the parts of these rows of the log."""
    of_entry = {entry["id"]: placed(entry) for entry in present(entries)}
    joined = [
        of_entry[part["intervention_id"]] | part for part in parts if part["intervention_id"] in of_entry
    ]
    return {key: sum_of_parts(group) for key, group in grouped(joined, PEOPLE_KEY).items()}


def sum_of_parts(parts):
    new = [part["new_people"] for part in parts if part["new_people"] is not None]
    return {
        "city_id": parts[0]["city_id"],
        "entries": len({part["intervention_id"] for part in parts}),
        "people": sum(part["people"] for part in parts),
        "new_people": sum(new),
        "new_people_known": len(new),
        "largest_part": max(part["people"] for part in parts),
    }


def differing(stored, counted):
    return sum(stored.get(key) != counted.get(key) for key in stored.keys() | counted.keys())
