"""The columns, cells and values of an imported file as people read them."""

from datetime import date
from decimal import Decimal

from django.core.exceptions import NON_FIELD_ERRORS, FieldDoesNotExist
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from openpyxl.utils import get_column_letter

from cities.models import City
from initiatives.differences import spelled
from initiatives.forms.imports import heading_of
from initiatives.imports.resources import resource_for
from initiatives.imports.widgets import AmountWidget, DayWidget, MonthWidget
from initiatives.models import Initiative, InterventionKind, Subject
from thirdsector.models import Organisation

PARTS = "parts"
PARTS_LABEL = gettext_lazy("people by age, sex and citizenship")


def kinds_named(codes):
    kinds = InterventionKind.objects.filter(code__in=codes).defer("loaded")
    return {kind.code: f"{kind.label} ({kind.code})" for kind in kinds}


def initiatives_named(codes):
    rows = Initiative.objects.filter(code__in=codes).values_list("code", "title")
    return {code: f"{title} ({code})" for code, title in rows}


def bodies_named(codes):
    rows = Organisation.objects.filter(fiscal_code__in=codes).values_list("fiscal_code", "name")
    return {code: f"{name} ({code})" for code, name in rows}


def cities_named(codes):
    return dict(City.objects.filter(cadastral_code__in=codes).values_list("cadastral_code", "name"))


NAMED = {
    "kind": kinds_named,
    "initiative": initiatives_named,
    "delivered_by": bodies_named,
    "city": cities_named,
    "cities": cities_named,
    "partner_cities": cities_named,
}
# By these people know which thing a row is about.
TELLING = {
    Subject.LOG: ["initiative", "day", "reference"],
    Subject.ORGANISATIONS: ["name", "fiscal_code"],
    Subject.INITIATIVES: ["code", "title"],
    Subject.BUDGET: ["initiative", "year"],
}
# Later than any column: what the file does not say itself.
LAST = 1000


def listed(value):
    return value if isinstance(value, list) else [value] if value else []


class Words:
    """What to call the fields, cells and values of one file."""

    def __init__(self, run, by):
        self.read = run.understood
        self.resource = resource_for(run.subject)(by=by, place=run.place, options=run.options)
        self.telling = TELLING[run.subject]
        self.order = {name: int(number) for number, name in run.mapping.items()}
        self.names = {}

    def learn(self, rows):
        """Look up at once what the codes in these rows mean."""
        said = [values for row in rows for values in [row.values, row.before or {}]]
        for name, named in NAMED.items():
            codes = {code for values in said for code in listed(values.get(name))}
            self.names[name] = named(codes) if codes else {}

    def label(self, name):
        if name in ("", NON_FIELD_ERRORS):
            return ""
        column = self.resource.fields.get(name)
        return str(column.label) if column else str(PARTS_LABEL) if name == PARTS else name

    def value(self, name, stored):
        if isinstance(stored, list):
            return ", ".join(self.choice(name, each) for each in stored) or spelled(None)
        if isinstance(stored, str) and stored:
            return self.text(name, stored)
        return spelled(stored)

    def text(self, name, stored):
        column = self.resource.fields.get(name)
        widget = column.widget if column else None
        if isinstance(widget, MonthWidget):
            return date_format(date.fromisoformat(stored), "YEAR_MONTH_FORMAT")
        if isinstance(widget, DayWidget):
            return spelled(date.fromisoformat(stored))
        if isinstance(widget, AmountWidget):
            return spelled(Decimal(stored))
        return self.choice(name, stored)

    def choice(self, name, stored):
        if stored in self.names.get(name, {}):
            return self.names[name][stored]
        try:
            field = self.resource._meta.model._meta.get_field(name)
        except FieldDoesNotExist:
            return stored
        field = getattr(field, "base_field", field)
        return str(dict(field.flatchoices).get(stored, stored))

    def facts(self, values):
        """Return {label: value} of what a row says; a breakdown has as many labels as parts."""
        # What begins so is the engine's own.
        said = [name for name in values if not name.startswith("_") and name != PARTS]
        said.sort(key=lambda name: self.order.get(name, LAST))
        facts = {self.label(name): self.value(name, values[name]) for name in said}
        for key, (people, new) in (values.get(PARTS) or {}).items():
            for what, number in [("people", people), ("new", new)]:
                if number is not None:
                    facts[self.label(f"{what} {key}")] = spelled(number)
        return facts

    def about(self, row):
        """Return in a few words what the row is about; of what it leaves open, as it is."""
        known = (row.before or {}) | {name: value for name, value in row.values.items() if value}
        said = [self.value(name, known[name]) for name in self.telling if known.get(name)]
        return ", ".join(map(str, said))

    def differences(self, row):
        """Return (label, was, is) of what a row changes."""
        before = row.before or {}
        was, now = self.facts({name: before.get(name) for name in row.values}), self.facts(row.values)
        labels = dict.fromkeys([*was, *now])
        nothing = spelled(None)
        pairs = [(label, was.get(label, nothing), now.get(label, nothing)) for label in labels]
        return [pair for pair in pairs if pair[1] != pair[2]]

    def address(self, number, column):
        """Where a cell stands, as its program names it; a text file has no letters for columns."""
        if column is None:
            return _("row %(number)s") % {"number": number}
        if self.read["format"] != "csv":
            return f"{get_column_letter(column + 1)}{number}"
        heading = heading_of(column, self.read["columns"][column])
        return _("row %(number)s, column “%(heading)s”") % {"number": number, "heading": heading}
