"""The indicators of the initiatives' budgets: lines of a year, read on one basis at a time. Units: EUR."""

from decimal import Decimal
from typing import NamedTuple

from django.db import connection

from evaluation.figures.chosen import HOLDS, PERIODS
from evaluation.figures.figure import MISSING, Figure, State

NO_MONEY = Decimal(0)


class Lines(NamedTuple):
    """What the lines of a budget add up to, those of the municipality, of others, and the recurring ones."""

    lines: int = 0
    cost: Decimal = NO_MONEY
    municipal: Decimal = NO_MONEY
    others: Decimal = NO_MONEY
    recurring: Decimal = NO_MONEY
    recurring_others: Decimal = NO_MONEY

    def __add__(self, other):
        return Lines(*map(sum, zip(self, other, strict=True)))


OTHERS = "m.source LIKE 'PUB%%' OR m.source LIKE 'PRIV%%' OR m.source LIKE 'USER%%'"
RELEASED = f"""SELECT city_id, initiative_id, year, funding_source AS source, basis, recurring, amount
    FROM evaluation_releasedmoney AS r WHERE {HOLDS.format("r")}"""  # nosec B608: names of our own
LIVE = """SELECT city_id, initiative_id, year, funding_source_id AS source, basis, recurring, amount
    FROM initiatives_budgetline"""


def lines_of(chosen, is_live):
    """Return {(city, number of the period): Lines} of the years that lie in each period."""
    if not chosen.cities or not (is_live or chosen.release):
        return {}
    initiatives = chosen.own_initiatives if is_live else chosen.initiatives
    sql = f"""
        SELECT m.city_id, p.number, count(*), sum(amount),
            coalesce(sum(amount) FILTER (WHERE m.source LIKE 'COM%%'), 0),
            coalesce(sum(amount) FILTER (WHERE {OTHERS}), 0),
            coalesce(sum(amount) FILTER (WHERE recurring), 0),
            coalesce(sum(amount) FILTER (WHERE recurring AND ({OTHERS})), 0)
        FROM ({LIVE if is_live else RELEASED}) AS m
            JOIN {PERIODS} ON m.year BETWEEN extract(year FROM p.first) AND extract(year FROM p.last)
        WHERE m.city_id = ANY (%(cities)s) AND m.basis = %(basis)s
            AND m.initiative_id IN ({initiatives})
        GROUP BY 1, 2
    """  # nosec B608: names of our own
    with connection.cursor() as cursor:
        cursor.execute(sql, chosen.parameters | {"basis": chosen.asked.basis})
        return {(city, number - 1): Lines(*sums) for city, number, *sums in cursor}


def quotient(numerator, denominator, factor=1):
    if not denominator:
        return Figure(State.NOT_APPLICABLE)
    value = numerator * factor / denominator
    sides = {"numerator": numerator, "denominator": denominator}
    return Figure(State.VALUE, value=value, lower=value, upper=value, **sides)


def ledger_cost(lines):
    return Figure(State.VALUE, value=lines.cost, lower=lines.cost, upper=lines.cost)


def external_share(lines):
    return quotient(lines.others, lines.cost, 100)


def leverage(lines):
    return quotient(lines.others, lines.municipal)


def recurring_cover(lines):
    return quotient(lines.recurring_others, lines.recurring, 100)


INDICATORS = {
    "ledger-cost": ledger_cost,
    "external-share": external_share,
    "leverage": leverage,
    "recurring-cover": recurring_cover,
}


def figures(code, released, live):
    """Return a function from (cities, number of a period) to the Figure of these cities together."""
    found = lines_of(released, is_live=False) | lines_of(live, is_live=True)

    def figure(cities, number):
        lines = sum((found[city, number] for city in cities if (city, number) in found), Lines())
        return INDICATORS[code](lines) if lines.lines else MISSING

    return figure
