from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from cities.admin import ReadOnly
from initiatives.models import (
    BudgetLine,
    FundingSource,
    Initiative,
    InterventionKind,
    Partner,
    StageChange,
)


# Initiatives are the cities' own: the administration looks, and changes nothing.
@admin.register(Initiative)
class InitiativeAdmin(ReadOnly):
    list_display = ["code", "title", "city", "stage", "origin", "published_at"]
    list_filter = [("city", admin.RelatedOnlyFieldListFilter), "stage", "origin"]
    list_select_related = ["city"]
    search_fields = ["code", "title"]
    exclude = ["words", "loaded"]


@admin.register(Partner)
class PartnerAdmin(ReadOnly):
    list_display = ["initiative", "organisation", "role", "since", "until"]
    list_filter = ["role", ("city", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["initiative", "organisation"]
    search_fields = ["initiative__code", "initiative__title", "organisation__name"]


@admin.register(BudgetLine)
class BudgetLineAdmin(ReadOnly):
    list_display = ["initiative", "year", "funding_source", "cost_type", "basis", "recurring", "amount"]
    list_filter = ["basis", "recurring", ("city", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["initiative", "funding_source"]
    search_fields = ["initiative__code", "initiative__title", "funding_source__code"]


@admin.register(StageChange)
class StageChangeAdmin(ReadOnly):
    list_display = ["initiative", "stage", "day", "ending", "by"]
    list_filter = ["stage", ("city", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["initiative", "by"]
    search_fields = ["initiative__code", "initiative__title"]


@admin.register(InterventionKind, FundingSource)
class CodeListAdmin(admin.ModelAdmin):
    """The names may be put better; the codes stay what their sources and the stored rows say."""

    list_display = ["code", "name", "parent"]
    list_select_related = ["parent"]
    search_fields = ["code", "label_it", "label_en"]
    fields = ["code", "parent", "label_it", "label_en"]
    readonly_fields = ["code", "parent"]

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    @admin.display(description=_("name"), ordering="label_it")
    def name(self, code):
        return code.label
