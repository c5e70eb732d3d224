"""The indicators of the log: each takes a Group and returns its Figure.

Rates are made of summed numerators and denominators; nothing divided by nothing is no data. Definitions, with
their sources, are those of the registry (evaluation/reference/indicator_versions.json).
"""

from dataclasses import replace
from decimal import Decimal
from functools import partial

from django.conf import settings

from evaluation.figures.figure import Figure, State
from evaluation.figures.groups import Sum
from evaluation.models import Family


def with_context(group, **values):
    years = group.population.years if group.population else ()
    return Figure(
        unconfirmed=group.unconfirmed,
        published=group.published,
        months=group.months,
        population_year=min(years, default=None),
        apart=group.apart,
        **values,
    )


def counted(group, found, known=None, least=None, told=None):
    """The figure of a Sum; `known` the Sum of the entries that say it; `least` where it is a range.

    `told` are the same entries where another family tells them, with the people in them.
    """
    entries = group.entries
    if is_unsaid(group, known) and found.is_exact:
        return with_context(group, state=State.MISSING, known=0, entries=entries)
    lower = found.lower if least is None else min(least, found.lower)
    if not found.is_exact:
        return with_context(group, state=State.SUPPRESSED, **told_ends(lower, found.upper))
    value = found.lower if lower == found.lower else None
    counts = made_of(group, told or known, known)
    return with_context(group, state=State.VALUE, value=value, lower=lower, upper=found.lower, **counts)


def made_of(group, known, among=None):
    """How many entries say it, of how many; `among` the same as another family has them."""
    entries = group.entries
    # As many entries are as many people, so where their number is not told, no part of it is.
    is_told = known and known.is_exact and entries is not None
    # What was told before the family held them holds none of them.
    if is_told and among and among.lower and not known.lower:
        is_told = False
    return {"known": known.lower if is_told else None, "entries": entries}


def is_unsaid(group, known):
    """Whether no entry says it, though there are entries: the sum of none is no zero."""
    return bool(known) and known.is_exact and known.lower == 0 and group.entries != 0


def told_ends(lower, upper):
    """A lower end below the threshold tells of few people; above it, it is a sum of what is told."""
    return {"lower": lower if lower >= settings.SUPPRESSION_THRESHOLD else None, "upper": upper}


def total(group, family, column, known):
    return counted(group, group.sum(family, column), group.sum(family, known))


def ratio(group, numerator, denominator, factor=1, known=None, among=None):
    """The quotient of two Sums times a factor; `known` and `among` as of `made_of`."""
    if not (numerator.is_exact and denominator.is_exact):
        return with_context(group, state=State.SUPPRESSED)
    counts = made_of(group, known, among)
    if not denominator.lower:
        return with_context(group, state=State.MISSING, **counts)
    sides = {"numerator": numerator.lower, "denominator": denominator.lower}
    value = Decimal(numerator.lower) * factor / denominator.lower
    return with_context(group, state=State.VALUE, value=value, lower=value, upper=value, **sides, **counts)


def share(group, family, known):
    true, false = group.sum(family, "true"), group.sum(family, "false")
    whole = Sum(true.lower + false.lower, None, true.is_exact and false.is_exact)
    return ratio(group, true, whole, 100, group.sum(family, known))


def per_resident(group, found, known, factor):
    if group.population is None or (found.is_exact and is_unsaid(group, known)):
        return with_context(group, state=State.MISSING)
    residents = group.population.residents
    return ratio(group, found, Sum(residents, residents, True), factor)


def people_reached(group):
    served = group.sum(Family.SERVED, "people_served")
    return counted(group, served, group.sum(Family.SERVED, "people_served_known"), group.least_reached)


def new_people(group):
    known, told = (group.sum(family, "new_people_known") for family in [Family.NEW, Family.NEW_SHARE])
    return counted(group, group.sum(Family.NEW, "new_people"), known, group.least_new, told)


def served_per_1000(group):
    known = group.sum(Family.SERVED, "people_served_known")
    return per_resident(group, group.sum(Family.SERVED, "people_served"), known, 1000)


def new_per_1000(group):
    known = group.sum(Family.NEW, "new_people_known")
    return per_resident(group, group.sum(Family.NEW, "new_people"), known, 1000)


def deliveries(group):
    return counted(group, group.sum(Family.SERVED, "entries"))


def costs(group):
    with_people = group.sum(Family.COST, "with_people")
    without = group.sum(Family.COST, "without_people")
    upper = None if None in (with_people.upper, without.upper) else with_people.upper + without.upper
    return Sum(with_people.lower + without.lower, upper, with_people.is_exact)


def is_pooled(group):
    return group.of(Family.COST).is_pooled


def of_pool(group, figure):
    """What the public reads as money is of more initiatives than its other figures: entries are not."""
    return replace(figure, known=None, entries=None, is_pooled=True) if is_pooled(group) else figure


def delivery_cost(group):
    known, told = (group.sum(family, "cost_known") for family in [Family.COST, Family.WITH_COST])
    return of_pool(group, counted(group, costs(group), known, told=told))


def cost_per_person(group):
    if is_pooled(group):
        # The people are those of the initiatives that are published today.
        return with_context(group, state=State.SUPPRESSED)
    people = group.sum(Family.WITH_COST, "true")
    known = group.sum(Family.COST, "cost_and_people_known")
    if is_unsaid(group, known) and people.is_exact:
        return with_context(group, state=State.MISSING, known=0, entries=group.entries)
    told = group.sum(Family.WITH_COST, "cost_and_people_known")
    return ratio(group, group.sum(Family.COST, "with_people"), people, known=told, among=known)


def delivery_cost_per_resident(group):
    known = group.sum(Family.COST, "cost_known")
    return of_pool(group, per_resident(group, costs(group), known, 1))


def people_known(group):
    known, entries = group.sum(Family.SERVED, "people_served_known"), group.sum(Family.SERVED, "entries")
    return ratio(group, known, entries, 100)


def part(group, family, column):
    """How many of the people served are of one category of a breakdown, which is told by whole quarters."""
    found, served = group.sum(family, column), group.sum(Family.SERVED, "people_served")
    if found.is_exact and served.upper != 0 and not any(group.of(family).inside):
        return with_context(group, state=State.MISSING, entries=group.entries)
    return counted(group, found, group.sum(Family.SERVED, "people_served_known"))


def measure(family, column):
    return (family,), partial(total, family=family, column=column, known=f"{column}_known")


SERVED, NEW, COST = Family.SERVED, Family.NEW, Family.COST
# {code: (families that it needs, function)}
INDICATORS = {
    "people-reached": ((SERVED, NEW), people_reached),
    "people-served": measure(SERVED, "people_served"),
    "new-people": ((NEW, Family.NEW_SHARE), new_people),
    "new-share": ((Family.NEW_SHARE,), partial(share, family=Family.NEW_SHARE, known="new_people_known")),
    "elsewhere-share": (
        (Family.ELSEWHERE,),
        partial(share, family=Family.ELSEWHERE, known="living_elsewhere_known"),
    ),
    "served-per-1000": ((SERVED,), served_per_1000),
    "new-per-1000": ((NEW,), new_per_1000),
    "households": measure(Family.HOUSEHOLDS, "households"),
    "contacts": measure(Family.CONTACTS, "contacts"),
    "deliveries": ((SERVED,), deliveries),
    "staff-hours": measure(SERVED, "hours"),
    "volunteer-hours": measure(SERVED, "volunteer_hours"),
    "delivery-cost": ((COST, Family.WITH_COST), delivery_cost),
    "cost-per-person": ((COST, Family.WITH_COST), cost_per_person),
    "delivery-cost-per-resident": ((COST,), delivery_cost_per_resident),
    "people-known": ((SERVED,), people_known),
}
