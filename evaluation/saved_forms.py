from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _

from evaluation.dashboard_form import AskedForm
from evaluation.figures.reader import Reader
from evaluation.models import SavedView
from evaluation.models.views import MOST


class NameForm(forms.ModelForm):
    class Meta:
        model = SavedView
        fields = ["name"]

    def _get_validation_exclusions(self):
        # What is not asked for is not checked, and with it the name that its owner has given already.
        return super()._get_validation_exclusions() - {"owner"}


class SaveForm(NameForm):
    class Meta(NameForm.Meta):
        fields = ["name", "query"]
        widgets = {"query": forms.HiddenInput}

    def clean_query(self):
        owner = self.instance.owner
        asked = AskedForm(QueryDict(self.cleaned_data["query"]), user=owner, reader=Reader.of(owner))
        if not asked.is_valid():
            raise ValidationError(_("The dashboard cannot show this: open it, and save what you see there."))
        return asked.asked.query

    def clean(self):
        super().clean()
        if SavedView.objects.filter(owner=self.instance.owner).count() >= MOST:
            raise ValidationError(
                _("You have %(most)s saved views, the most there can be: delete one first."),
                params={"most": MOST},
            )
