"""The columns of the log, and what a row of it must be."""

from django.core.exceptions import ValidationError
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from initiatives.forms.breakdown import CELLS, spelled
from initiatives.forms.log import COUNTERS
from initiatives.imports.columns import Column, TableResource
from initiatives.imports.identifiers import IdentifierWidget
from initiatives.imports.log_scope import initiatives_of, parts_of
from initiatives.imports.lookups import CodeWidget, FiscalCodeWidget, LookupWidget
from initiatives.imports.resources.log_rows import PARTS, LogRows
from initiatives.imports.widgets import (
    AmountWidget,
    CellWidget,
    CountWidget,
    DayWidget,
    MonthWidget,
    TextWidget,
    YesNoWidget,
)
from initiatives.models import Intervention, InterventionKind
from initiatives.models.log import AMOUNTS, MOST
from initiatives.notes import refuse_identities, refuse_personal_data

# Sums over the ages and citizenships, as most offices count.
COUNTED_BY_SEX = {
    ("ND", "ND", "F"): ("femmine", "donne", "di cui femmine", "di cui donne", "women", "females"),
    ("ND", "ND", "M"): ("maschi", "uomini", "di cui maschi", "di cui uomini", "men", "males"),
}


def offered_initiatives(resource):
    rows = initiatives_of(resource.place, resource.by).values_list("code", "title")
    return [(code, [code, title, f"{title} ({code})"]) for code, title in rows]


def offered_bodies(resource):
    parts = parts_of(resource.place, resource.by)
    rows = parts.values_list("organisation__fiscal_code", "organisation__name").distinct()
    return [(code, [code, name, f"{name} ({code})"]) for code, name in rows]


class BodyWidget(LookupWidget):
    """An implementing body by its name, or any by its fiscal code: whether it implements the rules ask, since
    an entry may stay as it is although its body no longer does.
    """

    def read(self, cell, text):
        if found := self.spellings.find(text):
            return self.only(found, text)
        try:
            return FiscalCodeWidget().read(cell, text)
        except ValidationError:
            raise ValidationError(self.unknown, code="unknown") from None


def offered_kinds(resource):
    kinds = InterventionKind.objects.usable().defer("loaded")
    return {kind.code: [kind.label_it, kind.label_en] for kind in kinds}


class PartColumn(Column):
    """People, or new people, of one sex, age band and citizenship."""

    def __init__(self, what, citizenship, age_band, sex):
        self.what, self.cell = what, (sex, age_band, citizenship)
        aliases = COUNTED_BY_SEX.get((citizenship, age_band, sex), ()) if what == "people" else ()
        name = f"{what} {sex} {age_band} {citizenship}"
        widget = CountWidget(MOST, Intervention._meta.get_field("contacts").validators[0].message)
        label = lazy(spelled, str)((citizenship, age_band, sex), what)
        super().__init__(label, widget, aliases=aliases, column_name=name)


def field(name):
    return Intervention._meta.get_field(name)


def counted(name, *aliases):
    widget = CountWidget(MOST, field(name).validators[0].message)
    return Column(field(name).verbose_name, widget, aliases=aliases)


def measured(name, *aliases):
    widget = AmountWidget(field(name).max_digits, field(name).decimal_places)
    return Column(field(name).verbose_name, widget, aliases=aliases)


class LogResource(LogRows):
    id = Column(
        _("identifier"),
        IdentifierWidget(),
        attribute="public_id",
        column_name="id",
        aliases=("identificativo", "id voce", "uuid"),
    )
    initiative = Column(
        field("initiative").verbose_name,
        LookupWidget(offered_initiatives, _("Unknown initiative."), code_of=str),
        required=True,
        aliases=(
            "codice iniziativa",
            "progetto",
            "codice progetto",
            "servizio",
            "project",
            "initiative code",
        ),
    )
    day = Column(
        field("day").verbose_name,
        DayWidget(),
        required=True,
        aliases=("data", "data intervento", "data erogazione", "giorno intervento", "date", "il"),
    )
    month = Column(
        _("month"),
        MonthWidget(),
        exported=False,
        aliases=("mese", "mese di riferimento", "periodo", "month", "mese/anno"),
    )
    whole_month = Column(
        field("whole_month").verbose_name, YesNoWidget(), aliases=("mese intero", "mensile", "monthly")
    )
    kind = Column(
        field("kind").verbose_name,
        CodeWidget(offered_kinds, empty=None),
        required=True,
        aliases=("tipo", "tipo di intervento", "tipologia", "intervento", "prestazione", "attività", "type"),
    )
    place = Column(
        field("place").verbose_name,
        TextWidget(field("place").max_length, [refuse_personal_data]),
        aliases=("sede", "indirizzo", "quartiere", "dove", "location"),
    )
    delivered_by = Column(
        field("delivered_by").verbose_name,
        BodyWidget(offered_bodies, _("This is not an implementing body of this initiative."), code_of=str),
        aliases=("ente", "erogato da", "soggetto erogatore", "ente attuatore", "gestore", "organizzazione"),
    )
    people_served = counted(
        "people_served",
        "persone",
        "utenti",
        "n utenti",
        "numero utenti",
        "beneficiari",
        "people",
        "persone seguite",
    )
    new_people = counted("new_people", "nuovi utenti", "di cui nuovi", "di cui nuove", "nuove persone", "new")
    living_elsewhere = counted(
        "living_elsewhere", "non residenti", "di cui non residenti", "di cui fuori comune", "elsewhere"
    )
    households = counted("households", "famiglie", "nuclei", "nuclei familiari", "n nuclei")
    contacts = counted("contacts", "accessi", "n contatti", "passaggi")
    hours = measured("hours", "ore", "ore operatori", "ore operatore", "n ore", "hours")
    volunteer_hours = measured("volunteer_hours", "ore volontari", "ore volontariato", "volunteer hours")
    cost = measured("cost", "costo", "costi", "spesa", "importo", "cost", "costo euro", "euro")
    note = Column(
        field("note").verbose_name,
        TextWidget(field("note").max_length, [refuse_personal_data], one_line=False),
        aliases=("note", "osservazioni", "annotazioni", "notes"),
    )
    reference = Column(
        field("reference").verbose_name,
        TextWidget(field("reference").max_length, [refuse_identities]),
        aliases=("rif", "numero", "n", "n riga", "protocollo", "id esterno", "codice riga", "reference"),
    )

    class Meta(TableResource.Meta):
        model = Intervention
        fields = [
            "id",
            "initiative",
            "day",
            "month",
            "whole_month",
            "kind",
            "place",
            "delivered_by",
            *COUNTERS,
            *AMOUNTS,
            "note",
            "reference",
        ]

    def bind(self, options):
        parts = [PartColumn(what, *cell) for what in ["people", "new"] for cell in CELLS]
        self.part_columns = {column.column_name: column for column in parts}
        # All parts of a row together, as it is stored; no column of a file.
        together = Column(
            _("people by age, sex and citizenship"),
            CellWidget(),
            column_name=PARTS,
            exported=False,
            imported=False,
        )
        self.fields |= self.part_columns | {PARTS: together}
        super().bind(options)
