"""What the indicators are, as the registry defines them, of entries of the log and of lines of budgets."""

from collections import defaultdict
from decimal import Decimal
from typing import NamedTuple


class Said(NamedTuple):
    """What the rows say: from `lower` to `upper`; `state` as files write it where they say nothing."""

    state: str
    lower: object = 0
    upper: object = 0
    known: int | None = None
    entries: int | None = None
    numerator: object = None
    denominator: object = None


MISSING, NOT_APPLICABLE = Said("m"), Said("n")


def said(entries, name):
    return [entry[name] for entry in entries if entry[name] is not None]


def quotient(numerator, denominator, factor=1, **counts):
    value = Decimal(numerator) * factor / denominator
    return Said("", value, value, numerator=numerator, denominator=denominator, **counts)


def by_initiative(entries):
    found = defaultdict(list)
    for entry in entries:
        found[entry["initiative_id"]].append(entry)
    return found.values()


# Each takes all entries that are read, and those of them that the figure is made of.


def added(name, fewest=None):
    """The sum of a measure, and the least number of different persons where they may be the same."""

    def count(every, entries):
        known = said(entries, name)
        counts = {"known": len(known), "entries": len(every)}
        if every and not known:
            return MISSING._replace(**counts)
        return Said("", fewest(entries) if fewest else sum(known), sum(known), **counts)

    return count


def fewest_new(entries):
    return max((sum(said(mine, "new_people")) for mine in by_initiative(entries)), default=0)


def fewest_reached(entries):
    return max([fewest_new(entries), *said(entries, "people_served")], default=0)


def number_of_entries(every, entries):
    return Said("", len(entries), len(entries), entries=len(every))


def share(name):
    def count(every, entries):
        both = [entry for entry in entries if None not in (entry[name], entry["people_served"])]
        counts = {"known": len(said(entries, name)), "entries": len(every)}
        people = sum(entry["people_served"] for entry in both)
        if not people:
            return MISSING._replace(**counts)
        return quotient(sum(entry[name] for entry in both), people, 100, **counts)

    return count


def per_resident(name, factor):
    def among(residents):
        def count(every, entries):
            known = said(entries, name)
            if every and not known:
                return MISSING
            return quotient(sum(known), residents, factor, entries=len(every))

        return count

    return among


def cost_per_person(every, entries):
    both = [entry for entry in entries if None not in (entry["cost"], entry["people_served"])]
    counts = {"known": len(both), "entries": len(every)}
    people = sum(entry["people_served"] for entry in both)
    if not people:
        return MISSING._replace(**counts)
    return quotient(sum(entry["cost"] for entry in both), people, **counts)


def people_known(every, entries):
    known = len(said(entries, "people_served"))
    return quotient(known, len(every), 100, entries=len(every)) if every else MISSING


LOG = {
    "people-reached": added("people_served", fewest_reached),
    "people-served": added("people_served"),
    "new-people": added("new_people", fewest_new),
    "new-share": share("new_people"),
    "elsewhere-share": share("living_elsewhere"),
    "served-per-1000": per_resident("people_served", 1000),
    "new-per-1000": per_resident("new_people", 1000),
    "households": added("households"),
    "contacts": added("contacts"),
    "deliveries": number_of_entries,
    "staff-hours": added("hours"),
    "volunteer-hours": added("volunteer_hours"),
    "delivery-cost": added("cost"),
    "cost-per-person": cost_per_person,
    "delivery-cost-per-resident": per_resident("cost", 1),
    "people-known": people_known,
}
PER_RESIDENT = {"served-per-1000", "new-per-1000", "delivery-cost-per-resident"}


def over(numerator, denominator, factor=1):
    return quotient(numerator, denominator, factor) if denominator else NOT_APPLICABLE


# Of money each takes {who pays: EUR} of the lines of a budget, and of those of them that recur.


def others(paid):
    return paid["PUB"] + paid["PRIV"] + paid["USER"]


def cost(paid, recurring):
    return Said("", sum(paid.values()), sum(paid.values()))


def external_share(paid, recurring):
    return over(others(paid), sum(paid.values()), 100)


def leverage(paid, recurring):
    return over(others(paid), paid["COM"])


def recurring_cover(paid, recurring):
    return over(others(recurring), sum(recurring.values()), 100)


MONEY = {
    "ledger-cost": cost,
    "external-share": external_share,
    "leverage": leverage,
    "recurring-cover": recurring_cover,
}
