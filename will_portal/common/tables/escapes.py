"""Text that a spreadsheet would run, quoted with an apostrophe, and back: exact inverses of each other.

What makes a spreadsheet run a cell as a formula is one of these signs, full-width forms included, or TAB or
CR, at its beginning. Programs split where their language says, and take quotation marks in the middle for
text, so every beginning after a separator counts. Blanks and apostrophes may come between.
"""

import re

RUNS = re.compile("[=+\\-@\t\r＝＋－＠]")
# A beginning, the blanks and apostrophes after it, some of which may be beginnings themselves, and the sign.
# Taken as one, since looking ahead from each of ten thousand newlines would take seconds.
BEGINNING = re.compile(r"(\A|[,;\t\r\n])[\s']*+[=+\-@＝＋－＠]?")
SEPARATOR = re.compile(r"([,;\t\r\n])")
QUOTED_SEPARATOR = re.compile(r"([,;\t\r\n])'")


def escape(text):
    return BEGINNING.sub(quoted, text) if RUNS.search(text) else text


def unescape(text):
    return BEGINNING.sub(unquoted, text) if "'" in text else text


def quoted(found):
    head, rest = parted(found[0])
    if not head:
        return rest
    start = "" if found[1] else "'"
    return start + SEPARATOR.sub(r"\1'", head[:-1]) + head[-1] + rest


def unquoted(found):
    head, rest = parted(found[0])
    if not found[1]:
        head = head.removeprefix("'")
    return QUOTED_SEPARATOR.sub(r"\1", head) + rest


def parted(beginning):
    """Return what ends with the last sign that runs, and the rest."""
    if beginning and beginning[-1] in "=+-@＝＋－＠":
        return beginning, ""
    end = max(beginning.rfind("\t"), beginning.rfind("\r")) + 1
    return beginning[:end], beginning[end:]
