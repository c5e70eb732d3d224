"""From where people come to bring a file, on pages of other apps."""

from django.template.loader import render_to_string

from initiatives.forms.imports import places_for
from initiatives.imports.rights import cities_for
from initiatives.models import Subject


def own_tables(request, user):
    """The panel of somebody's home, if there is anything that they may bring."""
    if not places_for(user):
        return ""
    return render_to_string("initiatives/_import_shortcut.html", {}, request)


def organisation_imports(request, user):
    """The button beside the one that adds an organisation, for leads."""
    if not cities_for(user, Subject.ORGANISATIONS).exists():
        return ""
    return render_to_string("initiatives/_import_organisations.html", {}, request)
