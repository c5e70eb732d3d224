"""From the query of an address to what is asked of the dashboard."""

import re
from datetime import date
from itertools import groupby
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cities.models import City, ProgrammeMembership
from evaluation.figures import spans
from evaluation.figures.asked import PANELS, Asked, finest
from evaluation.figures.periods import LENGTHS, Period
from evaluation.models import Indicator, Release
from evaluation.models.indicators import Source, Topic
from initiatives.calendar import FIRST_DAY, LAST_DAY, months_before
from initiatives.codes import Basis, InnovationArea, InnovationLever, Stage
from initiatives.models import Initiative, InterventionKind, Partner
from thirdsector.codes import UserArea
from thirdsector.models import Organisation

# What the dashboard opens with.
FIRST_SHOWN = "new-people"
SPLIT = "people-served"
MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")
UNKNOWN = {
    name: gettext_lazy("Choose among the values offered.") for name in ["invalid_choice", "invalid_list"]
}
VIEWS = [
    (PANELS, gettext_lazy("Panels")),
    ("ranking", gettext_lazy("Ranking")),
    ("heatmap", gettext_lazy("Heatmap")),
    ("map", gettext_lazy("Map")),
    ("table", gettext_lazy("Table")),
    ("breakdown", gettext_lazy("Breakdown")),
]
EVERY = [
    ("month", gettext_lazy("Months")),
    ("quarter", gettext_lazy("Quarters")),
    ("year", gettext_lazy("Years")),
]
SPLITS = [
    ("sex", gettext_lazy("Sex")),
    ("age", gettext_lazy("Age")),
    ("citizenship", gettext_lazy("Citizenship")),
]


class CodeField(forms.ChoiceField):
    def __init__(self, label, choices, empty=None, **options):
        choices = [*([("", empty)] if empty else []), *choices]
        super().__init__(label=label, choices=choices, required=False, error_messages=UNKNOWN, **options)


class ObjectField(CodeField):
    """One of some objects, known by the code that addresses write; None where none was chosen."""

    def __init__(self, label, found, empty=None, choices=None, **options):
        self.found = found
        super().__init__(label, found.items() if choices is None else choices, empty, **options)

    def valid_value(self, value):
        return value in self.found

    def clean(self, value):
        return self.found.get(super().clean(value))


class ObjectsField(forms.MultipleChoiceField):
    def __init__(self, label, found):
        self.found = found
        super().__init__(
            label=label,
            choices=found.items(),
            required=False,
            error_messages=UNKNOWN,
            widget=forms.CheckboxSelectMultiple,
        )

    def clean(self, values):
        chosen = super().clean(values)
        return tuple(thing for code, thing in self.found.items() if code in chosen)


class MonthField(forms.CharField):
    def __init__(self, label):
        widget = forms.TextInput({"type": "month", "placeholder": "2025-03"})
        super().__init__(label=label, required=False, widget=widget)

    def clean(self, value):
        text = super().clean(value)
        if not text:
            return None
        found = MONTH.fullmatch(text)
        month = found and found[1] != "0000" and date(int(found[1]), int(found[2]), 1)
        if not month or not FIRST_DAY <= month <= LAST_DAY:
            raise ValidationError(_("Write the month as in 2025-03."))
        return month


class ReleaseField(forms.IntegerField):
    def __init__(self):
        words = _("There is no release with this number.")
        super().__init__(
            min_value=1,
            max_value=2**31 - 1,
            required=False,
            label=_("Release"),
            widget=forms.HiddenInput,
            error_messages=dict.fromkeys(["invalid", "min_value", "max_value"], words),
        )

    def clean(self, value):
        number = super().clean(value)
        release = number and Release.objects.filter(pk=number).first()
        if number and not release:
            raise ValidationError(self.error_messages["invalid"])
        return release or None


class InitiativeField(forms.CharField):
    """One that somebody sees and on which deliveries are logged, by its code."""

    def __init__(self, user):
        self.user = user
        super().__init__(required=False, label=_("Initiative"), widget=forms.HiddenInput)

    def clean(self, value):
        code = super().clean(value)
        if not code:
            return None
        seen = Initiative.objects.visible_to(self.user).loggable()
        seen = seen.filter(city__in=cities_of_programme().values("pk"))
        found = seen.only("code", "title", "city").filter(code=code).first()
        if found is None:
            raise ValidationError(_("There is no initiative with this code, or you do not see it."))
        return found


class OrganisationField(CodeField):
    """Offers those that a person sees at work, and takes each of the register: it is public."""

    def valid_value(self, value):
        return True

    def clean(self, value):
        public_id = super().clean(value)
        if not public_id:
            return None
        try:
            return Organisation.objects.only("public_id", "name").get(public_id=UUID(public_id))
        except (ValueError, Organisation.DoesNotExist):
            raise ValidationError(UNKNOWN["invalid_choice"]) from None


def indicators_by_topic(indicators):
    topics = list(Topic)
    ordered = sorted(indicators, key=lambda indicator: topics.index(indicator.topic))
    return [
        (Topic(topic).label, [(found.code, found.current.name) for found in some])
        for topic, some in groupby(ordered, lambda found: found.topic)
    ]


def cities_of_programme():
    times = ProgrammeMembership.objects.filter(city=OuterRef("pk"))
    return City.objects.filter(Exists(times)).without_shapes()


def implementers(user):
    """Return [(code, name)] of the bodies that deliver what somebody sees; others are found by link only."""
    seen = Initiative.objects.visible_to(user).values("pk")
    roles = Partner.objects.filter(role="implementer", organisation=OuterRef("pk"), initiative__in=seen)
    found = Organisation.objects.filter(Exists(roles)).only("public_id", "name")
    return [(str(body.public_id), body.name) for body in found]


class AskedForm(forms.Form):
    """What an address asks; valid, it has `asked`, and `notes` on what was not understood as written."""

    use_required_attribute = False

    def __init__(self, query, *, user, reader):
        super().__init__(query)
        self.reader = reader
        self.notes = []
        self.asked = None
        self.counts = None
        indicators = {found.code: found for found in Indicator.objects.with_current()}
        cities = {city.slug: city for city in cities_of_programme()}
        kinds = {kind.code: kind for kind in InterventionKind.objects.defer("loaded")}
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
            "organisation": OrganisationField(_("Delivered by"), implementers(user), _("All organisations")),
            "basis": CodeField(_("Money of the budgets"), Basis.choices, _("As in the definition")),
            "split": CodeField(_("Broken down by"), SPLITS, _("Not broken down")),
            "initiative": InitiativeField(user),
            "view": CodeField(_("View"), VIEWS, widget=forms.HiddenInput),
            "release": ReleaseField(),
        }

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
            highlight=self.highlight(cities),
            release=given["release"],
            **self.of_some_indicators(indicator),
        )

    def cities(self):
        """Those chosen, or all; of an initiative only its own, since others have no part in it."""
        every, initiative = tuple(self.fields["city"].found.values()), self.cleaned_data["initiative"]
        if initiative:
            return tuple(city for city in every if city.pk == initiative.city_id)
        return self.cleaned_data["city"] or every

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
        own = [city for city in cities if city.pk in self.reader.own_cities]
        chosen = self.cleaned_data["highlight"]
        if chosen is None and "highlight" not in self.data and len(own) == 1:
            return own[0]
        return chosen if chosen in cities else None

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
        given, version = self.cleaned_data, indicator.current
        basis, split, view = given["basis"], given["split"], given["view"] or PANELS
        if version.source == Source.MONEY:
            basis = basis or Basis.BUDGETED
        elif basis:
            self.notes.append(_("Budgeted, committed and paid are told apart only of money in the budgets."))
            basis = ""
        if indicator.code != SPLIT:
            if split or view == "breakdown":
                self.notes.append(_("Only the people served are broken down by sex, age and citizenship."))
            split, view = "", PANELS if view == "breakdown" else view
        elif view == "breakdown":
            split = split or "sex"
        return {"basis": basis, "split": split, "view": view}

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
