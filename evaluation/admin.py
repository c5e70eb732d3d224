from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from evaluation.models import Indicator, IndicatorVersion

# What the computation does, whatever the words: only its authors change these, together with the code.
RULES = ["over_time", "over_places", "protection", "source", "frequency"]
REASONS = ["change_reason_it", "change_reason_en"]


class Registry(admin.ModelAdmin):
    list_select_related = True

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(Indicator)
class IndicatorAdmin(Registry):
    """An indicator comes with the code that computes it; people move it and put it into better words."""

    list_display = ["code", "name", "topic", "position"]
    list_filter = ["topic"]
    search_fields = ["code", "versions__name_it", "versions__name_en"]
    fields = ["code", "topic", "position"]
    readonly_fields = ["code"]

    def has_add_permission(self, request):
        return False

    def get_queryset(self, request):
        return super().get_queryset(request).with_current()

    @admin.display(description=_("name"))
    def name(self, indicator):
        return indicator.current.name


class IndicatorVersionForm(forms.ModelForm):
    def clean_valid_from(self):
        day = self.cleaned_data["valid_from"]
        if day < timezone.localdate():
            raise ValidationError(_("A new version holds from today on at the earliest."))
        return day

    def clean(self):
        if indicator := self.cleaned_data.get("indicator"):
            latest = indicator.versions.first()
            for name in RULES:
                setattr(self.instance, name, getattr(latest, name))


@admin.register(IndicatorVersion)
class IndicatorVersionAdmin(Registry):
    """Versions are added and never changed; the form opens with the words that hold now."""

    form = IndicatorVersionForm
    list_display = ["indicator", "number", "valid_from", "name_it", "change_reason_it"]
    list_filter = [("indicator", admin.RelatedOnlyFieldListFilter)]
    search_fields = ["indicator__code", "name_it", "name_en"]

    def get_exclude(self, request, obj=None):
        return [] if obj else RULES

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        return super().formfield_for_foreignkey(
            db_field, request, queryset=Indicator.objects.with_current(), **kwargs
        )

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        required = {"required": True} if db_field.name in REASONS else {}
        return super().formfield_for_dbfield(db_field, request, **required, **kwargs)

    def has_change_permission(self, request, obj=None):
        return False

    def get_changeform_initial_data(self, request):
        asked = super().get_changeform_initial_data(request)
        latest = IndicatorVersion.objects.filter(indicator=number(asked.get("indicator"))).first()
        if latest is None:
            return asked
        words = forms.model_to_dict(latest, exclude=["valid_from", *REASONS])
        return words | {"valid_from": timezone.localdate()}


def number(text):
    return int(text) if text and text.isdecimal() else None
