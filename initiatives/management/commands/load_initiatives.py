from pathlib import Path

from django.core.management.base import BaseCommand, no_translations
from django.db import transaction
from django.utils import timezone

from cities.merging import Outcomes, build, linked, load, read, refusal_at, store
from cities.models import City
from initiatives.codes import Origin
from initiatives.models import BudgetLine, FundingSource, Initiative, InterventionKind

REFERENCE = Path(__file__).parents[2] / "reference"
# What people do not edit, and what the register says nothing about.
FACTS = ["source", "localised_in"]
UNKNOWN = {"innovation_area": "", "innovation_lever": "", "starts": None, "ends": None, "adapted_from": None}


class Command(BaseCommand):
    help = (
        "Loads the code lists of interventions and funding sources and the social projects of the public "
        "register of the PNRR that come with the portal (initiatives/reference/), as often as you like. A "
        "value that a person edited stays, and so does a budget in which they changed anything; the others "
        "follow the files. A row that is missing in the files stays as it is."
    )

    @no_translations
    @transaction.atomic
    def handle(self, **options):
        self.stdout.write(load(InterventionKind, "code", REFERENCE / "kinds.json"))
        self.stdout.write(load(FundingSource, "code", REFERENCE / "funding_sources.json"))
        self.stdout.write(load_projects(REFERENCE / "pnrr_projects.json"))


def load_projects(path):
    existing = (
        Initiative.objects.filter(origin=Origin.REGISTER).select_for_update().in_bulk(field_name="code")
    )
    budgets = budgets_of(existing.values())
    # A city may have chosen the code for something of its own, before the file did.
    taken = set(Initiative.objects.exclude(origin=Origin.REGISTER).values_list("code", flat=True))
    links = {"city": dict(City.objects.order_by().values_list("cadastral_code", "pk"))}
    outcomes = Outcomes()
    for number, values in enumerate(read(path), start=1):
        if values["code"] in taken:
            outcomes.kept.append(f"{values['code']} of a city")
            continue
        with refusal_at(f"{path.name}, row {number}"):
            row = existing.get(values["code"])
            outcomes.note(*store_project(row, linked(values, links), budgets.get(values["code"], [])))
    return f"projects of the register: {outcomes}"


def store_project(row, values, lines):
    budget = values.pop("budget")
    facts = {name: values.pop(name) for name in FACTS}
    incoming = from_register(values | UNKNOWN, facts)
    outcome, name, kept = store(row, incoming, "code")
    if row:
        Initiative.objects.filter(pk=row.pk).exclude(**facts).update(**facts)
    return outcome, name, kept + load_budget(row or incoming, lines, budget)


def from_register(values, facts):
    row = build(Initiative, "code", values)
    row.origin, row.stage, row.published_at = Origin.REGISTER, "", timezone.now()
    row.source, row.localised_in = facts["source"], facts["localised_in"]
    return row


def as_loaded(line):
    """A line as the file writes it; None if it holds what the register never says."""
    if line.year or line.cost_type or line.recurring:
        return None
    return [line.basis, line.funding_source_id, str(line.amount)]


def budgets_of(initiatives):
    budgets = {}
    for line in BudgetLine.objects.filter(initiative__in=initiatives).select_related("initiative"):
        budgets.setdefault(line.initiative.code, []).append(as_loaded(line))
    return budgets


def load_budget(row, present, incoming):
    """Replace the lines by those of the file if they still are what a file last gave; return what is kept."""
    last = row.loaded.get("budget", [])
    if present.count(None) or sorted(present) != sorted(last):
        return ["budget"]
    if incoming != last:
        row.budget_lines.all().delete()
        BudgetLine.objects.bulk_create(
            BudgetLine(
                initiative=row, city_id=row.city_id, basis=basis, funding_source_id=source, amount=amount
            )
            for basis, source, amount in incoming
        )
        row.loaded["budget"] = incoming
        row.save(update_fields=["loaded"])
    return []
