import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Count, Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from cities.models import City, ContextFigure, ContextSeries, ProgrammeMembership, Region
from cities.models.context import FIRST_YEAR, LAST_YEAR

# Fewer years say little about change: such a series is not what the comparison opens with.
WORTH_A_LINE = 3
NEVER = "never"
TIMES = {
    ProgrammeMembership.Status.ACTIVE: _("In the programme"),
    ProgrammeMembership.Status.COMPLETED: _("Completed it"),
    ProgrammeMembership.Status.WITHDRAWN: _("Withdrew from it"),
    NEVER: _("Never in it"),
}


def regions_of_cities(request):
    located = Exists(City.objects.filter(region=OuterRef("istat_code")))
    return Region.objects.filter(located).only("name", "istat_code")


class CityFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(method="spelled", label=_("Name of the city"))
    region = django_filters.ModelChoiceFilter(
        queryset=regions_of_cities,
        to_field_name="istat_code",
        label=_("Region"),
        empty_label=_("All regions"),
    )
    programme = django_filters.ChoiceFilter(
        method="in_time", choices=list(TIMES.items()), label=_("Programme"), empty_label=_("All cities")
    )

    class Meta:
        model = City
        fields = []

    @classmethod
    def of(cls, request):
        cities = City.objects.without_shapes().prefetch_related("programme_memberships")
        return cls(request.GET, cities, request=request)

    def spelled(self, cities, name, text):
        return cities.spelled_like(text)

    def in_time(self, cities, name, status):
        times = ProgrammeMembership.objects.filter(city=OuterRef("pk"))
        return cities.filter(~Exists(times) if status == NEVER else Exists(times.filter(status=status)))


class SeriesField(forms.ModelChoiceField):
    def label_from_instance(self, series):
        return f"{series.name} ({series.get_level_display()})"


class ComparisonForm(forms.Form):
    series = SeriesField(
        queryset=None, to_field_name="code", empty_label=None, label=_("Series"), required=False
    )
    city = forms.ModelChoiceField(
        queryset=None,
        to_field_name="slug",
        empty_label=_("None of them"),
        label=_("City in colour"),
        required=False,
    )
    from_year = forms.IntegerField(
        min_value=FIRST_YEAR, max_value=LAST_YEAR, label=_("From the year"), required=False
    )
    to_year = forms.IntegerField(
        min_value=FIRST_YEAR, max_value=LAST_YEAR, label=_("To the year"), required=False
    )

    def __init__(self, asked):
        series = ContextSeries.objects.alias(years=Count("figures__year", distinct=True))
        known = series.filter(years__gt=0)
        opening = series.filter(years__gte=WORTH_A_LINE).first() or known.first()
        super().__init__({"series": opening.code if opening else ""} | asked.dict())
        self.fields["series"].queryset = known
        has_figures = Exists(ContextFigure.objects.filter(city=OuterRef("pk")))
        self.fields["city"].queryset = City.objects.filter(has_figures).without_shapes()

    def clean(self):
        first, last = self.cleaned_data.get("from_year"), self.cleaned_data.get("to_year")
        if first and last and first > last:
            raise ValidationError({"to_year": _("The last year lies before the first.")})
