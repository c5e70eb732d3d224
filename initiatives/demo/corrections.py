"""What happens to an invented log afterwards: corrections, withdrawals, returns, months being closed."""

from datetime import timedelta
from decimal import Decimal
from itertools import groupby
from operator import attrgetter

import pghistory

from initiatives.calendar import months_before
from initiatives.demo.plans import at_work, random_of
from initiatives.models import Intervention, MonthClosing

WITHDRAWALS = ["Inserita due volte.", "Il giorno era sbagliato.", "Riguardava un’altra iniziativa."]
RETURNS = [
    "I nuovi sembrano troppi: controllare se erano già venuti.",
    "Mancano le ore dei volontari di quel giorno.",
]
CORRECTED = [
    *["people_served", "hours", "version"],
    *["withdrawn_by", "withdrawn_at", "withdraw_reason"],
    *["returned_by", "returned_at", "return_note"],
]
EDITED, WITHDRAWN = 0.015, 0.007
# The last closed month of each city, in months before this one. Others have not begun to close.
CLOSED = {
    "parma": 3,
    "verona": 3,
    "bergamo": 3,
    "padova": 3,
    "ravenna": 3,
    "reggio-emilia": 4,
    "como": 5,
    "mantova": 6,
}
REOPENED_IN, REOPENED, REOPEN_REASON = "parma", 6, "Mancavano due fogli di una portineria."


def correct(entries, teams, today):
    """Change some entries as people do who see a slip, and store these second versions."""
    random = random_of("corrections", today)
    changed = []
    for entry in entries:
        chance = random.random()
        if entry.confirmed_at and chance < EDITED:
            edit(entry, random)
        elif entry.confirmed_at and chance < EDITED + WITHDRAWN:
            withdraw(entry, random, today)
        else:
            continue
        entry.version += 1
        changed.append(entry)
    changed += return_two(entries, teams, random, today)
    for city, corrected in groupby(changed, key=attrgetter("initiative.city")):
        # As in the portal, history says who it was.
        with pghistory.context(user=teams[city.slug].staff.pk):
            Intervention.objects.bulk_update(list(corrected), CORRECTED)


def edit(entry, random):
    """More people or more hours than was first written: the breakdown stays within its total."""
    if entry.people_served and random.random() < 0.6:
        entry.people_served += random.randint(1, 3)
    else:
        entry.hours = (entry.hours or 0) + Decimal("0.5")


def withdraw(entry, random, today):
    day = entry.entered_at.date() + timedelta(days=random.randint(1, 10))
    entry.withdrawn_by = entry.confirmed_by
    entry.withdrawn_at = max(entry.confirmed_at, at_work(random, min(day, today - timedelta(days=1))))
    entry.withdraw_reason = random.choice(WITHDRAWALS)


def return_two(entries, teams, random, today):
    """Send the oldest waiting entry of each of two cities back to the partner who entered it."""
    waiting = {}
    for entry in entries:
        if not entry.confirmed_at:
            waiting.setdefault(entry.city_id, entry)
    returned = list(waiting.values())[:2]
    for entry, note in zip(returned, RETURNS, strict=False):
        entry.returned_by, entry.return_note = teams[entry.initiative.city.slug].staff, note
        entry.returned_at = max(entry.entered_at, at_work(random, today - timedelta(days=1)))
        entry.version += 1
    return returned


def close_months(cities, teams, today):
    """Close the months of most cities, one of them twice."""
    random = random_of("closings", today)
    closings = []
    for slug in sorted(CLOSED.keys() & teams.keys()):
        for months_ago in range(36, CLOSED[slug] - 1, -1):
            closing = MonthClosing(
                city=cities[slug],
                month=months_before(today, months_ago),
                closed_at=at_work(random, months_before(today, months_ago - 2) + timedelta(days=4)),
                closed_by=teams[slug].lead,
            )
            if (slug, months_ago) == (REOPENED_IN, REOPENED):
                closings.append(reopened(closing))
                closing = again(closing)
            closings.append(closing)
    MonthClosing.objects.bulk_create(closings)


def again(closing):
    return MonthClosing(
        city=closing.city,
        month=closing.month,
        closed_at=closing.closed_at + timedelta(days=9),
        closed_by=closing.closed_by,
    )


def reopened(closing):
    closing.reopened_at = closing.closed_at + timedelta(days=7)
    closing.reopened_by, closing.reopen_reason = closing.closed_by, REOPEN_REASON
    return closing
