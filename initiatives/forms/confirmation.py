from uuid import UUID

from django import forms
from django.core.exceptions import BadRequest
from django.utils.translation import gettext_lazy as _

from initiatives.notes import refuse_personal_data


class VersionForm(forms.Form):
    """Carries which version of an entry somebody read before they decided."""

    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)


class WithdrawForm(VersionForm):
    reason = forms.CharField(
        label=_("Why it is withdrawn"),
        max_length=300,
        validators=[refuse_personal_data],
        help_text=_("For the record, for example: entered twice. Nothing about single persons."),
    )


class ReturnForm(VersionForm):
    note = forms.CharField(
        label=_("What to correct"),
        max_length=500,
        validators=[refuse_personal_data],
        widget=forms.Textarea({"rows": 3}),
        help_text=_("The partner reads this beside the entry. Nothing about single persons."),
    )


def read_seen(values):
    """Return {public id: version} of entries sent as "id:version", as the page wrote them."""
    try:
        pairs = [value.split(":") for value in values]
        return {UUID(key): int(version) for key, version in pairs}
    except ValueError as error:
        raise BadRequest("Not an entry with its version") from error
