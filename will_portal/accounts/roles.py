"""Who somebody is in the portal, read from current rows each time, so that a right ends with its row."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Position:
    """One role of one person: which, where, since when, and who looks after the people who hold it."""

    role: str
    label: str
    overseen_by: Callable
    place: str = ""
    url: str = ""
    since: datetime | None = None


_sources = {}


def register(positions, *roles):
    """Let `positions(user)`, a list of Position, speak for these names of roles."""
    _sources[positions] = roles


def known_roles():
    return {role for roles in _sources.values() for role in roles}


def positions_of(user):
    return [position for positions in _sources for position in positions(user)] if user.is_active else []


def roles_of(user):
    """Return the names of the roles somebody holds now: {"lead", "researcher"}; nothing for strangers."""
    return {position.role for position in positions_of(user)}


def oversees(actor, person):
    """Whether somebody looks after all that another person is here, and so may vouch for who that is."""
    if actor == person or not actor.is_active or not person.is_active:
        return False
    positions = positions_of(person)
    return bool(positions) and all(position.overseen_by(actor) for position in positions)
