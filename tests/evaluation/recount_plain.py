"""What must be told to everybody, since nothing in it is small: whoever hides it, too, hides too much.

A figure of people is made of parts: months of an initiative, or quarters, and where a kind or an organisation
is asked for, what each of them did in a month. Nothing has to be hidden where every part, whole and without
what any one organisation delivered of it, is nobody or many.

A figure of money is made of quarters of a city, its published initiatives and the others apart, and where
initiatives are chosen, of quarters of each initiative. Nothing has to be hidden where in every part what all
but the two largest organisations cost is much of what the largest cost.
"""

from collections import defaultdict
from dataclasses import dataclass

from django.conf import settings

from tests.evaluation.dashboard_recount import CATEGORIES, Recount
from tests.evaluation.recount_rows import LENGTHS, month_after, start_of

# So many times the threshold are many.
FAR = 2


def counts_of(name):
    return lambda entry: [entry[name] or 0]


def by_newness(entry):
    new = entry["new_people"] or 0
    return [new, (entry["people_served"] or 0) - new]


def divided_by(name):
    """Those of whom something is true, those of whom it is not, and those of whom nobody knows."""

    def count(entry):
        people, true = entry["people_served"] or 0, entry[name]
        return [0, 0, people] if true is None else [true, people - true, 0]

    return count


SERVED = ("month", counts_of("people_served"))
NEW = ("quarter", by_newness)
# {indicator: by which time its figures are told at the finest, and which people they tell apart}
TOLD_APART = {
    **dict.fromkeys(["people-reached", "people-served", "served-per-1000", "people-known"], [SERVED]),
    **dict.fromkeys(["deliveries", "staff-hours", "volunteer-hours"], [SERVED]),
    "households": [("month", counts_of("households"))],
    "contacts": [("month", counts_of("contacts"))],
    "new-people": [SERVED, NEW],
    "new-per-1000": [SERVED, NEW],
    "new-share": [SERVED, NEW, ("quarter", divided_by("new_people"))],
    "elsewhere-share": [SERVED, ("quarter", divided_by("living_elsewhere"))],
}


MONEY = ["delivery-cost", "delivery-cost-per-resident", "cost-per-person"]
CHOOSE_INITIATIVES = ["area", "innovation", "lever", "stage"]


def by_cost(entry):
    people = entry["people_served"] or 0
    return [0, people] if entry["cost"] is None else [people, 0]


def are_spread(entries):
    """Whether so much of each amount is of others than of the two largest organisations."""
    is_with = [entry["people_served"] is not None for entry in entries]
    amounts = [
        grouped([entry for entry, has in zip(entries, is_with, strict=True) if has in those], body_of).items()
        for those in [[True], [False], [True, False]]
    ]
    return all(map(is_spread, amounts))


def body_of(entry):
    return entry["delivered_by_id"]


def is_spread(bodies):
    costs = {body: sum(entry["cost"] or 0 for entry in own) for body, own in bodies}
    organisations = sorted(cost for body, cost in costs.items() if body is not None)
    rest = sum(costs.values()) - sum(organisations[-2:])
    return not any(organisations) or rest >= FAR * settings.SUPPRESSION_MONEY_SHARE * organisations[-1]


def are_many(entries, count):
    """Whether each count of entries, with and without those of any organisation, is none or many."""
    numbers = [(entry["delivered_by_id"], count(entry)) for entry in entries]
    bodies = {body for body, _counts in numbers} - {None}
    groups = [numbers, *([one for one in numbers if one[0] != body] for body in bodies)]
    sums = [
        sum(column) for group in groups for column in zip(*(counts for _body, counts in group), strict=True)
    ]
    return all(number == 0 or number >= FAR * settings.SUPPRESSION_THRESHOLD for number in sums)


def last_of(first, every):
    return month_after(first, LENGTHS[every] - 1)


def grouped(entries, key):
    groups = defaultdict(list)
    for entry in entries:
        groups[key(entry)].append(entry)
    return groups


@dataclass
class Plain:
    recount: Recount

    def must_tell(self, cities, months):
        """Whether nobody may hide the figure of these cities together in these months."""
        if self.recount.code in MONEY:
            return self.must_tell_money(cities, months)
        told_apart = TOLD_APART.get(self.recount.code)
        return told_apart is not None and self.are_plain(cities, months, told_apart)

    def must_tell_money(self, cities, months):
        """Of a kind or an organisation no money is told, and of the money of one person only to some."""
        asked, is_per_person = self.recount.question, self.recount.code == "cost-per-person"
        if "kind" in asked or "organisation" in asked or (is_per_person and not self.recount.sees_all):
            return False
        others = [city for city in cities if city not in self.recount.own]
        told_apart = [SERVED, ("quarter", by_cost)] if is_per_person else []
        return all(self.is_money_plain(city, months) for city in others) and self.are_plain(
            cities, months, told_apart
        )

    def is_money_plain(self, city, months):
        log, sees_all = self.recount.log(city), self.recount.sees_all
        own = [pk for pk, initiative in log.initiatives.items() if initiative["city_id"] == city]
        found = [entry for pk in own for entry in self.published(city, pk)]
        found = [entry for entry in found if sees_all or self.is_published(log, entry)]
        runs = self.runs(found, "quarter", months)
        parts = [grouped(run, lambda entry: self.is_published(log, entry)) for run in runs.values()]
        if any(self.recount.question.get(name) for name in CHOOSE_INITIATIVES):
            parts += [grouped(run, lambda entry: entry["initiative_id"]) for run in runs.values()]
        is_told = all(self.recount.is_told(city, first) for first in runs)
        return is_told and all(are_spread(part) for one in parts for part in one.values())

    def is_published(self, log, entry):
        return log.initiatives[entry["initiative_id"]]["published_at"] is not None

    def least_reached(self, cities, months):
        """Return how many persons somebody reached at least: those of the average entry of a month."""
        found = [
            [entry["people_served"] for entry in month if entry["people_served"] is not None]
            for city in cities
            for initiative in self.recount.chosen[city]
            for when, month in grouped(self.published(city, initiative), lambda entry: entry["month"]).items()
            if when in months
        ]
        return max((-(-sum(people) // len(people)) for people in found if people), default=0)

    def must_tell_parts(self, cities, months, split):
        return self.are_plain(cities, months, [SERVED, ("quarter", self.by_category(split))])

    def are_plain(self, cities, months, told_apart):
        return all(
            self.is_plain(self.published(city, initiative), city, months, every, count)
            for city in cities
            if city not in self.recount.own
            for initiative in self.recount.chosen[city]
            for every, count in told_apart
        )

    def is_plain(self, entries, city, months, every, count):
        runs = self.runs(entries, every, months)
        touched = [
            entry for first, run in runs.items() if last_of(first, every) >= months[0] for entry in run
        ]
        is_told = every == "month" or all(self.recount.is_told(city, entry["month"]) for entry in touched)
        is_whole = all(entry["month"] in months for entry in touched)
        parts = [
            grouped(touched, lambda entry, names=names: tuple(map(entry.get, names)))
            for names in self.levels(is_whole)
        ]
        return is_told and all(are_many(part, count) for found in [runs, *parts] for part in found.values())

    def runs(self, entries, every, months):
        """Return {first month: entries} up to these months: what of an earlier time may not be told alone is
        told with what follows.
        """
        found = grouped(entries, lambda entry: start_of(entry["month"], every))
        return {first: run for first, run in found.items() if first <= months[-1]}

    def levels(self, is_whole):
        """Return the names of what is divided where a kind or an organisation is asked for, or less time."""
        levels = [("month",), ("month", "kind_id"), ("month", "kind_id", "delivered_by_id")]
        asked = self.recount.question
        return levels[: 3 if "organisation" in asked else 2 if "kind" in asked else 0 if is_whole else 1]

    def published(self, city, initiative):
        log = self.recount.log(city)
        return [
            entry
            for entry in log.entries
            if entry["initiative_id"] == initiative
            and (city, entry["month"]) in log.closed
            and entry["confirmed_at"]
            and entry["withdrawn_at"] is None
        ]

    def by_category(self, split):
        name = {"sex": "sex", "age": "age_band", "citizenship": "citizenship"}[split]

        def count(entry):
            found = dict.fromkeys(CATEGORIES[split], 0)
            for part in self.recount.now.parts[entry["id"]]:
                if part[name] in found:
                    found[part[name]] += part["people"]
            return [*found.values(), (entry["people_served"] or 0) - sum(found.values())]

        return count
