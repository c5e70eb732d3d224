"""Of which place somebody reads the log, and what of it."""

from dataclasses import dataclass

import django_filters
from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cities.models import City
from initiatives.codes import PartnerRole
from initiatives.forms.days import DayInput
from initiatives.models import Initiative, Intervention, InterventionKind, Partner
from thirdsector.models import Organisation

CITY_ITSELF = "city"
STATES = {
    "counts": _("Counts"),
    "waiting": _("To be confirmed"),
    "returned": _("Returned"),
    "withdrawn": _("Withdrawn"),
}


@dataclass(frozen=True)
class Place:
    """A city for which somebody works, or an organisation for which they act."""

    key: str
    name: str
    city: City | None = None
    organisation: Organisation | None = None

    def entries_for(self, user):
        """Its part of the log, as far as this person may read it, by one number that an index knows."""
        visible = Intervention.objects.visible_to(user)
        if self.city:
            return visible.filter(city_id=self.city.pk)
        return visible.filter(delivered_by_id=self.organisation.pk)

    def holds(self, entry):
        if self.city:
            return entry.city_id == self.city.pk
        return entry.delivered_by_id == self.organisation.pk

    def initiatives_for(self, user):
        """Those of its log; of what a body has no part in today, only where this person reads entries."""
        if self.city:
            return self.city.initiatives.loggable()
        parts = Partner.objects.implementing().filter(organisation=self.organisation)
        read = self.entries_for(user).filter(initiative=OuterRef("pk"))
        seen = Q(pk__in=Initiative.objects.visible_to(user).values("pk")) | Exists(read)
        return Initiative.objects.loggable().filter(seen, pk__in=parts.values("initiative"))

    @property
    def url(self):
        return reverse("log:list", query={"place": self.key})


def places_of(user):
    cities = City.objects.worked_in_by(user).only("slug", "name")
    organisations = Organisation.objects.worked_in_by(user).only("public_id", "name")
    return [
        *(Place(city.slug, city.name, city=city) for city in cities),
        *(Place(str(body.public_id), body.name, organisation=body) for body in organisations),
    ]


def must_have_place(user):
    """Return the places of somebody; who has none has no business with the log."""
    places = places_of(user)
    if not places:
        raise PermissionDenied
    return places


class InitiativeChoice(django_filters.fields.ModelChoiceField):
    def label_from_instance(self, initiative):
        return f"{initiative.title} ({initiative.code})"


class InitiativeChoiceFilter(django_filters.ModelChoiceFilter):
    field_class = InitiativeChoice


class PeriodForm(forms.Form):
    def clean(self):
        first, last = self.cleaned_data.get("first"), self.cleaned_data.get("last")
        if first and last and last < first:
            self.add_error("last", _("This day lies before the first one."))
        return self.cleaned_data


class LogFilter(django_filters.FilterSet):
    place = django_filters.ChoiceFilter(method="of_place", label=_("Log of"), empty_label=None)
    initiative = InitiativeChoiceFilter(
        # With the city, by which the rows of a city's own initiatives are told to be its own.
        queryset=lambda request: request.place.initiatives_for(request.user).only(
            "code", "title", "public_id", "city"
        ),
        to_field_name="public_id",
        label=_("Initiative"),
        empty_label=_("All initiatives"),
    )
    kind = django_filters.ModelChoiceFilter(
        queryset=InterventionKind.objects.usable().defer("loaded"),
        to_field_name="code",
        label=_("Kind"),
        empty_label=_("All kinds"),
    )
    first = django_filters.DateFilter("day", "gte", label=_("From the day"), widget=DayInput)
    last = django_filters.DateFilter("day", "lte", label=_("To the day"), widget=DayInput)
    state = django_filters.ChoiceFilter(
        method="in_state", choices=list(STATES.items()), label=_("State"), empty_label=_("All but withdrawn")
    )
    body = django_filters.ChoiceFilter(method="by_body", label=_("Delivered by"), empty_label=_("Everybody"))

    class Meta:
        model = Intervention
        fields = []
        form = PeriodForm

    @classmethod
    def of(cls, request, places, saved=None):
        """The filters over that one of somebody's places that they ask for, or where they just saved."""
        asked = request.GET.get("place")
        request.place = next((place for place in places if place.key == asked), None) or next(
            (place for place in places if saved and place.holds(saved)), places[0]
        )
        found = cls(request.GET, request.place.entries_for(request.user), request=request)
        found.offer(places)
        return found

    def offer(self, places):
        fields, place = self.form.fields, self.request.place
        fields["place"].choices = [(each.key, each.name) for each in places]
        fields["place"].initial = place.key
        if len(places) == 1:
            del fields["place"]
        if place.city is None:
            del fields["body"]
            return
        bodies = implementing_bodies(place.city)
        fields["body"].choices = [(CITY_ITSELF, place.name), *((str(b.public_id), b.name) for b in bodies)]

    def of_place(self, entries, name, key):
        # Chosen before, since the other choices follow from it.
        return entries

    def in_state(self, entries, name, state):
        # Saying that it is unconfirmed lets the index of the unconfirmed answer.
        return {
            "counts": entries.confirmed(),
            "waiting": entries.to_confirm(),
            "returned": entries.returned().filter(confirmed_at=None),
            "withdrawn": entries.exclude(withdrawn_at=None),
        }[state]

    def by_body(self, entries, name, key):
        if key == CITY_ITSELF:
            return entries.filter(delivered_by=None)
        return entries.filter(delivered_by=Organisation.objects.only("pk").get(public_id=key))

    def filter_queryset(self, entries):
        entries = super().filter_queryset(entries)
        return entries if self.form.cleaned_data.get("state") else entries.present()


def implementing_bodies(city):
    """The organisations that are, or have been, implementing bodies of a city's initiatives."""
    partners = city.initiatives.filter(partners__role=PartnerRole.IMPLEMENTER)
    return Organisation.objects.filter(pk__in=partners.values("partners__organisation")).only(
        "public_id", "name", "sort_key"
    )
