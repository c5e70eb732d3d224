from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from will_portal.common.amounts import parse_amount
from will_portal.common.numbers import spell_number


class CountField(forms.IntegerField):
    """A whole number as people write it: 1.234 is a thousand and more in Italian, never one and a bit."""

    widget = forms.TextInput
    default_error_messages = {
        "whole": _("Write a whole number, for example 12."),
        "min_value": _("Write zero or more."),
    }

    def to_python(self, value):
        if value is None or isinstance(value, int):
            return value
        if not value.strip():
            return None
        try:
            number = parse_amount(value, get_language())
        except ValidationError:
            # Says how amounts are written, with decimals.
            number = None
        if number is None or number != int(number):
            raise ValidationError(self.error_messages["whole"], code="whole")
        return int(number)

    def prepare_value(self, value):
        return spell_number(value) if isinstance(value, int) else value

    def widget_attrs(self, widget):
        return super().widget_attrs(widget) | {"inputmode": "numeric", "autocomplete": "off"}
