import django_filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cities.models import City
from thirdsector.codes import LegalForm, RuntsSection
from thirdsector.fiscal_codes import DIGITS, compact
from thirdsector.models import Organisation


class OrganisationFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(method="spelled", label=_("Name or fiscal code"))
    city = django_filters.ModelChoiceFilter(
        field_name="cities",
        queryset=lambda request: City.objects.without_shapes(),
        to_field_name="slug",
        label=_("Active in"),
        empty_label=_("All cities"),
    )
    section = django_filters.ChoiceFilter(
        field_name="runts_section",
        choices=RuntsSection.choices,
        label=_("Section of the RUNTS"),
        empty_label=_("All sections"),
    )
    form = django_filters.ChoiceFilter(
        field_name="legal_form",
        choices=LegalForm.choices,
        label=_("Legal form"),
        empty_label=_("All legal forms"),
    )
    status = django_filters.ChoiceFilter(
        choices=Organisation.Status.choices, label=_("Status"), empty_label=_("All states")
    )

    class Meta:
        model = Organisation
        fields = []

    @classmethod
    def of(cls, request):
        return cls(request.GET, Organisation.objects.with_city_names(), request=request)

    def spelled(self, organisations, name, text):
        code = compact(text)
        if len(code) == DIGITS and code.isdecimal():
            return organisations.filter(fiscal_code=code)
        found = Q(pk__in=Organisation.objects.matching(text).values("pk"))
        if code.isdecimal():
            # Spreadsheets drop zeros in front.
            found |= Q(fiscal_code=code.zfill(DIGITS))
        return organisations.filter(found)
