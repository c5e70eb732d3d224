"""What the columns of a file mean, by their headings, and whether it is of the subject at all."""

import re
from collections import defaultdict

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from initiatives.imports.resources import resource_for
from initiatives.models import RememberedColumn
from initiatives.models.imports import Subject
from will_portal.common.tables.cells import is_typed, plain_text, typed_day
from will_portal.common.tables.layout import heading_key
from will_portal.common.tables.reading import Unreadable

COUNTS = ["people_served", "hours", "households", "contacts", "new_people", "volunteer_hours"]
# What a file must have: of each line one field.
CORE = {
    Subject.LOG: [["day", "month"], COUNTS],
    Subject.ORGANISATIONS: [["name"], ["fiscal_code"]],
    Subject.INITIATIVES: [["title"], ["code", "city"]],
    Subject.BUDGET: [["amount"], ["year", "funding_source"]],
}
SMALL_WORDS = re.compile(r"\b(?:d|de[il]?|dell[ae]?|di|e|il|in|la?|nr?|of|per|the)\b")
# With another word beside them these say something else.
VAGUE_WORDS = {"codice", "code", "data", "date", "nome", "name", "numero", "number", "stato", "tipo", "type"}
# A heading may have so many words beside those of the field that it is taken for.
OTHER_WORDS = 1
# Where a core column is only guessed, one column in so many must be known, or the file is of something else.
ONE_IN = 4
# What is told of a foreign file.
SHOWN, LONGEST_SHOWN, NAMED = 6, 30, 4
DAY = re.compile(r"[0-9]{1,2}[/.-][0-9]{1,2}[/.-](?:[0-9]{4}|[0-9]{2})|(?:19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}")
FISCAL_CODE = re.compile(r"[0-9]{11}|[A-Z]{6}[0-9A-Z]{2}[A-Z][0-9A-Z]{2}[A-Z][0-9A-Z]{3}[A-Z]", re.IGNORECASE)


class Foreign(Unreadable):
    """A table of something else."""

    def __init__(self, subject, missing, columns):
        super().__init__("foreign")
        self.subject, self.missing, self.columns = subject, missing, columns

    def say(self):
        headings = [column["heading"][:LONGEST_SHOWN] for column in self.columns if column["heading"]]
        found = ", ".join(f"“{heading}”" for heading in headings[:SHOWN])
        wanted = [[str(column.label) for column in columns[:NAMED]] for columns in self.missing]
        return _(
            "This is not a file of the subject “%(subject)s”. Its headings begin with %(found)s; missing is "
            "a column for %(expected)s."
        ) % {
            "subject": self.subject.label,
            "found": found or "–",
            "expected": ", ".join(_(" or ").join(names) for names in wanted),
        }


def known_headings(run):
    """The keys of all headings that mean something for this file."""
    return set(Headings(resource_of(run)).fields) | {
        key for key, field in remembered_of(run).items() if field
    }


def propose(run, understood):
    """Return {number of the column: name of the field}, as JSON keeps it."""
    found = matched(understood, resource_of(run), remembered_of(run))
    return {str(number): name for number, name in sorted(found.items())}


def refuse_foreign(run, understood):
    """Raise Foreign, which is Unreadable, if the file is not of the subject of the run."""
    refuse_other_subjects(understood, resource_of(run), Subject(run.subject), remembered_of(run))


def resource_of(run):
    return resource_for(run.subject)(by=run.by, place=run.place, options=run.options)


def remembered_of(run):
    """Return {heading key: name of the field, or nothing where it was left out} of the place's last files."""
    rows = RememberedColumn.objects.filter(
        subject=run.subject, city=run.city_id, organisation=run.organisation_id
    )
    return dict(rows.values_list("heading", "field"))


class Headings:
    """The headings by which the columns of a resource are known: {key: name of the field}.

    Names and labels are stronger than aliases, and what stands for two fields stands for none.
    """

    def __init__(self, resource):
        self.columns = resource.columns()
        own, aliases = defaultdict(set), defaultdict(set)
        for name, column in self.columns.items():
            for heading in [name, *labels_of(column)]:
                own[heading_key(heading)].add(name)
            for heading in column.aliases:
                aliases[heading_key(heading)].add(name)
        found = aliases | own
        self.fields = {key: min(names) for key, names in found.items() if key and len(names) == 1}

    def alike(self, key):
        """Return the field that a heading names among few other words, if it is one."""
        words = words_of(key)
        found = defaultdict(set)
        for known, name in self.fields.items():
            own = words_of(known)
            is_within = own - VAGUE_WORDS and own <= words and len(words - own) <= OTHER_WORDS
            if is_within and self.columns[name].imported:
                found[len(own)].add(name)
        names = found[max(found)] if found else set()
        return min(names) if len(names) == 1 else None


def words_of(key):
    return set(SMALL_WORDS.sub("", key).split())


def labels_of(column):
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            yield str(column.label)


def matched(understood, resource, remembered):
    """Return {number of the column: name of the field}, each field once; what is remembered comes first."""
    known = Headings(resource)
    keys = [heading_key(column["heading"]) for column in understood["columns"]]
    found = sure(keys, known, remembered)
    claimed = set(found.values())
    guessed = guesses(keys, known, remembered)
    for number, name in guessed.items():
        if name not in claimed and list(guessed.values()).count(name) == 1:
            found[number] = name
    return {number: name for number, name in found.items() if known.columns[name].imported}


def sure(keys, known, remembered):
    """Return {number: field} of the headings that are known by themselves, read-only columns included."""
    found = {}
    for source in [remembered, known.fields]:
        for number, key in enumerate(keys):
            name = source.get(key)
            if key in remembered and source is not remembered or number in found:
                continue
            if name in known.columns and name not in found.values():
                found[number] = name
    return found


def guesses(keys, known, remembered):
    found = {}
    for number, key in enumerate(keys):
        if key and key not in known.fields and key not in remembered and (name := known.alike(key)):
            found[number] = name
    return found


def refuse_other_subjects(understood, resource, subject, remembered):
    """Raise Foreign unless the core columns are there: by their headings, or guessed in a file well known."""
    known, columns = Headings(resource), understood["columns"]
    # What was left out once is still there.
    remembered = {key: name for key, name in remembered.items() if name}
    keys = [heading_key(column["heading"]) for column in columns]
    by_heading = set(sure(keys, known, remembered).values())
    mapping = matched(understood, resource, remembered)
    missing = [names for names in core_of(subject, known) if not by_heading.intersection(names)]
    guessed = set(mapping.values()) | guessed_by_samples(columns, mapping)
    is_well_known = len(mapping) * ONE_IN >= sum(1 for key in keys if key)
    if is_well_known:
        missing = [names for names in missing if not guessed.intersection(names)]
    if missing:
        raise Foreign(subject, [[known.columns[name] for name in names] for names in missing], columns)


def core_of(subject, known):
    """Return the groups of fields one of which must be there; people by sex and age are a count as well."""
    parts = [name for name in known.columns if name.startswith("people ")]
    return [names + parts if names is COUNTS else names for names in CORE[subject]]


def guessed_by_samples(columns, mapping):
    found = set()
    for number, column in enumerate(columns):
        if number not in mapping and column["samples"]:
            found.update(name for name, looks in LOOKS.items() if all(map(looks, column["samples"])))
    return found


def looks_like_day(cell):
    return typed_day(cell) is not None or not is_typed(cell) and DAY.fullmatch(plain_text(cell)) is not None


def looks_like_fiscal_code(cell):
    return FISCAL_CODE.fullmatch(plain_text(cell)) is not None


LOOKS = {"day": looks_like_day, "fiscal_code": looks_like_fiscal_code}
