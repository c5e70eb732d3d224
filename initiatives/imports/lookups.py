"""How cells are read into codes of a list and into things that the portal holds."""

import re
import unicodedata
from difflib import get_close_matches
from functools import cached_property
from itertools import chain

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from stdnum.it import codicefiscale

from initiatives.imports.widgets import CellWidget
from thirdsector.fiscal_codes import DIGITS, compact, validate_fiscal_code

# What is longer is no name of ours, and comparing it with all of them costs time.
LONGEST = 150
PROPOSED = 3
# Below this share of letters in common nobody would have meant it.
ALIKE = 0.7
# Of what is not known, as many words tell what is meant.
SHOWN_WORDS = 8
# As many accepted values fit into a sentence.
LISTED = 12
# A number with more zeros lost is more likely a running number that happens to check.
LEAST_DIGITS = 5
SHORTENED = re.compile(r"[0-9][.,]?[0-9]*E\+?[0-9]{1,2}", re.IGNORECASE)


def spelling_key(text):
    """Return a text in small letters, its words divided by blanks, without accents and punctuation."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return " ".join(re.findall(r"[^\W_]+", re.sub("[\u0300-\u036f]", "", plain)))


def labels_of(choices):
    """Return {code: [label in each language]} of choices, also without the "a." in front."""
    labels = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            for code, label in choices:
                words = str(label)
                labels.setdefault(code, []).extend([words, words.removeprefix(f"{code}. ")])
    return labels


class Spellings:
    """Values by the ways of writing them: the first of each is how the portal itself does."""

    def __init__(self, offered):
        self.names, self.examples, self.values, others = [], [], {}, {}
        for value, spellings in offered:
            code, *labels = map(str, spellings)
            self.names.append(code)
            self.examples += [f"{code} {label}" for label in labels[:1]]
            self.values[spelling_key(code)] = [value]
            for label in chain(labels, (f"{code} {label}" for label in labels)):
                found = others.setdefault(spelling_key(label), [])
                if label and value not in found:
                    found.append(value)
        # A code is never taken for the name of something else.
        self.values = others | self.values
        self.values.pop("", None)
        self.longest = max((key.count(" ") + 1 for key in self.values), default=0)
        self.shown = {spelling_key(str(name)): str(name) for _, names in offered for name in reversed(names)}

    def find(self, text):
        return self.values.get(spelling_key(text), [])

    def split(self, text):
        """Yield what the values divided by whatever there is are: (what was found, words of it)."""
        words, unknown, start = spelling_key(text).split(), [], 0
        while start < len(words):
            name = self.name_at(words, start)
            if name and unknown:
                yield [], " ".join(unknown)
            if name:
                yield self.values[name], name
                unknown, start = [], start + name.count(" ") + 1
            else:
                unknown, start = [*unknown, words[start]][:SHOWN_WORDS], start + 1
        if unknown:
            yield [], " ".join(unknown)

    def name_at(self, words, start):
        """Return the longest name that begins with this word, or None."""
        names = (" ".join(words[start : start + length]) for length in range(self.longest, 0, -1))
        return next((name for name in names if name in self.values), None)

    def nearest(self, text):
        """Return up to three ways of writing what may have been meant, each of something else."""
        met, found = [], []
        for name in get_close_matches(spelling_key(text)[:LONGEST], self.shown, n=2 * PROPOSED, cutoff=ALIKE):
            values = self.values.get(name)
            if values and values not in met:
                met.append(values)
                found.append(self.shown[name])
        return found[:PROPOSED]


class LookupWidget(CellWidget):
    """Finds a thing among those that somebody may touch.

    `offer` takes the resource and returns pairs of a value and its spellings, the first of which is its code;
    it is asked once for a file. `code_of` takes a value and returns that code.
    """

    def __init__(self, offer, unknown, code_of):
        super().__init__()
        self.offer, self.unknown, self.code_of = offer, unknown, code_of
        self.resource = None

    def bind(self, resource):
        self.resource = resource
        self.__dict__.pop("spellings", None)

    @cached_property
    def spellings(self):
        return Spellings(list(self.offer(self.resource)))

    def read(self, cell, text):
        return self.only(self.spellings.find(text), text)

    def only(self, found, text):
        if not found:
            raise ValidationError(self.told_unknown(text), code="unknown")
        if len(found) > 1:
            codes = ", ".join(str(self.code_of(value)) for value in found[:LISTED])
            raise ValidationError(
                _("Several are called so: write one of the codes %(codes)s."),
                code="ambiguous",
                params={"codes": codes},
            )
        return found[0]

    def told_unknown(self, text):
        return self.unknown

    def render(self, value, obj=None, **kwargs):
        return "" if value is None else str(self.code_of(value))

    def store(self, value):
        return None if value is None else self.code_of(value)

    def restore(self, stored):
        return self.empty if stored in (None, "") else self.read(None, str(stored))


class ManyLookupWidget(LookupWidget):
    """Finds several things in one cell, whatever divides them."""

    @property
    def empty(self):
        return []

    def read(self, cell, text):
        values = []
        for found, words in self.spellings.split(text):
            value = self.only(found, words)
            if value not in values:
                values.append(value)
        return sorted(values, key=self.code_of)

    def render(self, value, obj=None, **kwargs):
        return " ".join(self.store(value or []))

    def store(self, value):
        return [self.code_of(each) for each in value]

    def restore(self, stored):
        return self.read(None, " ".join(stored)) if stored else []


class CodeWidget(LookupWidget):
    """A code of a list, or one of its names in either language.

    `codes` is {code: [name, ...]} or a function of the resource that returns one; `empty` what no code is.
    """

    def __init__(self, codes, *, aliases=None, empty=""):
        self.codes, self.aliases = codes, aliases or {}
        super().__init__(self.spell, None, code_of=str)
        self.empty = empty

    def spell(self, resource):
        codes = self.codes(resource) if callable(self.codes) else self.codes
        return [(code, [code, *names, *self.aliases.get(code, [])]) for code, names in codes.items()]

    def told_unknown(self, text):
        if nearest := self.spellings.nearest(text):
            return _("This value is not known: did you mean %(names)s?") % {"names": spell_or(nearest)}
        listed = ", ".join(self.spellings.names[:LISTED])
        if len(self.spellings.names) > LISTED:
            examples = spell_or(self.spellings.examples[:PROPOSED])
            return _("This value is not known: write a name or a code of the list, as in %(examples)s.") % {
                "examples": examples
            }
        return _("This value is not known: write one of %(codes)s.") % {"codes": listed}


class ManyCodesWidget(CodeWidget, ManyLookupWidget):
    """Several codes or names in one cell."""

    def __init__(self, codes, *, aliases=None):
        self.codes, self.aliases = codes, aliases or {}
        LookupWidget.__init__(self, self.spell, None, code_of=str)


def spell_or(names):
    return _(" or ").join(f"“{name}”" for name in names)


class FiscalCodeWidget(CellWidget):
    """The eleven digits of a body. Zeros that a spreadsheet dropped are put back if the last digit fits."""

    empty = ""
    shortened = gettext_lazy(
        "A spreadsheet has shortened this number: format the column as text and write all eleven digits."
    )

    def read(self, cell, text):
        if SHORTENED.fullmatch(text):
            raise ValidationError(self.shortened, code="shortened")
        code = compact(re.sub(r"[.,]0\Z", "", text))
        whole = code.zfill(DIGITS)
        if code.isdecimal() and LEAST_DIGITS <= len(code) < DIGITS and codicefiscale.is_valid(whole):
            return whole
        validate_fiscal_code(code)
        return code
