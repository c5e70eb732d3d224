"""From the query of an address to what is asked of the dashboard."""

from functools import partial
from itertools import groupby

from django import forms
from django.db.models import Exists, OuterRef
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cities.models import City, ProgrammeMembership
from evaluation.dashboard_fields import (
    CodeField,
    InitiativeField,
    MonthField,
    ObjectField,
    ObjectsField,
    OrganisationField,
    ReleaseField,
)
from evaluation.figures import spans
from evaluation.figures.asked import PANELS, Asked, basis_of, finest
from evaluation.figures.indicators import ledger, links, log
from evaluation.figures.periods import LENGTHS, Period
from evaluation.figures.splits import BROKEN_DOWN, SPLITS
from evaluation.figures.statements import objects_of
from evaluation.models import Indicator, IndicatorVersion
from evaluation.models.indicators import Topic
from initiatives.calendar import FIRST_DAY, months_before
from initiatives.codes import Basis, InnovationArea, InnovationLever, Stage
from initiatives.models import Initiative, InterventionKind, Partner
from thirdsector.codes import UserArea
from thirdsector.models import Organisation

# What the dashboard opens with.
FIRST_SHOWN = "new-people"
VIEWS = [
    (PANELS, gettext_lazy("Panels")),
    ("ranking", gettext_lazy("Ranking")),
    ("heatmap", gettext_lazy("Heatmap")),
    ("map", gettext_lazy("Map")),
    ("table", gettext_lazy("Table")),
    ("breakdown", gettext_lazy("Breakdown")),
]
# What tells deliveries apart, and what tells initiatives apart.
OF_DELIVERIES = ["kind", "organisation"]
OF_INITIATIVES = ["area", "innovation", "lever", "stage", "initiative"]
EVERY = [
    ("month", gettext_lazy("Months")),
    ("quarter", gettext_lazy("Quarters")),
    ("year", gettext_lazy("Years")),
]


def indicators_by_topic(indicators):
    topics = list(Topic)
    ordered = sorted(indicators, key=lambda indicator: topics.index(indicator.topic))
    return [
        (Topic(topic).label, [(found.code, found.current.name) for found in some])
        for topic, some in groupby(ordered, lambda found: found.topic)
    ]


def indicators_of_today():
    """Return the indicators that hold today, each with its `current` version."""
    versions = objects_of(latest_versions, timezone.localdate())
    current = {version.indicator_id: version for version in versions}
    found = [indicator for indicator in objects_of(indicators_ever) if indicator.pk in current]
    for indicator in found:
        version = current[indicator.pk]
        version.indicator, indicator.current_versions = indicator, [version]
    return found


def latest_versions(day):
    return IndicatorVersion.objects.latest_on(day).defer("loaded")


def indicators_ever():
    return Indicator.objects.defer("loaded")


def cities_of_programme():
    return objects_of(cities_ever)


def cities_ever():
    times = ProgrammeMembership.objects.filter(city=OuterRef("pk"))
    return City.objects.filter(Exists(times)).defer("boundary", "loaded")


def kinds_ever():
    return InterventionKind.objects.defer("loaded")


def implementers(user):
    """Return [(code, name)] of the bodies that deliver what somebody sees; others are found by link only."""
    seen = Initiative.objects.visible_to(user).values("pk")
    roles = Partner.objects.filter(role="implementer", organisation=OuterRef("pk"), initiative__in=seen)
    found = Organisation.objects.filter(Exists(roles)).values_list("public_id", "name")
    return [(str(public_id), name) for public_id, name in found]


def offered(field):
    return [(str(code), str(words)) for code, words in getattr(field, "choices", ())]


class AskedForm(forms.Form):
    """What an address asks; valid, it has `asked`, and `notes` on what was not understood as written."""

    use_required_attribute = False

    def __init__(self, query, *, user, reader):
        super().__init__(query)
        self.reader = reader
        self.notes = []
        self.asked = None
        self.counts = None
        indicators = {found.code: found for found in indicators_of_today()}
        cities = {city.slug: city for city in cities_of_programme()}
        kinds = {kind.code: kind for kind in objects_of(kinds_ever)}
        self.fields |= {
            "indicator": ObjectField(
                _("Indicator"), indicators, choices=indicators_by_topic(indicators.values())
            ),
            "from": MonthField(_("From the month")),
            "to": MonthField(_("To the month")),
            "by": CodeField(_("Figures by"), EVERY),
            "city": ObjectsField(_("Cities"), cities),
            "highlight": ObjectField(_("City in colour"), cities, _("None of them")),
            "area": CodeField(_("User area"), UserArea.choices, _("All user areas")),
            "innovation": CodeField(_("Innovation area"), InnovationArea.choices, _("All areas")),
            "lever": CodeField(_("Lever"), InnovationLever.choices, _("All levers")),
            "stage": CodeField(_("Stage"), Stage.choices, _("All stages")),
            "kind": ObjectField(
                _("Kind of intervention"),
                kinds,
                _("All kinds"),
                [(code, f"{code} {kind}") for code, kind in kinds.items()],
            ),
            "organisation": OrganisationField(
                _("Delivered by"), partial(implementers, user), _("All organisations")
            ),
            "basis": CodeField(_("Money of the budgets"), Basis.choices, _("As in the definition")),
            "split": CodeField(
                _("Broken down by"),
                [(code, split.name) for code, split in SPLITS.items()],
                _("Not broken down"),
            ),
            "initiative": InitiativeField(user, list(cities.values())),
            "view": CodeField(_("View"), VIEWS, widget=forms.HiddenInput),
            "release": ReleaseField(),
        }

    @property
    def content(self):
        """All that its HTML shows."""
        return [(field.name, field.value(), offered(field.field), list(field.errors)) for field in self]

    @property
    def main_fields(self):
        return [self[name] for name in ["indicator", "from", "to", "by", "highlight"]]

    @property
    def more_fields(self):
        names = ["area", "innovation", "lever", "stage", "kind", "organisation", "basis", "split"]
        return [self[name] for name in names]

    @property
    def has_more(self):
        """Whether some of the fields that are folded away say something."""
        return any(field.value() or field.errors for field in [*self.more_fields, self["city"]])

    def clean(self):
        if not self.fields["indicator"].found:
            self.add_error("indicator", _("No indicator has been loaded yet."))
        if not self.errors:
            self.counts = spans.published(self.cleaned_data["release"])
            self.asked = self.question()
        if self.errors:
            self.asked = None
            self.show_defaults()
        else:
            self.show_what_is_asked()

    def question(self):
        given = self.cleaned_data
        cities = self.cities()
        indicator = given["indicator"] or self.first_indicator()
        shortest = finest(indicator, self.is_own(cities))
        period = self.period(indicator, shortest)
        highlight = self.highlight(cities)
        self.note_what_is_not_told(indicator)
        return Asked(
            indicator=indicator,
            cities=cities,
            every_city=len(cities) == len(self.fields["city"].found),
            first=period.first,
            last=period.last,
            every=self.every(shortest),
            user_area=given["area"],
            innovation_area=given["innovation"],
            innovation_lever=given["lever"],
            stage=given["stage"],
            initiative=given["initiative"],
            kind=given["kind"],
            organisation=given["organisation"],
            highlight=highlight,
            is_colourless=highlight is None and self.own_of(cities) is not None,
            release=given["release"],
            **self.of_some_indicators(indicator),
        )

    def cities(self):
        """Those chosen, or all; of an initiative only its own, since others have no part in it."""
        every, initiative = tuple(self.fields["city"].found.values()), self.cleaned_data["initiative"]
        chosen = self.cleaned_data["city"]
        if initiative is None:
            return chosen or every
        cities = tuple(city for city in every if city.pk == initiative.city_id)
        if not set(chosen) <= set(cities):
            words = _("The initiative “%(title)s” is of %(city)s: other cities have no part in it.")
            self.notes.append(words % {"title": initiative.title, "city": cities[0].name})
        return cities

    def first_indicator(self):
        found = self.fields["indicator"].found
        return found.get(FIRST_SHOWN) or next(iter(found.values()))

    def is_own(self, cities):
        """Whether all figures are those that cities read of themselves."""
        if self.cleaned_data["release"]:
            return False
        return all(city.pk in self.reader.own_cities for city in cities)

    def highlight(self, cities):
        """The city in colour: the one chosen, or where nothing is said of it the reader's own."""
        chosen = self.cleaned_data["highlight"]
        if chosen is None:
            return None if "highlight" in self.data else self.own_of(cities)
        if chosen in cities:
            return chosen
        self.notes.append(_("%(city)s is not among the cities shown: none is in colour.") % {"city": chosen})
        return None

    def own_of(self, cities):
        """The reader's own city among these, if there is just one."""
        own = [city for city in cities if city.pk in self.reader.own_cities]
        return own[0] if len(own) == 1 else None

    def every(self, shortest):
        asked_for = self.cleaned_data["by"]
        if not asked_for:
            return max("quarter", shortest, key=LENGTHS.get)
        if LENGTHS[asked_for] >= LENGTHS[shortest]:
            return asked_for
        self.notes.append(WHY_LONGER[shortest])
        return shortest

    def period(self, indicator, shortest):
        usual = spans.opening(self.counts, LENGTHS[shortest])
        first, last = self.cleaned_data["from"], self.cleaned_data["to"]
        if last is None:
            last = max(usual.last, first or usual.last)
        if first is None:
            first = usual.first if usual.first <= last else months_before(last, spans.TWO_YEARS - 1)
            first = max(first, FIRST_DAY)
        if first > last:
            self.add_error("to", _("The last month lies before the first."))
            return usual
        return self.widened(Period(first, last), shortest)

    def widened(self, period, shortest):
        whole = spans.whole(period, shortest)
        if whole.length > spans.MOST_MONTHS:
            self.add_error("from", _("Choose ten years at the most."))
        elif whole != period:
            self.notes.append(WHY_WIDER[shortest])
        return whole

    def of_some_indicators(self, indicator):
        """Return what only some indicators know, with a note where it was asked of another one."""
        given, basis = self.cleaned_data, basis_of(indicator, self.cleaned_data["basis"])
        if given["basis"] and not basis:
            self.notes.append(_("Budgeted, committed and paid are told apart only of money in the budgets."))
        split, view = given["split"], given["view"] or PANELS
        is_breakdown = view == "breakdown"
        if (split or is_breakdown) and (why := self.why_whole(indicator)):
            self.notes.append(why)
            split, view = "", PANELS if is_breakdown else view
        elif is_breakdown:
            split = split or "sex"
        return {"basis": basis, "split": split, "view": view}

    def why_whole(self, indicator):
        """Return why what is asked for cannot be broken down; nothing where it can."""
        if indicator.code != BROKEN_DOWN:
            return _("Only the people served are broken down by sex, age and citizenship.")
        if self.cleaned_data["kind"] or self.cleaned_data["organisation"]:
            return _(
                "The people of a single kind of intervention or organisation are not told apart by sex, age"
                " and citizenship."
            )
        return ""

    def note_what_is_not_told(self, indicator):
        """Say of which choices an indicator knows nothing: they stay, and its figures do not apply."""
        if indicator.code in log.INDICATORS:
            return
        of_initiatives = indicator.code in {*ledger.INDICATORS, *links.INDICATORS}
        names = OF_DELIVERIES if of_initiatives else [*OF_DELIVERIES, *OF_INITIATIVES]
        if chosen := [self.fields[name].label for name in names if self.cleaned_data[name]]:
            words = _("This indicator is not told by what you chose, and does not apply to it: %(chosen)s.")
            self.notes.append(words % {"chosen": ", ".join(chosen)})

    def show_defaults(self):
        """Let lists of which nothing was chosen not stand on their first value."""
        shown = self.data.copy()
        found = self.fields["indicator"].found
        shown["indicator"] = shown.get("indicator") or (self.first_indicator().code if found else "")
        shown["by"] = shown.get("by") or "quarter"
        self.data = shown

    def show_what_is_asked(self):
        """Let the fields show what was understood, defaults included."""
        shown = QueryDict(mutable=True)
        for name, value in self.asked.parameters.items():
            shown.setlist(name, value if isinstance(value, list) else [str(value)])
        self.data = shown


WHY_LONGER = {
    "quarter": gettext_lazy(
        "This indicator is told by quarter at the finest: months would tell of few people."
    ),
    "year": gettext_lazy("This indicator is told by year."),
}
WHY_WIDER = {
    "quarter": gettext_lazy("The time was widened to whole quarters, of which this indicator is told."),
    "year": gettext_lazy("The time was widened to whole years, of which this indicator is told."),
}
