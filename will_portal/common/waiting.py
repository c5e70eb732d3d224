"""What waits for somebody: each app registers a function from the person to a list of items."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Item:
    text: str
    url: str
    due: datetime | None = None


_sources = []


def register(source):
    _sources.append(source)


def items_for(user):
    """Return what waits for this person, what is due first at the top and what has no date at the end."""
    items = [item for source in _sources for item in source(user)]
    return sorted(items, key=lambda item: (item.due is None, item.due or 0))
