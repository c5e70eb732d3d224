from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from cities.models import City, Region


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


@admin.register(City)
class CityAdmin(admin.ModelAdmin):
    list_display = ["name", "province_abbr", "region", "istat_code", "cadastral_code", "has_boundary"]
    list_filter = [("region", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["region"]
    search_fields = ["name", "official_name", "aliases", "istat_code", "cadastral_code"]
    prepopulated_fields = {"slug": ["name"]}
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

    def has_delete_permission(self, request, obj=None):
        # The next load would bring a city of the reference data back.
        return super().has_delete_permission(request, obj) and not (obj and obj.loaded)

    @admin.display(boolean=True, description=_("boundary"))
    def has_boundary(self, city):
        return bool(city.boundary)
