"""From a specification to the bytes of a picture, kept for a while."""

import json
from functools import cache as once
from hashlib import sha256
from threading import Lock

from django.conf import settings
from django.core.cache import cache
from django.utils.translation import get_language

FONTS = settings.VAR_DIR / "node" / "node_modules" / "bootstrap-italia" / "dist" / "fonts" / "Titillium_Web"
KEPT = 24 * 60 * 60
# As many pictures are kept at most, some 50 MB: a new one takes the place of an older.
PLACES = 100
# Seconds after which whoever waits for others' pictures is sent away: pages need the threads.
PATIENCE = 15
# Dots of a PNG for each of the drawing, so that it is sharp in print.
SCALE = 2
# One at a time in a process: drawing takes all of a core and some memory.
drawing = Lock()


class Busy(Exception):
    """Other pictures take so long that this one was not begun."""


def draw_png(spec):
    return drawn(spec, "png")


def draw_svg(spec):
    return drawn(spec, "svg")


def drawn(spec, kind):
    """Return the picture in the reader's language; the same specification is drawn once. May raise Busy.

    The digest is of the whole specification with its figures, so that nobody gets those of somebody else.
    """
    locale = "it-IT" if get_language() == "it" else None
    text = json.dumps(spec, sort_keys=True)
    digest = sha256(f"{kind} {locale} {text}".encode()).digest()
    if found := kept(digest):
        return found
    if not drawing.acquire(timeout=PATIENCE):
        raise Busy
    try:
        return kept(digest) or keep(digest, convert(text, kind, locale))
    finally:
        drawing.release()


def kept(digest):
    owner, found = cache.get(place_of(digest)) or (None, None)
    return found if owner == digest else None


def keep(digest, picture):
    cache.set(place_of(digest), (digest, picture), KEPT)
    return picture


def place_of(digest):
    return f"picture:{int.from_bytes(digest) % PLACES}"


def convert(text, kind, locale):
    options = {"format_locale": locale, "time_format_locale": locale, "allowed_base_urls": []}
    if kind == "svg":
        return converter().vegalite_to_svg(text, **options).encode()
    return converter().vegalite_to_png(text, scale=SCALE, **options)


@once
def converter():
    """Import what draws when it is first needed: it starts an engine of JavaScript, in 0.7 s and 110 MB."""
    import vl_convert

    if FONTS.is_dir():
        vl_convert.register_font_directory(str(FONTS))
    return vl_convert
