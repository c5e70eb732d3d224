"""The rows that figures are made of, as they stand at a moment, and the months that a question is about."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from initiatives.models import (
    BudgetLine,
    Initiative,
    Intervention,
    InterventionPeople,
    MonthClosing,
    Partner,
)

# What is told to others of whole quarters only, and what is told by month but shown by quarter.
BY_QUARTER = {"new-people", "new-share", "elsewhere-share", "new-per-1000"}
BY_QUARTER |= {"delivery-cost", "cost-per-person", "delivery-cost-per-resident"}
SHOWN_BY_QUARTER = BY_QUARTER | {"people-reached", "served-per-1000"}
BY_YEAR = {"ledger-cost", "external-share", "leverage", "recurring-cover"}
BY_YEAR |= {"third-sector-partners", "adaptations"}
LENGTHS = {"month": 1, "quarter": 3, "year": 12}


def month_after(month, months=1):
    number = month.year * 12 + month.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)


def finest(code, is_own):
    if code in BY_YEAR:
        return "year"
    return "quarter" if code in SHOWN_BY_QUARTER and not is_own else "month"


def months_of(first, last):
    months = []
    while first <= last:
        months.append(first)
        first = month_after(first)
    return months


def start_of(month, every):
    return date(month.year, (month.month - 1) // LENGTHS[every] * LENGTHS[every] + 1, 1)


def asked_for(code, first, last, every, is_own):
    """Return the lists of months that are answered: whole quarters or years where nothing finer is told."""
    least = finest(code, is_own)
    every = max(every, least, key=LENGTHS.get)
    last = month_after(start_of(last, least), LENGTHS[least] - 1)
    groups = defaultdict(list)
    for month in months_of(start_of(first, least), last):
        groups[start_of(month, every)].append(month)
    return list(groups.values())


def code_of(months):
    """Return how files write a period."""
    first, last = months[0], months[-1]
    if len(months) == 12 and first.month == 1:
        return str(first.year)
    if len(months) == 3 and first.month in {1, 4, 7, 10}:
        return f"{first.year}-Q{last.month // 3}"
    return f"{first:%Y-%m}" if first == last else f"{first:%Y-%m}/{last:%Y-%m}"


@dataclass(frozen=True)
class Log:
    """The rows of a moment."""

    initiatives: dict
    entries: list
    parts: dict
    lines: list
    partners: list
    closed: set
    day: date

    @classmethod
    def now(cls):
        closings = MonthClosing.objects.filter(reopened_at=None)
        parts = defaultdict(list)
        for part in InterventionPeople.objects.values():
            parts[part["intervention_id"]].append(part)
        return cls(
            {row["id"]: row for row in Initiative.objects.values()},
            [row | {"month": row["day"].replace(day=1)} for row in Intervention.objects.values()],
            parts,
            list(BudgetLine.objects.values()),
            list(Partner.objects.values()),
            set(closings.values_list("city_id", "month")),
            timezone.localdate(),
        )
