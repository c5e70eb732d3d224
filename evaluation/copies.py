"""What others read of initiatives, their money and their partners: copied as it is when a release is made."""

from typing import NamedTuple

from django.db import connection


class Copy(NamedTuple):
    table: str
    columns: str
    # SQL of the rows as they are now.
    now: str


COPIES = [
    Copy(
        "evaluation_releasedinitiative",
        "initiative_id, city_id, code, title, innovation_area, innovation_lever, user_areas, stage,"
        " is_published, adapted_from",
        "SELECT id, city_id, code, title, innovation_area, innovation_lever, user_areas, stage,"
        " published_at IS NOT NULL, adapted_from_id FROM initiatives_initiative",
    ),
    Copy(
        "evaluation_releasedmoney",
        "initiative_id, city_id, year, cost_type, funding_source, basis, recurring, amount",
        "SELECT initiative_id, city_id, year, cost_type, funding_source_id, basis, recurring, amount"
        " FROM initiatives_budgetline",
    ),
    Copy(
        "evaluation_releasedpartner",
        "initiative_id, city_id, organisation_id, role, begun, ended",
        "SELECT initiative_id, city_id, organisation_id, role, since, until FROM initiatives_partner",
    ),
]


def copy_all(release):
    """Copy what has changed since the release before; return whether anything has."""
    changed = [copy_changes(copy, release.number) for copy in COPIES]
    return any(changed)


def copy_changes(copy, number):
    current = f"SELECT {copy.columns} FROM {copy.table} WHERE until_id IS NULL"  # nosec B608: names of our own
    end = f"""
        UPDATE {copy.table} SET until_id = %s
        FROM ({current} EXCEPT {copy.now}) AS gone
        WHERE until_id IS NULL
            AND {row_of(copy, copy.table)} IS NOT DISTINCT FROM {row_of(copy, "gone")}
    """  # nosec B608: names of our own
    begin = f"""
        INSERT INTO {copy.table} (since_id, {copy.columns})
        SELECT %s, new.* FROM ({copy.now} EXCEPT {current}) AS new
    """  # nosec B608: names of our own
    with connection.cursor() as cursor:
        cursor.execute(end, [number])
        ended = cursor.rowcount
        cursor.execute(begin, [number])
        return bool(ended or cursor.rowcount)


def row_of(copy, name):
    return f"({', '.join(f'{name}.{column.strip()}' for column in copy.columns.split(','))})"
