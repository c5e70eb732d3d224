import django_filters
from django.db.models import Exists, F, OuterRef, Prefetch, Q
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from cities.models import City
from initiatives.codes import InnovationArea, InnovationLever, Origin, Stage
from initiatives.models import Initiative, Partner
from thirdsector.codes import UserArea
from thirdsector.models import Organisation


def of_city(city):
    """The condition that a city carries an initiative, alone or with others."""
    shared = Initiative.partner_cities.through.objects.filter(city=city)
    return Q(city=city) | Q(pk__in=shared.values("initiative"))


def cities_with_initiatives(request):
    seen = Initiative.objects.visible_to(request.user)
    shared = Initiative.partner_cities.through.objects.filter(initiative__in=seen.values("pk"))
    cities = Q(pk__in=seen.values("city")) | Q(pk__in=shared.values("city"))
    return City.objects.filter(cities).only("name", "slug")


def partners_of_initiatives(request):
    seen = Initiative.objects.visible_to(request.user).values("pk")
    parts = Partner.objects.filter(organisation=OuterRef("pk"), initiative__in=seen)
    return Organisation.objects.filter(Exists(parts)).only("name", "public_id")


class InitiativeFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(method="holding", label=_("Words in the title or summary"))
    city = django_filters.ModelChoiceFilter(
        method="in_city",
        queryset=cities_with_initiatives,
        to_field_name="slug",
        label=_("City"),
        empty_label=_("All cities"),
    )
    area = django_filters.ChoiceFilter(
        field_name="innovation_area",
        choices=InnovationArea.choices,
        label=_("Innovation area"),
        empty_label=_("All areas"),
    )
    lever = django_filters.ChoiceFilter(
        field_name="innovation_lever",
        choices=InnovationLever.choices,
        label=_("Lever"),
        empty_label=_("All levers"),
    )
    users = django_filters.ChoiceFilter(
        method="for_users", choices=UserArea.choices, label=_("User area"), empty_label=_("All user areas")
    )
    stage = django_filters.ChoiceFilter(choices=Stage.choices, label=_("Stage"), empty_label=_("All stages"))
    partner = django_filters.ModelChoiceFilter(
        method="with_partner",
        queryset=partners_of_initiatives,
        to_field_name="public_id",
        label=_("Partner organisation"),
        empty_label=_("All organisations"),
    )

    class Meta:
        model = Initiative
        fields = []

    @classmethod
    def of(cls, request):
        cities = City.objects.only("name", "slug")
        initiatives = Initiative.objects.visible_to(request.user).prefetch_related(
            Prefetch("city", cities), Prefetch("partner_cities", cities)
        )
        # Registers name many projects; what the cities themselves tell about comes first.
        initiatives = initiatives.order_by(Exact(F("origin"), Origin.REGISTER), "code")
        return cls(request.GET, initiatives.defer("words", "loaded", "summary"), request=request)

    def holding(self, initiatives, name, text):
        return initiatives.matching(text)

    def in_city(self, initiatives, name, city):
        return initiatives.filter(of_city(city))

    def for_users(self, initiatives, name, area):
        return initiatives.filter(user_areas__contains=[area])

    def with_partner(self, initiatives, name, organisation):
        return initiatives.filter(
            pk__in=Partner.objects.filter(organisation=organisation).values("initiative")
        )
