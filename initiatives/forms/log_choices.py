"""What the log form offers, and in which order: first what this person used last."""

from itertools import groupby

from django.utils.translation import gettext as _

from cities.models import City
from initiatives.codes import PartnerRole
from initiatives.models import Initiative, Intervention, InterventionKind, Partner
from thirdsector.models import Organisation

RECENT = 30
RECENT_KINDS = 5
INDENT = "\N{EM SPACE}"


def recent_entries(user):
    """The latest entries that somebody entered, the last one first."""
    own = Intervention.objects.present().filter(entered_by=user).order_by("-pk")
    return list(own.select_related("kind", "delivered_by")[:RECENT])


def kind_choices(recent):
    kinds = list(InterventionKind.objects.with_level().defer("loaded"))
    headings = {kind.code: kind.label for kind in kinds if kind.level == 1}
    usable = [kind for kind in kinds if kind.level > 1]
    groups = [
        (headings[area], [(kind.code, INDENT * (kind.level - 2) + kind.label) for kind in members])
        for area, members in groupby(usable, lambda kind: kind.code[0])
    ]
    used = list(dict.fromkeys((entry.kind.code, entry.kind.label) for entry in recent))[:RECENT_KINDS]
    return [("", _("Choose…")), *([(_("Used lately"), used)] if used else []), *groups]


def body_choices(user):
    """The city, for those who work for one, and the implementing bodies in whose name somebody may write."""
    cities = list(City.objects.worked_in_by(user).values_list("pk", flat=True))
    partners = Partner.objects.filter(role=PartnerRole.IMPLEMENTER)
    of_cities = partners.filter(city__in=cities).values("organisation")
    own = Organisation.objects.worked_in_by(user).values("pk")
    bodies = Organisation.objects.filter(pk__in=of_cities) | Organisation.objects.filter(pk__in=own)
    choices = [(str(body.public_id), body.name) for body in bodies.only("public_id", "name", "sort_key")]
    return [("", _("The city itself")), *choices] if cities else choices


def initiatives_for(user):
    return Initiative.objects.logged_by(user).defer("words", "loaded", "summary")
