"""The fields of a question to the dashboard: each takes what an address writes, and says what it is not."""

import re
from datetime import date
from itertools import chain
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.choices import BaseChoiceIterator
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evaluation.figures.periods import Period
from evaluation.models import Release
from initiatives.calendar import FIRST_DAY, LAST_DAY
from initiatives.models import Initiative
from thirdsector.models import Organisation

END = LAST_DAY.replace(day=1)
MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")
UNKNOWN = {
    name: gettext_lazy("Choose among the values offered.") for name in ["invalid_choice", "invalid_list"]
}


class Offered(BaseChoiceIterator):
    """Choices as they are, without a search for groups in them, and not looked at before they are shown."""

    def __init__(self, choices, empty=None):
        self.choices = choices
        self.first = [("", empty)] if empty else []

    def __iter__(self):
        return chain(self.first, self.choices)


class CodeField(forms.ChoiceField):
    def __init__(self, label, choices, empty=None, **options):
        choices = Offered(choices, empty)
        super().__init__(label=label, choices=choices, required=False, error_messages=UNKNOWN, **options)


class ObjectField(CodeField):
    """One of some objects, known by the code that addresses write; None where none was chosen."""

    def __init__(self, label, found, empty=None, choices=None, **options):
        self.found = found
        super().__init__(label, found.items() if choices is None else choices, empty, **options)

    def valid_value(self, value):
        return value in self.found

    def clean(self, value):
        return self.found.get(super().clean(value))


class ObjectsField(forms.MultipleChoiceField):
    def __init__(self, label, found):
        self.found = found
        super().__init__(
            label=label,
            choices=Offered(found.items()),
            required=False,
            error_messages=UNKNOWN,
            widget=forms.CheckboxSelectMultiple,
        )

    def clean(self, values):
        chosen = super().clean(values)
        return tuple(thing for code, thing in self.found.items() if code in chosen)


class MonthField(forms.CharField):
    def __init__(self, label):
        widget = forms.TextInput({"type": "month", "placeholder": "2025-03"})
        super().__init__(label=label, required=False, widget=widget)

    def clean(self, value):
        text = super().clean(value)
        if not text:
            return None
        found = MONTH.fullmatch(text)
        month = found and found[1] != "0000" and date(int(found[1]), int(found[2]), 1)
        if not month:
            raise ValidationError(_("Write the month as in 2025-03."))
        if not FIRST_DAY <= month <= LAST_DAY:
            words = _("Choose a month from %(first)s to %(last)s.")
            raise ValidationError(words % {"first": Period(FIRST_DAY, FIRST_DAY), "last": Period(END, END)})
        return month


class ReleaseField(forms.IntegerField):
    def __init__(self):
        words = _("There is no release with this number.")
        super().__init__(
            min_value=1,
            max_value=2**31 - 1,
            required=False,
            label=_("Release"),
            widget=forms.HiddenInput,
            error_messages=dict.fromkeys(["invalid", "min_value", "max_value"], words),
        )

    def clean(self, value):
        number = super().clean(value)
        release = number and Release.objects.filter(pk=number).first()
        if number and not release:
            raise ValidationError(self.error_messages["invalid"])
        return release or None


class InitiativeField(forms.CharField):
    """One that somebody sees and on which deliveries are logged, by its code."""

    def __init__(self, user, cities):
        self.user = user
        self.cities = cities
        super().__init__(required=False, label=_("Initiative"), widget=forms.HiddenInput)

    def clean(self, value):
        code = super().clean(value)
        if not code:
            return None
        seen = Initiative.objects.visible_to(self.user).loggable()
        found = seen.only("code", "title", "city").filter(city__in=self.cities, code=code).first()
        if found is None:
            raise ValidationError(_("There is no initiative with this code, or you do not see it."))
        return found


class OrganisationField(CodeField):
    """Offers those that a person sees at work, and takes each of the register: it is public."""

    def __init__(self, label, find, empty):
        # Pages offer them; of a fragment or a file nobody chooses.
        super().__init__(label, SimpleLazyObject(find), empty)

    def valid_value(self, value):
        return True

    def clean(self, value):
        public_id = super().clean(value)
        if not public_id:
            return None
        try:
            return Organisation.objects.only("public_id", "name").get(public_id=UUID(public_id))
        except (ValueError, Organisation.DoesNotExist):
            raise ValidationError(UNKNOWN["invalid_choice"]) from None
