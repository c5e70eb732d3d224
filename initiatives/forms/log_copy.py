"""The deliveries of one month proposed for another: what recurs is written down once."""

from calendar import monthrange
from uuid import uuid5

from django import forms
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from initiatives.calendar import FIRST_DAY
from initiatives.differences import spelled
from initiatives.forms.counts import CountField
from initiatives.forms.days import DayInput
from initiatives.forms.log import DayChecks, InitiativeField
from initiatives.forms.log_choices import initiatives_for
from initiatives.models import Intervention
from initiatives.models.log import MOST

UNITS = {
    "people_served": gettext_lazy("people"),
    "households": gettext_lazy("households"),
    "contacts": gettext_lazy("contacts"),
}


class MonthField(forms.DateField):
    def __init__(self, **options):
        widget = forms.DateInput({"type": "month"}, format="%Y-%m")
        super().__init__(input_formats=["%Y-%m"], widget=widget, **options)


class CopyForm(forms.Form):
    """Which initiative and which month."""

    initiative = InitiativeField(
        queryset=None, to_field_name="public_id", empty_label=None, label=gettext_lazy("initiative")
    )
    month = MonthField(label=gettext_lazy("month to fill in"))

    def __init__(self, data=None, *, by):
        super().__init__(data, initial={"month": timezone.localdate()})
        self.fields["initiative"].queryset = initiatives_for(by)

    def clean_month(self):
        month = self.cleaned_data["month"]
        if month < FIRST_DAY:
            raise forms.ValidationError(_("Check the year of this month."))
        if month > timezone.localdate():
            raise forms.ValidationError(_("This month has not come yet."))
        return month


class CopyRow(DayChecks, forms.Form):
    take = forms.BooleanField(required=False)
    day = forms.DateField(widget=DayInput, label=gettext_lazy("day"))
    number = CountField(min_value=0, max_value=MOST, label=gettext_lazy("number"))
    new_people = CountField(
        min_value=0, max_value=MOST, required=False, label=gettext_lazy("of whom new to the initiative")
    )

    def __init__(self, *args, source, month, partner, **kwargs):
        super().__init__(*args, **kwargs)
        self.source, self.month, self.partner = source, month, partner
        self.key = key_of(source, month)
        self.logged = None
        self.unit = unit_of(source)
        self.unit_name = UNITS[self.unit]
        if source.whole_month:
            self.fields["day"].widget = forms.HiddenInput()
        if self.unit != "people_served":
            del self.fields["new_people"]
        for field in self.fields.values():
            what = field.label or _("copy")
            field.widget.attrs["aria-label"] = f"{what}, {source.day.day}, {source.kind}"
            field.widget.attrs["aria-describedby"] = f"{self.prefix}-errors"

    def tell_logged(self, entry):
        """Say that this delivery is in the log already; whoever wants it once more ticks it."""
        self.logged = entry
        self.initial["take"] = False

    @property
    def is_taken(self):
        return bool(self.data.get(self.add_prefix("take")))

    @property
    def told_before(self):
        """How many there were in the month that is copied, and when."""
        source = self.source
        values = {
            "month": date_format(source.day, "F"),
            "number": spelled(getattr(source, self.unit)),
            "day": source.day.day,
        }
        if source.whole_month:
            return _("in %(month)s: %(number)s") % values
        return _("in %(month)s: %(number)s, on day %(day)s") % values

    @property
    def said(self):
        """Its errors as one list, whichever field they are of."""
        return [error for errors in self.errors.values() for error in errors]

    def clean(self):
        values = self.cleaned_data
        values["whole_month"] = self.source.whole_month
        if day := values.get("day"):
            if day.replace(day=1) != self.month:
                self.add_error("day", _("This day is not in the month that is filled in."))
            else:
                self.check_day(day, self.source.initiative)
                if self.partner:
                    self.check_part(self.partner)
        if (values.get("new_people") or 0) > (values.get("number") or 0):
            self.add_error("new_people", _("More people cannot be new than were served."))
        return values

    def entry(self):
        """The unsaved entry: of the month before only what does not count anything."""
        values, source = self.cleaned_data, self.source
        return Intervention(
            public_id=self.key,
            initiative=source.initiative,
            day=values["day"],
            whole_month=source.whole_month,
            kind=source.kind,
            place=source.place,
            delivered_by=source.delivered_by,
            new_people=values.get("new_people"),
            **{self.unit: values["number"]},
        )


def key_of(source, month):
    """The same whenever, and by whomever, an entry is copied to a month: it is copied once."""
    return uuid5(source.public_id, f"{month:%Y-%m}")


def unit_of(source):
    return next(name for name in UNITS if getattr(source, name) is not None)


def proposed(source, month):
    """The first values of a row: the same day of the month, or its last where it has no such day."""
    last = monthrange(month.year, month.month)[1]
    day = month.replace(day=min(source.day.day, last))
    # What has not come yet is left to be ticked when it has.
    has_come = day <= timezone.localdate()
    return {"take": has_come, "day": day, "number": getattr(source, unit_of(source))}
