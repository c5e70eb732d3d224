"""Lists of organisations, as leads bring them."""

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cities.models import City
from initiatives.imports.columns import Column
from initiatives.imports.identifiers import IdentifierWidget
from initiatives.imports.lookups import CodeWidget, FiscalCodeWidget, ManyLookupWidget, labels_of
from initiatives.imports.provinces import OTHER_NAMES, PROVINCES
from initiatives.imports.row_resource import RowResource
from initiatives.imports.widgets import CellWidget, CountWidget, TextWidget
from thirdsector.codes import LegalForm, RuntsSection
from thirdsector.forms import WebsiteField, refuse_busy, represents
from thirdsector.models import Organisation

FORMS = {
    "ASSNR": ["associazione non riconosciuta"],
    "COOPSA": ["cooperativa sociale A", "coop. sociale A", "cooperativa sociale (tipo A)"],
    "COOPSB": ["cooperativa sociale B", "coop. sociale B", "cooperativa sociale (tipo B)"],
    "CONS": ["consorzio", "consorzio di cooperative"],
    "SRLIS": ["SRL impresa sociale", "società impresa sociale"],
    "SOMS": ["mutuo soccorso"],
    "ENTREL": ["ente ecclesiastico", "ente ecclesiastico civilmente riconosciuto"],
    "PA": ["ente pubblico", "pubblica amministrazione"],
    "ALTRO": ["altro", "other"],
}
SECTIONS = {
    "a": ["ODV", "organizzazione di volontariato"],
    "b": ["APS", "associazione di promozione sociale"],
    "c": ["ente filantropico"],
    "d": ["impresa sociale", "cooperativa sociale", "imprese sociali"],
    "e": ["rete associativa"],
    "f": ["SOMS", "società di mutuo soccorso"],
    "g": ["altro ente del Terzo settore", "altri ETS", "altro ETS"],
}
LARGEST = 2_147_483_647


def field(name):
    return Organisation._meta.get_field(name)


def city_spellings(resource):
    cities = City.objects.only("cadastral_code", "name", "official_name", "aliases")
    return [(city, [city.cadastral_code, city.name, city.official_name, *city.aliases]) for city in cities]


def cadastral_code(city):
    return city.cadastral_code


class WebsiteWidget(CellWidget):
    empty = ""

    def __init__(self):
        super().__init__()
        self.field = WebsiteField(assume_scheme="https", max_length=field("website").max_length)

    def read(self, cell, text):
        return self.field.clean(text)


def codes(name, choices, aliases):
    return CodeWidget(lambda resource: labels_of(choices), aliases=aliases)


class OrganisationResource(RowResource):
    links = ("cities",)
    needed = ("name", "seat", "seat_province")
    optional = ("legal_form", "runts_section", "runts_number", "website", "status")

    id = Column(
        gettext_lazy("identifier"),
        IdentifierWidget(),
        attribute="public_id",
        aliases=("identificativo", "uuid"),
    )
    fiscal_code = Column(
        field("fiscal_code").verbose_name,
        FiscalCodeWidget(),
        required=True,
        aliases=(
            "codice fiscale",
            "cod fiscale",
            "cod fisc",
            "c f",
            "cf",
            "codice fiscale ente",
            "codice fiscale partita iva",
            "tax code",
        ),
    )
    name = Column(
        field("name").verbose_name,
        TextWidget(field("name").max_length),
        aliases=(
            "nome",
            "denominazione",
            "denominazione ente",
            "ragione sociale",
            "ente",
            "organizzazione",
            "associazione",
            "organisation",
            "organization",
        ),
    )
    legal_form = Column(
        field("legal_form").verbose_name,
        codes("legal_form", LegalForm.choices, FORMS),
        aliases=("forma giuridica", "natura giuridica", "tipo ente", "tipologia"),
    )
    runts_section = Column(
        field("runts_section").verbose_name,
        codes("runts_section", RuntsSection.choices, SECTIONS),
        aliases=("sezione", "sezione runts", "sez runts", "runts section"),
    )
    runts_number = Column(
        field("runts_number").verbose_name,
        CountWidget(LARGEST),
        aliases=("repertorio", "n repertorio", "numero repertorio", "repertorio runts", "numero runts"),
    )
    seat = Column(
        field("seat").verbose_name,
        TextWidget(field("seat").max_length),
        aliases=(
            "comune",
            "sede",
            "comune sede",
            "comune sede legale",
            "sede legale",
            "nome comune",
            "municipality",
        ),
    )
    seat_province = Column(
        field("seat_province").verbose_name,
        CodeWidget(PROVINCES, aliases=OTHER_NAMES),
        aliases=(
            "provincia",
            "prov",
            "pr",
            "sigla provincia",
            "provincia sede",
            "provincia sede legale",
            "province",
        ),
    )
    cities = Column(
        field("cities").verbose_name,
        ManyLookupWidget(
            city_spellings, gettext_lazy("This is not a city of the programme."), code_of=cadastral_code
        ),
        aliases=("città", "attiva in", "città di attività", "city", "cities"),
    )
    website = Column(
        field("website").verbose_name,
        WebsiteWidget(),
        aliases=("sito", "sito web", "sito internet", "web", "url"),
    )
    status = Column(
        field("status").verbose_name,
        CodeWidget(lambda resource: labels_of(Organisation.Status.choices)),
        aliases=("stato", "verificata"),
    )
    source = Column(field("source").verbose_name, CellWidget(), imported=False, aliases=("fonte",))
    invented = Column(field("invented").verbose_name, CellWidget(), imported=False)

    class Meta(RowResource.Meta):
        model = Organisation

    def identities(self, values):
        for name in ["id", "fiscal_code"]:
            if values.get(name):
                yield name, values[name]

    def told_twice(self, name, rows):
        told = {
            "id": _("Rows %(rows)s have the same identifier."),
            "fiscal_code": _("Rows %(rows)s have the same fiscal code."),
            "pk": _("Rows %(rows)s are about the same organisation."),
        }
        return told[name] % {"rows": rows}

    def fetch(self, rows, *, locked):
        ids = [row.values["id"] for row in rows if row.values.get("id")]
        found = Organisation.objects.filter(
            Q(public_id__in=ids)
            | Q(fiscal_code__in=[row.values["fiscal_code"] for row in rows if "fiscal_code" in row.values])
        )
        if locked:
            found = found.select_for_update(no_key=True, of=("self",)).order_by("pk")
        found = list(found.defer("loaded").with_city_names())
        self.by_id = {organisation.public_id: organisation for organisation in found}
        self.by_code = {organisation.fiscal_code: organisation for organisation in found}
        self.remember_rights(found)

    def remember_rights(self, instances):
        super().remember_rights(instances)
        found = Organisation.objects.placeable_by(self.by).filter(pk__in=[each.pk for each in instances])
        self.placeable = set(found.values_list("pk", flat=True))
        self.own_cities = set(City.objects.led_by(self.by).values_list("cadastral_code", flat=True))

    def changeable(self, instances):
        found = Organisation.objects.editable_by(self.by).filter(pk__in=[each.pk for each in instances])
        return set(found.values_list("pk", flat=True))

    def find(self, row):
        named, coded = self.by_id.get(row.values.get("id")), self.by_code.get(row.values.get("fiscal_code"))
        if row.values.get("id") and named is None:
            told = _("No organisation has this identifier: leave it empty for a new one.")
            row.refuse("id", ValidationError(told))
        elif named and "fiscal_code" in row.values and named != coded:
            told = _("The organisation with this identifier has another fiscal code.")
            row.refuse("fiscal_code", ValidationError(told))
        return named or coded

    def settle(self, row):
        is_new = row.instance.pk is None
        if is_new:
            row.instance.source = self.told_source()
        # Told nothing of it, an organisation stays what it is, and a new one is to be verified.
        if not row.values.get("status"):
            row.values.pop("status", None)
        marked = set() if is_new else set(row.instance.cities.all())
        others = {city for city in marked if city.cadastral_code not in self.own_cities}
        if "cities" in row.values and "cities" not in row.wrong:
            cities = set(row.values["cities"]) | others | ({self.place} if is_new else set())
        else:
            cities = marked | {self.place}
        row.values["cities"] = sorted(cities, key=cadastral_code)

    def told_source(self):
        told = _("import of %(city)s, %(day)s") % {
            "city": self.place.name,
            "day": date_format(timezone.localdate(), "DATE_FORMAT"),
        }
        return told[: field("source").max_length]

    def rules(self, row):
        after = self.stored_values
        if row.instance.pk is None:
            yield from self.rules_of_cities(row.instance, set(), set(after["cities"]))
        else:
            yield from self.refusals(row.instance, row.before, after)

    def may_undo(self, instance, reviewed):
        if reviewed.before is None:
            return super().may_undo(instance, reviewed)
        return not any(self.refusals(instance, reviewed.values, reviewed.before))

    def refusals(self, organisation, before, after):
        """Yield what somebody may not make of an organisation that is there."""
        changed = {name for name in before if before[name] != after[name]}
        allowed = self.editable if changed.difference(self.links) else self.placeable
        if organisation.pk not in allowed:
            yield NON_FIELD_ERRORS, ValidationError(_("You may not change this organisation."))
            return
        if "status" in changed and represents(self.by, organisation):
            told = _("Those who represent an organisation do not say whether it is verified.")
            yield "status", ValidationError(told)
        if "cities" in changed:
            yield from self.rules_of_cities(organisation, set(before["cities"]), set(after["cities"]))

    def rules_of_cities(self, organisation, before, after):
        if foreign := (before ^ after) - self.own_cities:
            names = City.objects.filter(cadastral_code__in=foreign).values_list("name", flat=True)
            told = _("Only the people of these cities mark organisations for them: %(cities)s.")
            yield "cities", ValidationError(told, params={"cities": ", ".join(sorted(names))})
        if unmarked := before - after:
            try:
                refuse_busy(organisation, City.objects.filter(cadastral_code__in=unmarked))
            except ValidationError as error:
                yield "cities", error
