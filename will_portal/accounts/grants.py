"""The kinds of things that invitations open, registered by the apps that own them."""

_kinds = []


def register(kind):
    _kinds.append(kind)


def of(invitation):
    """Return what this invitation opens."""
    return next(filter(None, (kind.objects.filter(invitation=invitation).first() for kind in _kinds)))


def visible_to(user, *kinds):
    """Return the pending grants, of all kinds or of these, that somebody looks after, with `is_givable`.

    The latest comes first.
    """
    found = []
    for kind in kinds or _kinds:
        pending = kind.objects.filter(invitation__accepted=None, invitation__revoked=None)
        givable = set(pending.givable_by(user).values_list("pk", flat=True))
        for grant in pending.visible_to(user).select_related("invitation__invited_by"):
            grant.is_givable = grant.pk in givable
            found.append(grant)
    return sorted(found, key=lambda grant: grant.invitation.invited, reverse=True)
