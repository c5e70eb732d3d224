from django import forms
from django.utils.translation import gettext_lazy as _

from initiatives.notes import refuse_personal_data


class ReopenForm(forms.Form):
    reason = forms.CharField(
        label=_("Why it is reopened"),
        max_length=300,
        validators=[refuse_personal_data],
        help_text=_(
            "Everybody reads it beside the corrected figures. For example: a partner sent its log late."
        ),
    )
