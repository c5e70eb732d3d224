"""An invented log: seasons, weekends, growth, gaps; new people become fewer as an initiative gets known."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from itertools import product
from random import Random

from initiatives.calendar import months_before
from initiatives.codes import AgeBand
from initiatives.demo.plans import at_work, random_of, step
from initiatives.models import Initiative, Intervention, InterventionPeople
from thirdsector.models import Organisation
from will_portal.accounts.models import User

# How much is done from January to December, compared with an ordinary month.
SEASONS = {
    "steady": [1, 1, 1.05, 1, 1, 0.95, 0.8, 0.45, 1, 1.05, 1, 0.8],
    "school": [1, 1.05, 1.1, 0.9, 1.1, 0.5, 0.1, 0, 0.6, 1.1, 1.1, 0.7],
    "summer": [0.8, 0.85, 0.95, 1, 1.1, 1.25, 1.3, 1.1, 1, 0.95, 0.85, 0.8],
    "winter": [1.4, 1.3, 1.05, 0.85, 0.7, 0.6, 0.5, 0.45, 0.7, 0.9, 1.2, 1.4],
    "camp": [0, 0, 0.1, 0.2, 0.4, 1.8, 2.6, 1.6, 0.8, 0.1, 0, 0],
}
AGES = {
    "minors": [92, 5, 1, 0, 0, 0, 2],
    "families": [41, 9, 43, 3, 1, 1, 2],
    "adults": [2, 21, 55, 16, 3, 1, 2],
    "older": [0, 0, 2, 8, 34, 54, 2],
    "all": [22, 11, 26, 14, 14, 11, 2],
}
# From Monday to Sunday.
WEEK = [10, 10, 10, 10, 9, 1, 0.3]
GAP, NEW_UNKNOWN, ELSEWHERE, BREAKDOWN, CITIZENSHIP = 0.04, 0.07, 0.2, 0.5, 0.3
# Of those that partners entered since the first day of last month, so many wait to be confirmed.
WAITING = 0.7
NOTES = [
    "Pioggia: meno presenze del solito.",
    "Incontro aperto al quartiere.",
    "Presente anche l’assistente sociale.",
    "Attività ridotta per lavori nei locali.",
    "Uscita in più, chiesta dai partecipanti.",
]


@dataclass(frozen=True)
class Team:
    """Who writes the log of an initiative: its city's people and, by organisation, those of the partners."""

    staff: User
    lead: User
    partners: dict


@dataclass
class Log:
    plan: dict
    initiative: Initiative
    kinds: dict
    organisations: dict[str, Organisation]
    team: Team
    today: date

    @cached_property
    def random(self) -> Random:
        return random_of(self.plan["code"], "log")

    @cached_property
    def settings(self):
        return self.plan["log"]

    @cached_property
    def yesterday(self):
        return self.today - timedelta(days=1)

    @cached_property
    def cells(self):
        """Each sex and age, and how often somebody is of these."""
        women = self.settings["women"]
        sexes = {"F": women, "M": 0.99 - women, "X": 0.01}
        ages = dict(zip(AgeBand.values, AGES[self.settings["ages"]], strict=True))
        weights = {(sex, age): sexes[sex] * ages[age] for sex, age in product(sexes, ages)}
        return list(weights), list(weights.values())

    @cached_property
    def bodies(self):
        """The implementing bodies, with their share in what is delivered and since when."""
        return [
            (self.organisations[part["fiscal_code"]], part["share"], self.month(part["months_ago"]))
            for part in self.plan["partners"]
            if part["role"] == "implementer"
        ]

    def month(self, months_ago):
        return months_before(self.today, months_ago)

    def chance(self, probability):
        return self.random.random() < probability

    def around(self, mean):
        return self.random.gauss(mean, mean * 0.25)

    def some_of(self, people, share):
        return sum(self.chance(share) for _ in range(people))

    def entries(self):
        """Return the entries, each with its breakdown, oldest first."""
        first = step(self.plan, "experiment")["months_ago"]
        stopped = step(self.plan, "stopped")
        last = stopped["months_ago"] + 1 if stopped else 0
        found = []
        for position, months_ago in enumerate(range(first, last - 1, -1)):
            if position > 1 and months_ago > 1 and self.chance(GAP):
                continue
            month = self.month(months_ago)
            write = self.whole_month if self.settings["whole_month"] else self.days
            found += write(month, position)
        return found

    def whole_month(self, month, position):
        end = months_before(month, -1)
        if end > self.yesterday:
            return []
        made = []
        for number, code in enumerate(self.settings["kinds"], start=1):
            entry = self.entry(month, position, code, end + timedelta(days=self.random.randint(1, 7)))
            entry.whole_month, entry.reference = True, f"{month:%Y/%m}-{number}"
            made.append((entry, self.breakdown(entry)))
        return made

    def days(self, month, position):
        growth = 0.9 + 0.35 * min(1, position / 12) + 0.1 * position / 12
        season = SEASONS[self.settings["rhythm"]][month.month - 1]
        number = round(self.settings["per_month"] * season * growth * self.random.uniform(0.85, 1.15))
        calendar = [month + timedelta(days=n) for n in range((months_before(month, -1) - month).days)]
        weights = [WEEK[day.weekday()] for day in calendar]
        chosen = sorted(self.random.choices(calendar, weights, k=number))
        kinds, shares = list(self.settings["kinds"]), list(self.settings["kinds"].values())
        made = []
        for day in chosen:
            if day <= self.yesterday:
                entered = day + timedelta(days=self.random.choice([0, 0, 1, 1, 2, 5]))
                entry = self.entry(day, position, self.random.choices(kinds, shares)[0], entered)
                made.append((entry, self.breakdown(entry)))
        return made

    def entry(self, day, position, kind, entered):
        entry = Intervention(
            initiative=self.initiative,
            city_id=self.initiative.city_id,
            day=day,
            kind=self.kinds[kind],
            place=self.random.choice(self.settings["places"]),
            note=self.random.choice(NOTES) if self.chance(0.04) else "",
        )
        self.count(entry, position)
        self.value(entry)
        self.sign(entry, at_work(self.random, min(entered, self.yesterday)))
        return entry

    def count(self, entry, position):
        number = max(1, round(self.around(self.settings["people"])))
        match self.settings["unit"]:
            case "households":
                entry.households = number
                entry.people_served = (
                    round(number * self.random.uniform(2, 2.7)) if self.chance(0.7) else None
                )
            case "contacts":
                entry.contacts = number
                entry.people_served = max(1, round(number * 0.7)) if self.chance(0.5) else None
            case _:
                entry.people_served = number
        if entry.people_served is None:
            return
        start, floor = self.settings["new"]
        share = floor + (start - floor) * 0.86**position
        if not self.chance(NEW_UNKNOWN):
            entry.new_people = self.some_of(entry.people_served, share)
        if self.chance(ELSEWHERE):
            entry.living_elsewhere = self.some_of(entry.people_served, 0.08)

    def value(self, entry):
        hours = max(1, round(self.around(self.settings["hours"]) * 2)) / 2
        if self.chance(0.8):
            entry.hours = Decimal(hours)
        if self.chance(self.settings["volunteers"]):
            entry.volunteer_hours = Decimal(round(hours * self.random.uniform(0.3, 1.2) * 2)) / 2
        if self.settings["cost"] and self.chance(0.6):
            entry.cost = Decimal(round(self.around(self.settings["cost"]) * 100)) / 100

    def sign(self, entry, entered_at):
        """Say who delivered, who entered and who confirmed it."""
        entry.delivered_by = self.body_for(entry.day)
        writers = self.team.partners.get(entry.delivered_by_id)
        entry.entered_at = entered_at
        if not writers:
            entry.entered_by = self.team.lead if self.chance(0.1) else self.team.staff
            entry.confirmed_by, entry.confirmed_at = entry.entered_by, entered_at
            return
        entry.entered_by = self.random.choice(writers)
        if entry.day < self.month(1) or not self.chance(WAITING):
            confirmed = entered_at.date() + timedelta(days=self.random.randint(1, 6))
            entry.confirmed_by = self.team.staff
            entry.confirmed_at = max(entered_at, at_work(self.random, min(confirmed, self.yesterday)))

    def body_for(self, day):
        chosen = self.random.random()
        for body, share, since in self.bodies:
            if day >= since and chosen < share:
                return body
            chosen -= share
        return None

    def breakdown(self, entry):
        """Return the parts of the people of an entry, as far as they are known; never more than there are."""
        if not entry.people_served or not self.chance(BREAKDOWN):
            return []
        known = entry.people_served
        if self.chance(0.2):
            known -= self.random.randint(0, known // 4)
        persons = self.persons(known)
        new = None if entry.new_people is None else Counter(persons[: entry.new_people])
        return [
            InterventionPeople(
                intervention=entry,
                sex=sex,
                age_band=age,
                citizenship=citizenship,
                people=people,
                new_people=None if new is None else new[sex, age, citizenship],
            )
            for (sex, age, citizenship), people in sorted(Counter(persons).items())
        ]

    def persons(self, number):
        found = self.random.choices(*self.cells, k=number)
        if not self.chance(CITIZENSHIP):
            return [(*cell, "ND") for cell in found]
        foreign = self.settings["foreign"]
        return [(*cell, "FRGAPO" if self.chance(foreign) else "ITL") for cell in found]
