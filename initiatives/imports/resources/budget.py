"""Lines of the budgets of the initiatives of one city."""

from collections import Counter

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from initiatives.codes import Basis, CostType, Origin
from initiatives.forms.money import KEY, MOST_ROWS, YEAR
from initiatives.imports.columns import Column
from initiatives.imports.lookups import CodeWidget, LookupWidget, labels_of
from initiatives.imports.row_resource import RowResource
from initiatives.imports.widgets import AmountWidget, CellWidget, YesNoWidget
from initiatives.models import BudgetLine, FundingSource, Initiative
from initiatives.models.partners import FIRST_YEAR, LAST_YEAR

IDENTITY = ["initiative", *KEY]
BASES = {
    "budgeted": ["preventivo", "stanziato", "previsione"],
    "committed": ["impegno", "impegni", "impegnato"],
    "paid": ["pagato", "pagamento", "pagamenti", "liquidato"],
}
# What stands for "not split by year".
ALL_YEARS = {"tutti", "all", "tutti gli anni", "non ripartito", "-"}


def field(name):
    return BudgetLine._meta.get_field(name)


def own_initiatives(resource):
    found = Initiative.objects.editable_by(resource.by).filter(city=resource.place)
    found = found.only("code", "title", "origin", "city")
    return [(each, [each.code, each.title, f"{each.title} ({each.code})"]) for each in found]


def code_of_initiative(initiative):
    return initiative.code


def sources(resource):
    found = FundingSource.objects.usable().defer("loaded")
    return {source.code: [source.label_it, source.label_en] for source in found}


class YearWidget(CellWidget):
    def read(self, cell, text):
        if text.lower() in ALL_YEARS:
            return None
        if not (text.isascii() and text.isdecimal() and FIRST_YEAR <= int(text[:9]) <= LAST_YEAR):
            raise ValidationError(YEAR)
        return int(text)


class BudgetResource(RowResource):
    needed = ("initiative", "funding_source", "basis", "amount")

    initiative = Column(
        field("initiative").verbose_name,
        LookupWidget(own_initiatives, gettext_lazy("Unknown initiative."), code_of=code_of_initiative),
        required=True,
        aliases=(
            "iniziativa",
            "codice iniziativa",
            "codice",
            "progetto",
            "titolo",
            "initiative code",
            "project",
        ),
    )
    year = Column(
        field("year").verbose_name,
        YearWidget(),
        aliases=("anno", "esercizio", "annualità", "anno di competenza"),
    )
    cost_type = Column(
        field("cost_type").verbose_name,
        CodeWidget(lambda resource: labels_of(CostType.choices)),
        aliases=("tipo di costo", "voce", "voce di costo", "voce di spesa", "costo", "cost type", "cost"),
    )
    funding_source = Column(
        field("funding_source").verbose_name,
        CodeWidget(sources),
        attribute="funding_source_id",
        required=True,
        aliases=("fonte", "fonte di finanziamento", "finanziamento", "fondo", "source", "fund"),
    )
    basis = Column(
        field("basis").verbose_name,
        CodeWidget(lambda resource: labels_of(Basis.choices), aliases=BASES),
        required=True,
        aliases=("base", "fase contabile", "stato contabile", "tipo importo"),
    )
    recurring = Column(
        field("recurring").verbose_name,
        YesNoWidget(empty=False),
        aliases=("ricorrente", "a regime", "continuativo"),
    )
    amount = Column(
        field("amount").verbose_name,
        AmountWidget(field("amount").max_digits, field("amount").decimal_places),
        required=True,
        aliases=("importo", "importo euro", "importo eur", "euro", "valore", "amount", "eur"),
    )

    class Meta(RowResource.Meta):
        model = BudgetLine

    def read_row(self, number, cells):
        """Say of every row what tells one line from another, also where the file leaves it to the import."""
        row = super().read_row(number, cells)
        unsaid = {"year": None, "cost_type": "", "recurring": False}
        row.values = {name: value for name, value in unsaid.items() if name not in row.wrong} | row.values
        if "initiative" not in cells and self.options.get("initiative"):
            self.read_cell(row, "initiative", {"initiative": self.options["initiative"]})
        return row

    def identities(self, values):
        if all(name in values for name in IDENTITY):
            yield "line", self.key_of(values)

    def key_of(self, values):
        return values["initiative"].pk, *(values[name] for name in KEY)

    def told_twice(self, name, rows):
        told = _("Rows %(rows)s have the same initiative, year, cost, source and basis: write them into one.")
        return told % {"rows": rows}

    def fetch(self, rows, *, locked):
        keys = {row.values["initiative"].pk for row in rows if row.values.get("initiative")}
        if locked:
            # As the page of the money does, so that nobody writes the same line at the same time.
            wanted = Initiative.objects.filter(pk__in=keys).order_by("pk")
            list(wanted.select_for_update(no_key=True, of=("self",)).only("pk"))
        lines = BudgetLine.objects.filter(initiative__in=keys).select_related("initiative")
        self.by_key = {self.key_of_line(line): line for line in lines}
        self.lines = Counter(key[0] for key in self.by_key)

    def key_of_line(self, line):
        return (
            line.initiative_id,
            line.year,
            line.cost_type,
            line.funding_source_id,
            line.basis,
            line.recurring,
        )

    def find(self, row):
        return self.by_key.get(self.key_of(row.values)) if dict(self.identities(row.values)) else None

    def identify(self, instance, target):
        """A line is known by what it says."""

    def target_of(self, instance):
        return None

    def rules(self, row):
        initiative = row.values.get("initiative")
        if initiative is None:
            return
        if initiative.origin == Origin.REGISTER:
            told = _("This comes from a public register, which only the register changes.")
            yield NON_FIELD_ERRORS, ValidationError(told)
        if row.instance.pk is None:
            self.lines[initiative.pk] += 1
            if self.lines[initiative.pk] > MOST_ROWS:
                told = _("An initiative has at most %(most)s lines of its budget.")
                yield NON_FIELD_ERRORS, ValidationError(told, params={"most": MOST_ROWS})

    def present(self, reviewed):
        read = {row.number: self.restored(row.values) for row in reviewed}
        keys = {values["initiative"].pk for values in read.values() if values}
        lines = BudgetLine.objects.filter(initiative__in=keys).select_related("initiative")
        locked = lines.select_for_update(no_key=True, of=("self",)).order_by("pk")
        by_key = {self.key_of_line(line): line for line in locked}
        return {
            number: by_key[self.key_of(values)]
            for number, values in read.items()
            if values and self.key_of(values) in by_key
        }

    def restored(self, stored):
        """Return what a row says, None where its initiative is no longer to be touched."""
        try:
            return {name: self.fields[name].widget.restore(stored[name]) for name in IDENTITY}
        except ValidationError:
            return None

    def changeable(self, instances):
        found = BudgetLine.objects.filter(pk__in=[line.pk for line in instances])
        own = Initiative.objects.editable_by(self.by).filter(city=self.place)
        return set(found.filter(initiative__in=own.values("pk")).values_list("pk", flat=True))
