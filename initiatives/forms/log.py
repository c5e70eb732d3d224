"""The form of one entry: what people typed, checked as far as it can be without writing."""

from calendar import monthrange
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.forms.models import construct_instance
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from initiatives.calendar import FIRST_DAY
from initiatives.codes import PartnerRole
from initiatives.differences import spelled
from initiatives.forms.breakdown import BreakdownForm
from initiatives.forms.counts import CountField
from initiatives.forms.days import DayInput
from initiatives.forms.log_choices import body_choices, initiatives_for, kind_choices, recent_entries
from initiatives.models import Intervention, InterventionKind, Partner
from initiatives.models.log import AMOUNTS
from will_portal.common.amounts import AmountField

COUNTERS = ["people_served", "new_people", "living_elsewhere", "households", "contacts"]
MORE = [*COUNTERS[2:], *AMOUNTS, "delivered_by", "reference", "note"]
WITHIN_SERVED = {
    "new_people": gettext_lazy("More people cannot be new than were served."),
    "living_elsewhere": gettext_lazy("More people cannot live elsewhere than were served."),
}


class InitiativeField(forms.ModelChoiceField):
    def label_from_instance(self, initiative):
        return f"{initiative.title} ({initiative.code})"


class DayChecks:
    """What a form of entries says of their days; it has the fields `day` and `whole_month`."""

    def days_of(self, day):
        if not self.cleaned_data.get("whole_month"):
            return day, day
        return day, day.replace(day=monthrange(day.year, day.month)[1])

    def check_day(self, day, initiative):
        first, last = self.days_of(day)
        if first > timezone.localdate():
            self.add_error("day", _("This day has not come yet."))
        elif first < FIRST_DAY:
            self.add_error("day", _("Check the year of this day."))
        elif initiative.starts and last < initiative.starts:
            self.add_error("day", _("The initiative began on %(day)s.") % {"day": spelled(initiative.starts)})
        elif initiative.ends and first > initiative.ends:
            self.add_error("day", _("The initiative ended on %(day)s.") % {"day": spelled(initiative.ends)})

    def check_part(self, partner):
        """Delivered while the organisation had its part in the initiative."""
        if not (day := self.cleaned_data.get("day")):
            return
        first, last = self.days_of(day)
        names = {"body": partner.organisation.name}
        if partner.since and last < partner.since:
            names["day"] = spelled(partner.since)
            self.add_error("day", _("%(body)s has been an implementing body since %(day)s.") % names)
        elif partner.until and first > partner.until:
            names["day"] = spelled(partner.until)
            self.add_error("day", _("%(body)s was an implementing body until %(day)s.") % names)


class LogForm(DayChecks, forms.ModelForm):
    key = forms.UUIDField(required=False, widget=forms.HiddenInput)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    initiative = InitiativeField(
        queryset=None, to_field_name="public_id", empty_label=None, label=gettext_lazy("initiative")
    )
    kind = forms.ModelChoiceField(
        queryset=InterventionKind.objects.usable(), to_field_name="code", label=gettext_lazy("kind")
    )
    # Read in clean(), together with the organisation's part in the initiative.
    delivered_by = forms.UUIDField(required=False, widget=forms.Select, label=gettext_lazy("delivered by"))

    class Meta:
        model = Intervention
        # Without the foreign keys, which the model would look up a second time.
        fields = ["day", "whole_month", "place", *COUNTERS, *AMOUNTS, "note", "reference"]
        field_classes = dict.fromkeys(COUNTERS, CountField) | dict.fromkeys(AMOUNTS, AmountField)
        widgets = {"day": DayInput, "note": forms.Textarea({"rows": 2})}

    def __init__(self, data=None, *, by, **kwargs):
        super().__init__(data, **kwargs)
        self.by = by
        self.fields["initiative"].queryset = initiatives_for(by)
        # Asked for only when the form is drawn: saving does not need them.
        self.fields["kind"].widget.choices = lambda: kind_choices(self.recent)
        self.fields["delivered_by"].widget.choices = lambda: body_choices(by)
        self.fields["place"].widget.attrs |= {"list": "places", "autocomplete": "off"}
        self.fields["day"].widget.attrs["max"] = timezone.localdate().isoformat()
        self.is_new = self.instance.pk is None
        if not self.is_new:
            del self.fields["initiative"]
        self.breakdown = BreakdownForm(data, parts=[] if self.is_new else self.instance.breakdown.all())

    def begin_at(self, name):
        self.fields[name].widget.attrs["autofocus"] = True

    @property
    def leads_to_another(self):
        """Whether it was sent to be followed by another, which is then what the first button does."""
        return self.data.get("then") == "another"

    @cached_property
    def recent(self):
        return recent_entries(self.by)

    @property
    def has_initiatives(self):
        return self.fields["initiative"].queryset.exists()

    @property
    def places(self):
        return list(dict.fromkeys(entry.place for entry in self.recent if entry.place))

    @property
    def more(self):
        return [self[name] for name in MORE]

    @property
    def more_in_use(self):
        """Whether something behind "More" wants to be seen."""
        names = [name for name in MORE if name != "delivered_by"]
        return any(self[name].value() or self[name].errors for name in names) or "delivered_by" in self.errors

    def is_valid(self):
        # Both are asked, so that both say what is wrong.
        return super().is_valid() & self.breakdown.is_valid()

    @property
    def has_errors(self):
        return bool(self.is_bound and (self.errors or self.breakdown.errors))

    def clean_key(self):
        return self.cleaned_data["key"] or uuid4()

    def clean(self):
        values = self.cleaned_data
        initiative = values.get("initiative") or self.instance.initiative_id and self.instance.initiative
        day = values.get("day")
        if day and values.get("whole_month"):
            values["day"] = day = day.replace(day=1)
        if day and initiative:
            self.check_day(day, initiative)
        if initiative and "delivered_by" not in self.errors:
            self.set_body(initiative)
        self.check_counts()
        if self.is_new and initiative:
            self.instance.initiative = initiative
            self.instance.public_id = values.get("key") or uuid4()
        if "kind" in values:
            self.instance.kind = values["kind"]
        return values

    def _post_clean(self):
        # As every ModelForm, but without the constraints: each would be a question to the database.
        self.instance = construct_instance(self, self.instance, self._meta.fields)
        try:
            self.instance.clean_fields(exclude=self._get_validation_exclusions())
        except ValidationError as error:
            self._update_errors(error)

    def set_body(self, initiative):
        key = self.cleaned_data.get("delivered_by")
        if key is None:
            self.instance.delivered_by = None
            return
        partner = (
            Partner.objects.select_related("organisation")
            .filter(initiative=initiative, role=PartnerRole.IMPLEMENTER, organisation__public_id=key)
            .first()
        )
        if partner is None:
            self.add_error("delivered_by", _("This is not an implementing body of this initiative."))
            return
        self.instance.delivered_by = partner.organisation
        self.check_part(partner)

    def check_counts(self):
        values = self.cleaned_data
        served = values.get("people_served")
        counted = ["people_served", "households", "contacts"]
        if all(values.get(name) is None and name not in self.errors for name in counted):
            self.add_error(
                "people_served", _("Write how many people were served, or households, or contacts.")
            )
        if "people_served" in self.errors:
            return
        for name, message in WITHIN_SERVED.items():
            if values.get(name) is not None and served is None:
                self.add_error(name, _("This is a part of the people served: write these too."))
            elif (values.get(name) or 0) > (served or 0):
                self.add_error(name, message)

    def carry(self, **values):
        """Send these next time, with everything else as it was typed."""
        self.data = self.data.copy()
        for name, value in values.items():
            self.data[name] = str(value)
