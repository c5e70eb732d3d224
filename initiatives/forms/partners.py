import re

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from initiatives.codes import PartnerRole
from initiatives.forms.days import DayInput
from initiatives.models import Partner
from thirdsector.models import Organisation
from will_portal.common.amounts import AmountField

FISCAL_CODE = re.compile(r"(?<![0-9])[0-9]{11}(?![0-9])")
NOT_LESS = {"min_value": 0, "error_messages": {"min_value": gettext_lazy("Write zero or more.")}}


def written(organisation):
    return f"{organisation.name} ({organisation.fiscal_code})"


class OrganisationField(forms.CharField):
    """An organisation of the directory, by name or fiscal code; the browser proposes those that there are."""

    widget = forms.TextInput(attrs={"list": "organisations", "autocomplete": "off"})

    def prepare_value(self, value):
        if isinstance(value, int):
            return written(Organisation.objects.get(pk=value))
        return written(value) if isinstance(value, Organisation) else value

    def to_python(self, value):
        text = super().to_python(value)
        if not text:
            return None
        code = FISCAL_CODE.search(text)
        open_ones = Organisation.objects.exclude(status=Organisation.Status.CLOSED)
        named = open_ones.filter(fiscal_code=code[0]) if code else open_ones.spelled_like(text)
        found = list(named[:2])
        if not found:
            raise ValidationError(_("The directory has no such organisation: choose one of those proposed."))
        if len(found) > 1 and found[0].name.casefold() != text.casefold():
            raise ValidationError(_("Several organisations are called so: add the fiscal code."))
        return found[0]


def offered_organisations(initiative):
    found = Organisation.objects.filter(invented=initiative.is_invented)
    return found.exclude(status=Organisation.Status.CLOSED).only("name", "fiscal_code")


class PartnerForm(forms.ModelForm):
    organisation = OrganisationField(
        label=gettext_lazy("organisation"), help_text=gettext_lazy("Type some letters of its name.")
    )
    cash = AmountField(
        label=gettext_lazy("contribution in cash (EUR)"),
        max_digits=14,
        decimal_places=2,
        required=False,
        **NOT_LESS,
    )
    in_kind = AmountField(
        label=gettext_lazy("contribution in kind (EUR)"),
        max_digits=14,
        decimal_places=2,
        required=False,
        **NOT_LESS,
    )
    hours = AmountField(
        label=gettext_lazy("contribution in hours"),
        max_digits=10,
        decimal_places=2,
        required=False,
        **NOT_LESS,
    )

    class Meta:
        model = Partner
        fields = ["organisation", "role", "since", "until", "cash", "in_kind", "hours"]
        widgets = {"since": DayInput, "until": DayInput}
        help_texts = {
            "role": gettext_lazy("Only people of an implementing body may log what it delivers."),
            "until": gettext_lazy("Empty for as long as it takes part."),
        }

    def __init__(self, *args, initiative, **kwargs):
        super().__init__(*args, **kwargs)
        self.instance.initiative, self.instance.city_id = initiative, initiative.city_id
        if self.instance.pk:
            # Who takes part stays; another organisation's part is a part of its own.
            del self.fields["organisation"], self.fields["role"]
        else:
            self.fields["role"].choices = [("", _("Choose…")), *PartnerRole.choices]
