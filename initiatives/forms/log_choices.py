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
    """The latest entries that somebody entered and may still write, the last one first."""
    own = Intervention.objects.editable_by(user).filter(
        entered_by=user, initiative__in=Initiative.objects.loggable().values("pk")
    )
    return list(own.select_related("kind", "delivered_by").order_by("-pk")[:RECENT])


def kind_choices(recent):
    kinds = list(InterventionKind.objects.with_level().defer("loaded"))
    labels = {kind.code: kind.label for kind in kinds}
    parents = {kind.parent_id for kind in kinds}
    used = list(dict.fromkeys(entry.kind.code for entry in recent))[:RECENT_KINDS]
    # Once is enough, but the parts of a kind stay below it.
    offered = [kind for kind in kinds if kind.level > 1 and (kind.code not in used or kind.code in parents)]
    names = {kind.code: told_apart(kind, labels) for kind in kinds}
    groups = [
        (labels[area], [(kind.code, INDENT * (kind.level - 2) + names[kind.code]) for kind in members])
        for area, members in groupby(offered, lambda kind: kind.code[0])
    ]
    lately = [(code, names[code]) for code in used]
    return [("", _("Choose…")), *([(_("Used lately"), lately)] if lately else []), *groups]


def told_apart(kind, labels):
    """The label of a kind, with its code where the kind above it is called the same."""
    return f"{kind.label} ({kind.code})" if labels.get(kind.parent_id) == kind.label else kind.label


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
