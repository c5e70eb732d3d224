"""Lists of initiatives of one city."""

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from initiatives.actions.stages import create_initiative
from initiatives.codes import InnovationArea, InnovationLever, Origin, Stage
from initiatives.forms.initiatives import CupsField, refuse_foreign_code
from initiatives.imports.columns import Column
from initiatives.imports.identifiers import IdentifierWidget
from initiatives.imports.lookups import (
    CodeWidget,
    LookupWidget,
    ManyCodesWidget,
    ManyLookupWidget,
    labels_of,
)
from initiatives.imports.resources.organisations import cadastral_code, city_spellings
from initiatives.imports.row_resource import RowResource
from initiatives.imports.widgets import CellWidget, DayWidget, TextWidget
from initiatives.models import Initiative
from thirdsector.codes import UserArea

AREAS = {
    "FAM": ["famiglia", "minori", "famiglie e minori"],
    "DIS": ["disabili", "disabilità"],
    "ADD": ["dipendenze"],
    "ELD": ["anziani"],
    "IMMNOM": ["immigrati", "immigrati e nomadi", "stranieri"],
    "POV": ["povertà", "disagio adulti", "senza dimora"],
    "MULBEN": ["multiutenza"],
}
# What the page of an initiative needs beside its fields.
HEAVY = ["words", "loaded"]


def field(name):
    return Initiative._meta.get_field(name)


class CupsWidget(CellWidget):
    """Project codes, with blanks or commas between them."""

    @property
    def empty(self):
        return []

    def read(self, cell, text):
        return CupsField().to_python(text)

    def render(self, value, obj=None, **kwargs):
        return " ".join(value or [])


class CodeOfInitiative(TextWidget):
    def read(self, cell, text):
        return super().read(cell, text).upper()


def own_city(resource):
    return [row for row in city_spellings(resource) if row[0] == resource.place]


def ignored(label, *aliases):
    return Column(label, CellWidget(), imported=False, aliases=aliases)


class InitiativeResource(RowResource):
    links = ("partner_cities",)
    needed = ("title",)
    optional = (
        "innovation_area",
        "innovation_lever",
        "user_areas",
        "starts",
        "ends",
        "cups",
        "summary",
    )

    id = Column(
        gettext_lazy("identifier"),
        IdentifierWidget(),
        attribute="public_id",
        aliases=("identificativo", "uuid"),
    )
    code = Column(
        field("code").verbose_name,
        CodeOfInitiative(field("code").max_length),
        required=True,
        aliases=("codice", "codice iniziativa", "codice progetto", "cod", "sigla", "initiative code"),
    )
    title = Column(
        field("title").verbose_name,
        TextWidget(field("title").max_length),
        aliases=("titolo", "iniziativa", "progetto", "titolo progetto", "denominazione", "nome", "project"),
    )
    # Its code or its name: our own files have both.
    city = Column(
        field("city").verbose_name,
        LookupWidget(
            own_city,
            gettext_lazy("Only initiatives of the city for which you import can be loaded."),
            code_of=cadastral_code,
        ),
        aliases=(
            "città",
            "comune",
            "ente",
            "city name",
            "codice catastale",
            "codice comune",
            "cadastral code",
        ),
    )
    partner_cities = Column(
        field("partner_cities").verbose_name,
        ManyLookupWidget(
            city_spellings, gettext_lazy("This is not a city of the programme."), code_of=cadastral_code
        ),
        aliases=("città partner", "comuni partner", "partner"),
    )
    innovation_area = Column(
        field("innovation_area").verbose_name,
        CodeWidget(lambda resource: labels_of(InnovationArea.choices)),
        aliases=("ambito", "ambito di innovazione", "area", "area di innovazione"),
    )
    innovation_lever = Column(
        field("innovation_lever").verbose_name,
        CodeWidget(lambda resource: labels_of(InnovationLever.choices)),
        aliases=("leva", "direttrice", "leva di innovazione", "lever"),
    )
    user_areas = Column(
        field("user_areas").verbose_name,
        ManyCodesWidget(lambda resource: labels_of(UserArea.choices), aliases=AREAS),
        aliases=("aree di utenza", "area di utenza", "utenza", "destinatari", "target"),
    )
    starts = Column(
        field("starts").verbose_name,
        DayWidget(),
        aliases=(
            "inizio",
            "data inizio",
            "data di inizio",
            "avvio",
            "data avvio",
            "dal",
            "start date",
            "from",
        ),
    )
    ends = Column(
        field("ends").verbose_name,
        DayWidget(),
        aliases=("fine", "data fine", "data di fine", "conclusione", "termine", "al", "end date", "to"),
    )
    cups = Column(field("cups").verbose_name, CupsWidget(), aliases=("cup", "codice cup", "codici cup"))
    summary = Column(
        field("summary").verbose_name,
        TextWidget(field("summary").max_length, one_line=False),
        aliases=("sintesi", "descrizione", "abstract", "riassunto", "oggetto", "description"),
    )
    stage = ignored(field("stage").verbose_name, "fase", "stato")
    published = ignored(gettext_lazy("published"), "pubblicata", "pubblicato")
    origin = ignored(field("origin").verbose_name, "origine")
    invented = ignored(gettext_lazy("invented"))
    localised_in = ignored(field("localised_in").verbose_name)
    source = ignored(field("source").verbose_name, "fonte")
    url = ignored("URL", "indirizzo", "link")

    class Meta(RowResource.Meta):
        model = Initiative

    def identities(self, values):
        for name in ["id", "code"]:
            if values.get(name):
                yield name, values[name]

    def told_twice(self, name, rows):
        told = {
            "id": _("Rows %(rows)s have the same identifier."),
            "code": _("Rows %(rows)s have the same code."),
            "pk": _("Rows %(rows)s are about the same initiative."),
        }
        return told[name] % {"rows": rows}

    def fetch(self, rows, *, locked):
        ids = [row.values["id"] for row in rows if row.values.get("id")]
        codes = [row.values["code"] for row in rows if row.values.get("code")]
        found = Initiative.objects.filter(Q(public_id__in=ids) | Q(code__in=codes)).select_related("city")
        if locked:
            found = found.select_for_update(no_key=True, of=("self",)).order_by("pk")
        heavy = [*HEAVY, "city__boundary", "city__loaded"]
        found = list(found.defer(*heavy).prefetch_related("partner_cities"))
        self.by_id = {initiative.public_id: initiative for initiative in found}
        self.by_code = {initiative.code: initiative for initiative in found}
        self.remember_rights(found)

    def changeable(self, instances):
        found = Initiative.objects.editable_by(self.by).filter(city=self.place)
        return set(found.filter(pk__in=[each.pk for each in instances]).values_list("pk", flat=True))

    def find(self, row):
        named, coded = self.by_id.get(row.values.get("id")), self.by_code.get(row.values.get("code"))
        if row.values.get("id") and not self.is_own(named):
            row.refuse("id", ValidationError(_("Unknown initiative.")))
        elif named and "code" in row.values and named.code != row.values["code"]:
            row.refuse("code", ValidationError(_("The code of an initiative stays the same.")))
        elif coded and not self.is_own(coded):
            # That the row names another city is the same said twice.
            row.wrong.pop("city", None)
            row.refuse("code", ValidationError(_("Unknown initiative.")))
        found = named or coded
        return found if self.is_own(found) else None

    def is_own(self, initiative):
        return initiative is not None and initiative.pk in self.editable

    def settle(self, row):
        if row.instance.pk is None:
            row.instance.city, row.instance.stage = self.place, Stage.IDEA
            row.values.setdefault("partner_cities", [])
        # Left empty, the city is that of the import.
        if row.values.get("city", self.place) is None:
            del row.values["city"]

    def rules(self, row):
        initiative = row.instance
        if self.place in row.values.get("partner_cities", []):
            told = _("The city itself is not one of its partner cities.")
            yield "partner_cities", ValidationError(told)
        if initiative.pk is None and "code" not in row.wrong:
            try:
                refuse_foreign_code(self.place, row.values["code"])
            except ValidationError as error:
                yield "code", error
        elif initiative.origin == Origin.REGISTER:
            told = _("This comes from a public register, which only the register changes.")
            yield NON_FIELD_ERRORS, ValidationError(told)

    def write(self, instance, is_create):
        if is_create:
            cities = self.row.values["partner_cities"]
            create_initiative(initiative=instance, partner_cities=cities, by=self.by)
        else:
            super().write(instance, is_create)

    def is_untouched(self, instance, reviewed):
        is_new = reviewed.before is None
        if is_new and (instance.stage != Stage.IDEA or instance.published_at or instance.adapted_from_id):
            return False
        return super().is_untouched(instance, reviewed)

    def remove(self, instance):
        # Its first step came with it.
        if instance.stage_changes.count() == 1:
            instance.stage_changes.all().delete()
        super().remove(instance)
