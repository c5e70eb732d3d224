from django.contrib import admin
from django.db import models
from django.utils.translation import gettext_lazy as _

from cities.models import City, ContextFigure, ContextSeries, ProgrammeMembership, ProgrammeNote, Region
from will_portal.common.numbers import spell_number


@admin.register(Region)
class RegionAdmin(admin.ModelAdmin):
    list_display = ["name", "istat_code"]
    search_fields = ["name", "istat_code"]
    fields = ["istat_code", "name"]
    readonly_fields = ["istat_code"]

    # Italy's regions are all loaded, and each needs an outline that nobody types.
    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


HTTPS = {models.URLField: {"assume_scheme": "https"}}


class DeletesOwnOnly(admin.ModelAdmin):
    """Only what people added can be deleted: the next load would bring a row of the reference data back."""

    formfield_overrides = HTTPS

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and not (obj and obj.loaded)


class ReadOnly(admin.ModelAdmin):
    """Looked up in the administration and decided elsewhere."""

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


TIMES = [
    ("joined", "joined_precision"),
    ("left", "left_precision"),
    "status",
    "reason",
    ("source", "source_url"),
]


class ProgrammeMembershipInline(admin.StackedInline):
    model = ProgrammeMembership
    fields = TIMES
    formfield_overrides = HTTPS
    extra = 0
    # A mistake is corrected; a wrong entry is deleted in the list of its own.
    can_delete = False


@admin.register(City)
class CityAdmin(DeletesOwnOnly):
    list_display = ["name", "province_abbr", "region", "istat_code", "cadastral_code", "has_boundary"]
    list_filter = [("region", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["region"]
    search_fields = ["name", "official_name", "aliases", "istat_code", "cadastral_code"]
    prepopulated_fields = {"slug": ["name"]}
    inlines = [ProgrammeMembershipInline]
    fieldsets = [
        (None, {"fields": ["name", "official_name", "slug", "aliases"]}),
        (_("Place"), {"fields": ["region", "province", "province_abbr", "area_km2"]}),
        (_("Codes"), {"fields": ["cadastral_code", "istat_code", "nuts3"]}),
        (_("Map"), {"fields": ["lat", "lon", "label_side", "has_boundary"]}),
    ]

    def get_queryset(self, request):
        return super().get_queryset(request).defer("region__outline", "region__loaded")

    def get_readonly_fields(self, request, obj=None):
        return ["has_boundary", "cadastral_code"] if obj else ["has_boundary"]

    @admin.display(boolean=True, description=_("boundary"))
    def has_boundary(self, city):
        return bool(city.boundary)


@admin.register(ProgrammeMembership)
class ProgrammeMembershipAdmin(DeletesOwnOnly):
    list_display = ["city", "joined_text", "left_text", "status"]
    list_filter = ["status"]
    list_select_related = ["city"]
    search_fields = ["city__name", "city__aliases", "reason", "source"]
    fields = ["city", *TIMES]
    autocomplete_fields = ["city"]

    @admin.display(description=_("joined the programme"), ordering="joined")
    def joined_text(self, time):
        return time.joined_text

    @admin.display(description=_("left the programme"), ordering="left")
    def left_text(self, time):
        return time.left_text


@admin.register(ProgrammeNote)
class ProgrammeNoteAdmin(DeletesOwnOnly):
    list_display = ["text", "city", "dated", "source"]
    list_filter = [("city", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["city"]
    search_fields = ["text_it", "text_en", "source"]
    fields = ["city", "text_it", "text_en", "dated", ("source", "source_url")]
    autocomplete_fields = ["city"]

    @admin.display(description=_("text"))
    def text(self, note):
        return note.text


@admin.register(ContextSeries)
class ContextSeriesAdmin(DeletesOwnOnly):
    list_display = ["name", "code", "topic", "level", "position"]
    list_filter = ["topic", "level"]
    search_fields = ["code", "name_it", "name_en", "definition_it", "definition_en"]

    def get_readonly_fields(self, request, obj=None):
        return ["code"] if obj else []

    @admin.display(description=_("name"), ordering="name_it")
    def name(self, series):
        return series.name


@admin.register(ContextFigure)
class ContextFigureAdmin(DeletesOwnOnly):
    list_display = ["series", "city", "year", "figure", "source"]
    list_filter = [
        ("series", admin.RelatedOnlyFieldListFilter),
        ("city", admin.RelatedOnlyFieldListFilter),
        "year",
    ]
    list_select_related = ["series", "city"]
    search_fields = ["series__name_it", "series__name_en", "series__code", "city__name", "source"]
    fields = ["series", "city", "year", "value", "source", "licence"]
    autocomplete_fields = ["series", "city"]

    @admin.display(description=_("value"), ordering="value")
    def figure(self, figure):
        return spell_number(figure.value, figure.series.decimals)
