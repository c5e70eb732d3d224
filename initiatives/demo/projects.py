"""The invented initiatives themselves: their story, partners and money."""

from datetime import timedelta
from decimal import Decimal
from itertools import product

from initiatives.calendar import months_before
from initiatives.codes import Basis, Origin, PartnerRole, Stage
from initiatives.demo.plans import at_work, random_of, step
from initiatives.models import BudgetLine, Initiative, Partner, StageChange

# Nobody pays for one's own rooms, staff and volunteers.
IN_KIND = {"COM-SPAZI", "COM-STAFF", "PRIV-ETS-KIND"}
# What is committed and paid of a budget two years ago, one year ago and in the year that is still going on.
COMMITTED = [Decimal("0.97"), Decimal("0.95"), Decimal("0.70")]
PAID = [Decimal("0.94"), Decimal("0.86"), Decimal("0.35")]
# Money that comes once is spent in two years.
ONCE = [Decimal("0.6"), Decimal("0.4"), Decimal(0)]
CENT = Decimal("0.01")


def make_initiatives(plans, cities, teams, today):
    """Store the initiatives and return them as {code: initiative}."""
    made = {plan["code"]: make_initiative(plan, cities, teams, today) for plan in plans}
    Initiative.objects.bulk_create(made.values())
    adapted = [plan for plan in plans if plan["adapted_from"]]
    for plan in adapted:
        made[plan["code"]].adapted_from = made[plan["adapted_from"]]
    Initiative.objects.bulk_update((made[plan["code"]] for plan in adapted), ["adapted_from"])
    shared = Initiative.partner_cities.through
    shared.objects.bulk_create(
        shared(initiative=made[plan["code"]], city=cities[slug])
        for plan in plans
        for slug in plan["partner_cities"]
    )
    return made


def make_initiative(plan, cities, teams, today):
    started, stopped = step(plan, Stage.EXPERIMENT), step(plan, Stage.STOPPED)
    told = started or plan["story"][-1]
    random = random_of(plan["code"], "publication")
    return Initiative(
        code=plan["code"],
        title=plan["title"],
        city=cities[plan["city"]],
        innovation_area=plan["innovation_area"],
        innovation_lever=plan["innovation_lever"],
        user_areas=plan["user_areas"],
        stage=plan["story"][-1]["stage"],
        starts=months_before(today, started["months_ago"]) if started else None,
        ends=months_before(today, stopped["months_ago"]) - timedelta(days=1) if stopped else None,
        summary=plan["summary"],
        published_at=at_work(random, months_before(today, told["months_ago"])) if plan["published"] else None,
        published_by=teams[plan["city"]].lead if plan["published"] else None,
        origin=Origin.INVENTED,
    )


def make_stage_changes(plan, initiative, lead, today):
    random = random_of(plan["code"], "story")
    for change in plan["story"]:
        day = months_before(today, change["months_ago"])
        yield StageChange(
            initiative=initiative,
            city_id=initiative.city_id,
            stage=change["stage"],
            day=day,
            ending=change["ending"],
            reason=change["reason"],
            recorded=at_work(random, day),
            by=lead,
        )


def make_partners(plan, initiative, organisations, today):
    for part in plan["partners"]:
        until = part.get("until_months_ago")
        yield Partner(
            initiative=initiative,
            city_id=initiative.city_id,
            organisation=organisations[part["fiscal_code"]],
            role=PartnerRole(part["role"]),
            since=months_before(today, part["months_ago"]),
            until=None if until is None else months_before(today, until) - timedelta(days=1),
            cash=part.get("cash"),
            in_kind=part.get("in_kind"),
            hours=part.get("hours"),
        )


def make_budget(plan, initiative, today):
    """Yield three years of lines: the budget of each, and what of it is committed and paid by today."""
    random = random_of(plan["code"], "budget")
    first = initiative.starts.year if initiative.starts else today.year
    last = initiative.ends.year if initiative.ends else today.year
    years = range(max(first, today.year - 2), last + 1)
    for (number, year), line in product(enumerate(years), plan["budget"]):
        growth = Decimal("1.03") ** number if line["recurring"] else ONCE[number]
        budget = round(line["amount"] * growth)
        for basis, share in booked(year - today.year, line["source"], initiative):
            noise = 1 if basis == Basis.BUDGETED else Decimal(random.uniform(0.97, 1.0))
            booking = BudgetLine(
                initiative=initiative,
                city_id=initiative.city_id,
                year=year,
                cost_type=line["cost_type"],
                funding_source_id=line["source"],
                basis=basis,
                recurring=line["recurring"],
                amount=(budget * share * noise).quantize(CENT),
            )
            if booking.amount:
                yield booking


def booked(years_from_now, source, initiative):
    """Return each basis that a year's line has by now, with its share of the budget."""
    bases = [(Basis.BUDGETED, Decimal(1))]
    if initiative.starts:
        bases.append((Basis.COMMITTED, COMMITTED[years_from_now + 2]))
    if initiative.starts and source not in IN_KIND:
        bases.append((Basis.PAID, PAID[years_from_now + 2]))
    return bases
