import django_filters
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from evaluation.models import RollupRun


def capitalised(choices):
    return [(value, capfirst(label)) for value, label in choices]


class RunFilter(django_filters.FilterSet):
    kind = django_filters.ChoiceFilter(
        choices=capitalised(RollupRun.Kind.choices), label=_("Kind"), empty_label=_("All kinds")
    )
    state = django_filters.ChoiceFilter(
        choices=capitalised(RollupRun.State.choices), label=_("State"), empty_label=_("All states")
    )

    class Meta:
        model = RollupRun
        fields = []

    @classmethod
    def of(cls, request):
        return cls(request.GET, RollupRun.objects.visible_to(request.user).select_related("by"))
