from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from cities.admin import DeletesOwnOnly, ReadOnly
from thirdsector.forms import FiscalCodeField, WebsiteField
from thirdsector.models import Organisation, OrganisationMembership


class OrganisationAdminForm(forms.ModelForm):
    fiscal_code = FiscalCodeField(
        label=_("fiscal code"), help_text=_("Eleven digits, zeros in front included.")
    )
    website = WebsiteField(label=_("website"), required=False, assume_scheme="https")


@admin.register(Organisation)
class OrganisationAdmin(DeletesOwnOnly):
    form = OrganisationAdminForm
    list_display = ["name", "fiscal_code", "runts_section", "seat", "status", "invented"]
    list_filter = ["status", "runts_section", "legal_form", ("cities", admin.RelatedOnlyFieldListFilter)]
    search_fields = ["name", "fiscal_code"]
    filter_horizontal = ["cities"]
    readonly_fields = ["invented"]
    fieldsets = [
        (None, {"fields": ["name", "fiscal_code", "legal_form", "status"]}),
        (_("RUNTS"), {"fields": [("runts_section", "runts_number")]}),
        (_("Place"), {"fields": [("seat", "seat_province"), "cities"]}),
        (_("Source"), {"fields": ["website", "source", "invented"]}),
    ]


@admin.register(OrganisationMembership)
class OrganisationMembershipAdmin(ReadOnly):
    """Who acts for an organisation is decided on its page."""

    list_display = ["user", "organisation", "role", "since", "until"]
    list_filter = ["role"]
    list_select_related = ["user", "organisation"]
    search_fields = ["user__email", "user__display_name", "organisation__name"]
