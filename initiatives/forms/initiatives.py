import re

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cities.models import City
from initiatives.codes import Ending, InnovationArea, InnovationLever, Stage
from initiatives.forms.days import DayInput
from initiatives.models import Initiative, StageChange
from initiatives.models.initiatives import CUP
from thirdsector.codes import UserArea


def propose_code(city):
    """Return the next code of the city and this year, as in PR-2026-03."""
    start = f"{city.province_abbr}-{timezone.localdate().year}-"
    codes = Initiative.objects.filter(code__regex=rf"\A{start}[0-9]+\Z").values_list("code", flat=True)
    last = max((int(code.removeprefix(start)) for code in codes), default=0)
    return f"{start}{last + 1:02}"


def refuse_foreign_code(city, code):
    """A code that begins with the province of another city would be read as that city's."""
    start, own = code.split("-")[0], city.province_abbr
    if start == own:
        return
    if other := City.objects.filter(province_abbr=start).exclude(pk=city.pk).only("name").first():
        words = {"start": start, "city": other.name, "own": own}
        told = _("Codes with %(start)s are those of %(city)s: begin with %(own)s.")
        raise ValidationError(told, params=words)


class CupsField(forms.CharField):
    """Project codes, one a line or with commas; written back one a line."""

    widget = forms.Textarea(attrs={"rows": 3})

    def prepare_value(self, value):
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value):
        cups = [cup.upper() for cup in re.split(r"[\s,;]+", super().to_python(value)) if cup]
        wrong = [cup for cup in cups if not CUP.regex.search(cup)]
        if wrong:
            raise ValidationError(
                [
                    _("%(cup)s is no CUP: letter, two digits, letter, eleven digits, as in G17H03000130001.")
                    % {"cup": cup[:30]}
                    for cup in wrong
                ]
            )
        return list(dict.fromkeys(cups))

    def has_changed(self, initial, data):
        return super().has_changed(self.prepare_value(initial), data)


class OriginField(forms.ModelChoiceField):
    def __init__(self, seen, **options):
        super().__init__(**options)
        self.seen = set(seen)

    def label_from_instance(self, initiative):
        return str(initiative) if initiative.pk in self.seen else _("an initiative that you may not see")


class InitiativeForm(forms.ModelForm):
    cups = CupsField(
        label=gettext_lazy("CUPs"), required=False, help_text=gettext_lazy("One a line, or with commas.")
    )
    user_areas = forms.MultipleChoiceField(
        label=gettext_lazy("user areas"),
        choices=UserArea.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Initiative
        fields = [
            "city",
            "code",
            "title",
            "summary",
            "innovation_area",
            "innovation_lever",
            "user_areas",
            "starts",
            "ends",
            "cups",
            "partner_cities",
            "adapted_from",
        ]
        widgets = {
            "summary": forms.Textarea(attrs={"rows": 8}),
            "partner_cities": forms.CheckboxSelectMultiple,
            "starts": DayInput,
            "ends": DayInput,
        }
        error_messages = {"title": {"required": gettext_lazy("Write the title.")}}

    def __init__(self, *args, by, **kwargs):
        super().__init__(*args, **kwargs)
        cities = City.objects.only("name", "slug")
        self.fields["partner_cities"].queryset = cities.exclude(pk=self.instance.city_id)
        if self.instance.pk:
            del self.fields["city"], self.fields["code"]
        else:
            self.offer_cities(cities, by)
        self.fields["innovation_area"].choices = [("", _("Choose…")), *InnovationArea.choices]
        self.fields["innovation_lever"].choices = [("", _("Choose…")), *InnovationLever.choices]
        self.offer_origins(by)

    def offer_cities(self, cities, by):
        own = list(City.objects.worked_in_by(by).values_list("pk", flat=True))
        self.fields["city"].queryset = cities.filter(pk__in=own)
        self.fields["city"].empty_label = _("Choose…")
        if len(own) == 1:
            self.fields["partner_cities"].queryset = cities.exclude(pk__in=own)

    def offer_origins(self, by):
        """Those that somebody sees, and the present one: saving must not drop what is not shown."""
        seen = Initiative.objects.visible_to(by).only("code", "title")
        offered = Initiative.objects.filter(
            Q(pk__in=seen.values("pk")) | Q(pk=self.instance.adapted_from_id)
        ).exclude(pk=self.instance.pk)
        self.fields["adapted_from"] = OriginField(
            seen.values_list("pk", flat=True),
            queryset=offered.only("code", "title"),
            required=False,
            empty_label=_("Choose…"),
            label=self.fields["adapted_from"].label,
            help_text=_("Where the idea comes from, if another initiative was taken as a model."),
        )

    def clean_title(self):
        return " ".join(self.cleaned_data["title"].split())

    def clean(self):
        cleaned = super().clean()
        city = cleaned.get("city") or self.instance.city_id and self.instance.city
        if city and city in cleaned.get("partner_cities", []):
            self.add_error("partner_cities", _("The city itself is not one of its partner cities."))
        if cleaned.get("city") and cleaned.get("code"):
            try:
                refuse_foreign_code(cleaned["city"], cleaned["code"])
            except ValidationError as error:
                self.add_error("code", error)
        return cleaned


class StageForm(forms.ModelForm):
    class Meta:
        model = StageChange
        fields = ["stage", "day", "reason", "ending"]
        widgets = {"day": DayInput, "reason": forms.Textarea(attrs={"rows": 4})}
        help_texts = {
            "reason": gettext_lazy(
                "Everybody who sees the initiative reads it. No names and no private matters."
            ),
            "ending": gettext_lazy(
                "Only if it stops. An ending like any other: what was learnt helps the next city."
            ),
        }

    def __init__(self, *args, initiative, **kwargs):
        super().__init__(*args, initial={"day": timezone.localdate()}, **kwargs)
        self.fields["stage"].choices = [
            ("", _("Choose…")),
            *(choice for choice in Stage.choices if choice[0] != initiative.stage),
        ]
        self.fields["ending"].choices = [("", _("it does not stop")), *Ending.choices]
