"""What takes long is kept for a while, each time under all that it depends on, so that nothing is outdated.

Each process keeps a few; whoever asks much must not fill Redis.
"""

from functools import wraps
from hashlib import sha256
from pickle import dumps  # nosec B403: nothing is read back

from django.core.cache import caches
from django.utils.translation import get_language


def kept(add_up):
    """Remember what a function of Chosen found in a release, which never changes. Rights come first."""

    @wraps(add_up)
    def remembered(chosen, *families):
        if not chosen.release or not chosen.cities:
            return {}
        wanted = sorted(family for group in families for family in group)
        rights = chosen.reader.sees_all, chosen.published_today
        # A database that was begun anew counts its releases from one again.
        release = chosen.release.number, chosen.release.made_at
        content = rights, release, wanted, chosen.parameters
        return found_or_made(add_up.__name__, content, lambda: add_up(chosen, *families))

    return remembered


def drawn_once(name, content, draw):
    """Return the HTML of some content, which says all that the HTML does but its language."""
    return found_or_made(name, (get_language(), content), draw)


def found_or_made(name, content, make):
    key = f"{name}-{sha256(dumps(content)).hexdigest()}"
    cache = caches["dashboard"]
    found = cache.get(key)
    if found is None:
        found = make()
        cache.set(key, found)
    return found
