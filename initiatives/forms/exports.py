from django import forms

from initiatives.models import ExportRun

# Of the address of the list: what it filters by, not which page of it somebody was on.
LONGEST = ExportRun._meta.get_field("query").max_length


class ExportForm(forms.Form):
    format = forms.ChoiceField(choices=ExportRun.Format.choices)
    query = forms.CharField(required=False, max_length=LONGEST, widget=forms.HiddenInput)
