from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from initiatives.codes import Basis, CostType
from initiatives.models import BudgetLine, FundingSource, Initiative
from initiatives.models.partners import FIRST_YEAR, LAST_YEAR
from will_portal.common.amounts import AmountField

EMPTY_ROWS = 3
MOST_ROWS = 100
# What tells one line from another.
KEY = ["year", "cost_type", "funding_source", "basis", "recurring"]
YEAR = gettext_lazy("Write a year with four digits, from 2000 on.")
AGAIN = gettext_lazy("A line above has the same year, cost, source and basis: write both into one.")


class BudgetLineForm(forms.ModelForm):
    year = forms.IntegerField(
        label=gettext_lazy("year"),
        required=False,
        min_value=FIRST_YEAR,
        max_value=LAST_YEAR,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages=dict.fromkeys(["invalid", "min_value", "max_value"], YEAR),
    )
    funding_source = forms.ModelChoiceField(
        queryset=FundingSource.objects.usable(), to_field_name="code", label=gettext_lazy("funding source")
    )
    amount = AmountField(
        label=gettext_lazy("amount (EUR)"),
        max_digits=14,
        decimal_places=2,
        min_value=0,
        error_messages={"min_value": gettext_lazy("Write zero or more.")},
    )

    class Meta:
        model = BudgetLine
        fields = ["year", "funding_source", "cost_type", "basis", "recurring", "amount"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["cost_type"].choices = [("", _("Choose…")), *CostType.choices]
        self.fields["basis"].choices = [("", _("Choose…")), *Basis.choices]


class BudgetFormSetBase(forms.BaseInlineFormSet):
    def __init__(self, *args, sources, **kwargs):
        self.sources = sources
        super().__init__(*args, **kwargs)

    def add_fields(self, form, index):
        super().add_fields(form, index)
        form.fields["funding_source"].choices = self.sources
        form.fields["id"].error_messages["invalid_choice"] = _(
            "Somebody has removed this line in the meantime: delete it here as well."
        )

    def clean(self):
        super().clean()
        met = set()
        for form in self.forms:
            if form.is_valid() and form.cleaned_data and not self._should_delete_form(form):
                self.refuse_again(form, met)

    def refuse_again(self, form, met):
        """Django asks only for pairs in which nothing is empty, and "not split by year" is."""
        key = tuple(form.cleaned_data[name] for name in KEY)
        if key in met:
            form.add_error("amount", AGAIN)
        met.add(key)
        try:
            form.instance.validate_constraints()
        except ValidationError as error:
            form.add_error(None, error)


BudgetFormSet = forms.inlineformset_factory(
    Initiative,
    BudgetLine,
    form=BudgetLineForm,
    formset=BudgetFormSetBase,
    extra=EMPTY_ROWS,
    max_num=MOST_ROWS,
    absolute_max=MOST_ROWS + EMPTY_ROWS,
    validate_max=True,
)


def offered_sources():
    """The choices of funding sources, asked for once for all rows."""
    return [("", _("Choose…")), *((source.code, source.label) for source in FundingSource.objects.usable())]
