"""The log row by row, as import-export goes through a file.

initiatives.imports.log_engine does the same to all rows at once and is what files go through; here each rule
is written a second time, as plainly as can be, and tests compare what both make of the same files.
"""

from dataclasses import dataclass, field

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils import timezone

from cities.models import City
from initiatives.actions.log import STATE, WRITTEN, closing_told, differing, state
from initiatives.imports import log_words
from initiatives.imports.errors import shifted
from initiatives.imports.log_scope import initiatives_of, parts_of
from initiatives.imports.resources.log_rules import WORDS, Judge
from initiatives.imports.row_resource import OUTCOMES, Outcome, ReadRow, RowResource, spell_rows
from initiatives.models import Intervention, InterventionKind, InterventionPeople, MonthClosing
from initiatives.triggers import MEASURES
from thirdsector.models import Organisation
from will_portal.common.tables.cells import tidy

PARTS = "parts"
# Stands among the unread fields of a row that is wrong as a whole.
ROW = "row"
KEPT = ["place", *MEASURES, "note", "reference"]
# By these, and not by what is said about it, a row without identity is like another.
CONTENT = ["initiative_id", "day", "whole_month", "kind_id", "delivered_by_id", "place", *MEASURES]
KEYS = ["initiative", "city", "kind", "delivered_by", "entered_by", "confirmed_by"]


@dataclass
class LogRow(ReadRow):
    # The fields whose cells could not be read; a breakdown is one of them.
    unread: set = field(default_factory=set)
    # {cell: what the file says of it, of "people" and "new"}
    said: dict = field(default_factory=dict)
    # What is there of it, what it shall be, and {cell: (people, new people)} of either.
    entry: Intervention | None = None
    wanted: Intervention | None = None
    was: dict = field(default_factory=dict)
    parts: dict = field(default_factory=dict)
    is_same: bool = False
    is_alike: bool = False

    def are_read(self, names):
        return self.unread.isdisjoint(names)


def parts_in(entry):
    return {
        (part.sex, part.age_band, part.citizenship): (part.people, part.new_people)
        for part in entry.breakdown.all()
    }


def as_json(said):
    """Write {cell: {"people": and "new": how many}} as it is stored, without cells that say nothing."""
    numbers = {" ".join(cell): [of.get("people"), of.get("new")] for cell, of in said.items()}
    return {cell: pair for cell, pair in numbers.items() if pair != [None, None]}


def contents_of(entry, parts):
    return (*(getattr(entry, name) for name in CONTENT), frozenset(parts.items()))


class LogRows(RowResource):
    """The row loop of the log; the columns are LogResource's."""

    # A row reads its cells.

    def columns(self):
        return {name: column for name, column in self.fields.items() if name != PARTS}

    def read_row(self, number, cells):
        row = LogRow(number, {})
        chosen = self.options.get("initiative")
        if chosen and "initiative" not in cells:
            row.values["initiative"] = chosen
        for name, cell in cells.items():
            if name in self.part_columns:
                column = self.part_columns[name]
                row.said.setdefault(column.cell, {})[column.what] = self.read_as(row, name, cell, PARTS)
            else:
                row.values[name] = self.read_as(row, name, cell, name)
        if row.said:
            row.values[PARTS] = as_json(row.said)
        if number in self.overlong:
            row.refuse(NON_FIELD_ERRORS, ValidationError(shifted()))
            row.unread.add(ROW)
        return row

    def read_as(self, row, name, cell, known_as):
        """Return the value of a cell; one that must not be empty is asked for by the rules."""
        widget = self.fields[name].widget
        try:
            return widget.clean(cell)
        except ValidationError as error:
            row.refuse(name, error)
            row.unread.add(known_as)
            return widget.empty

    # What is there.

    def seen(self):
        """The entries that somebody sees from here: of the city, or of the organisation as far as theirs."""
        if isinstance(self.place, City):
            return Intervention.objects.filter(city=self.place)
        entries = Intervention.objects.filter(delivered_by=self.place)
        represented = Organisation.objects.represented_by(self.by).filter(pk=self.place.pk)
        return entries if represented.exists() else entries.filter(entered_by=self.by)

    def fetch(self, rows, *, locked):
        self.of_city = isinstance(self.place, City)
        initiatives = initiatives_of(self.place, self.by)
        parts = list(parts_of(self.place, self.by).select_related("organisation"))
        self.initiatives = {each.code: each for each in initiatives.defer("words")}
        self.kinds = {kind.code: kind.pk for kind in InterventionKind.objects.usable()}
        named = {row.values["delivered_by"] for row in rows if row.values.get("delivered_by")}
        bodies = Organisation.objects.filter(fiscal_code__in=named)
        self.bodies = dict(bodies.values_list("fiscal_code", "pk"))
        if not self.of_city:
            self.bodies[self.place.fiscal_code] = self.place.pk
        self.judge = Judge(
            initiatives={each.pk: each for each in self.initiatives.values()},
            loggable=set(initiatives.loggable().values_list("pk", flat=True)),
            parts={(part.initiative_id, part.organisation_id): part for part in parts},
            closed=self.closed_months(),
            body=None if self.of_city else self.place.pk,
        )
        self.fetch_entries(rows, locked=locked)

    def closed_months(self):
        cities = {each.city_id for each in self.initiatives.values()}
        closings = MonthClosing.objects.in_force().filter(city__in=cities).select_related("closed_by")
        return {(each.city_id, each.month): closing_told(each) for each in closings}

    def fetch_entries(self, rows, *, locked):
        seen = self.seen().prefetch_related("breakdown")
        if locked:
            seen = seen.select_for_update(no_key=True, of=("self",)).order_by("pk")
        given = {row.values["id"] for row in rows if row.values.get("id")}
        self.by_id = {entry.public_id: entry for entry in seen.filter(public_id__in=given)}
        references = {row.values["reference"] for row in rows if row.values.get("reference")}
        self.by_reference = {}
        for entry in seen.present().filter(reference__in=references):
            self.by_reference.setdefault((entry.initiative_id, entry.reference), []).append(entry)

    def find(self, row):
        row.entry = self.entry_of(row)
        self.want(row)
        return row.entry

    def entry_of(self, row):
        said = row.values
        if said.get("id"):
            return self.by_id.get(said["id"])
        initiative = self.initiatives.get(said.get("initiative"))
        if not said.get("reference") or initiative is None or not row.are_read({"id", "delivered_by"}):
            return None
        entries = self.by_reference.get((initiative.pk, said["reference"]), [])
        if "delivered_by" in said or not self.of_city:
            entries = [entry for entry in entries if entry.delivered_by_id == self.body_of(row)]
        elif len(entries) > 1:
            row.refuse("reference", ValidationError(self.judge.words["ambiguous"]))
        return entries[0] if len(entries) == 1 else None

    def body_of(self, row):
        own = None if self.of_city else self.place.fiscal_code
        return self.bodies.get(row.values.get("delivered_by") or own)

    # What it shall be: the file where it has a column, else what is there.

    def want(self, row):
        said, entry = row.values, row.entry
        wanted = row.wanted = Intervention()
        for name in [*CONTENT, "note", "reference"]:
            setattr(wanted, name, getattr(entry, name) if entry else "" if name in WORDS else None)
        for name in KEPT:
            if name in said:
                setattr(wanted, name, said[name])
        if "initiative" in said:
            initiative = self.initiatives.get(said["initiative"])
            wanted.initiative_id = initiative.pk if initiative else None
        if "kind" in said:
            wanted.kind_id = self.kinds.get(said["kind"])
        if "delivered_by" in said or not self.of_city:
            wanted.delivered_by_id = self.body_of(row)
        self.want_day(wanted, said)
        self.want_parts(row)
        row.is_same = entry is not None and not row.unread and self.says_nothing_new(row)

    def want_day(self, wanted, said):
        if "day" in said or "month" in said:
            wanted.day = said.get("day") or said.get("month")
        if said.get("month") and not said.get("day"):
            wanted.whole_month = True
        elif "whole_month" in said:
            wanted.whole_month = said["whole_month"]
        wanted.whole_month = bool(wanted.whole_month)
        if wanted.day and wanted.whole_month:
            wanted.day = wanted.day.replace(day=1)

    def want_parts(self, row):
        row.was = parts_in(row.entry) if row.entry else {}
        row.parts = dict(row.was)
        for cell, said in row.said.items():
            was_people, was_new = row.parts.pop(cell, (None, None))
            people = said.get("people", was_people)
            # Who takes out the people of a part takes out the part.
            new = said.get("new", None if people is None else was_new)
            if people is not None or new:
                row.parts[cell] = people, new

    def says_nothing_new(self, row):
        pairs = {
            name: (getattr(row.wanted, name), getattr(row.entry, name))
            for name in [*CONTENT, "note", "reference"]
        }
        # Words are compared as a cell of them would be read again.
        same = all(now == was or name in WORDS and now == tidy(was) for name, (now, was) in pairs.items())
        return same and row.parts == row.was

    # What several rows are together.

    def refuse_twins(self):
        self.refuse_same("id", log_words.same_entry, self.identity_of)
        self.refuse_same("reference", log_words.same_reference, self.reference_of)
        self.refuse_taken()
        self.contents = self.contents_there()

    def contents_there(self):
        """What is in the log of the days of which the file has rows that may be new."""
        days = {(row.wanted.initiative_id, row.wanted.day) for row in self.read if row.entry is None}
        there = self.seen().present().prefetch_related("breakdown")
        there = there.filter(initiative__in={pk for pk, _day in days}, day__in={day for _pk, day in days})
        return {contents_of(entry, parts_in(entry)) for entry in there}

    def identity_of(self, row):
        return row.entry.pk if row.entry else row.values.get("id")

    def reference_of(self, row):
        wanted = row.wanted
        if not wanted.reference or wanted.initiative_id is None:
            return None
        read = row.are_read({"reference", "initiative", "delivered_by"})
        return (wanted.initiative_id, wanted.delivered_by_id, wanted.reference) if read else None

    def refuse_same(self, name, sentence, key_of):
        rows_of = {}
        for row in self.read:
            if (key := key_of(row)) is not None:
                rows_of.setdefault(key, []).append(row)
        for rows in rows_of.values():
            if len(rows) > 1:
                told = sentence(spell_rows([row.number for row in rows]))
                for row in rows:
                    row.refuse(name, ValidationError(told))

    def refuse_taken(self):
        """No row takes a reference that another entry has now, even if the file changes that one too."""
        wanted = {row.number: self.reference_of(row) for row in self.read if not row.is_same}
        references = {key[-1] for key in wanted.values() if key}
        takers = {}
        for entry in Intervention.objects.present().filter(reference__in=references):
            takers[entry.initiative_id, entry.delivered_by_id, entry.reference] = entry.pk
        for row in self.read:
            taker = takers.get(wanted.get(row.number))
            if taker is not None and (row.entry is None or row.entry.pk != taker):
                row.refuse("reference", ValidationError(self.judge.words["reference_taken"]))

    # What import-export asks of one row after the other.

    def import_instance(self, instance, row, **kwargs):
        row = self.row
        if not row.is_same:
            for name, told, needed in self.judge.rules(row):
                if row.are_read(needed):
                    row.refuse(name, ValidationError(told))
        if row.wrong:
            raise ValidationError(row.wrong)
        self.note_contents(row)
        if row.entry and not row.is_same:
            row.before = self.stored_of(row.entry, row.values) | self.parts_before(row)
        for name in [*CONTENT, "note", "reference"]:
            setattr(instance, name, getattr(row.wanted, name))

    def note_contents(self, row):
        if row.entry is None and not row.wanted.reference:
            contents = contents_of(row.wanted, row.parts)
            row.is_alike = contents in self.contents
            self.contents.add(contents)

    def stored_of(self, instance, names):
        codes = {
            "initiative": instance.initiative.code,
            "kind": instance.kind.code,
            "delivered_by": instance.delivered_by and instance.delivered_by.fiscal_code,
            "id": str(instance.public_id),
            "month": None,
        }
        kept = [name for name in names if name not in codes and name != PARTS]
        codes |= {name: self.fields[name].widget.store(getattr(instance, name)) for name in kept}
        return {name: codes[name] for name in names if name in codes}

    def parts_before(self, row):
        """What was there of the cells of which the file says something."""
        was = {cell: dict(zip(["people", "new"], numbers, strict=True)) for cell, numbers in row.was.items()}
        said = {cell: {what: was[cell][what] for what in row.said[cell]} for cell in row.said.keys() & was}
        return {PARTS: as_json(said)} if PARTS in row.values else {}

    def skip_row(self, instance, original, row, import_validation_errors=None):
        row = self.row
        alike = row.is_alike and not self.options.get("load_alike")
        return not import_validation_errors and (row.is_same or alike)

    def validate_instance(self, instance, import_validation_errors=None, validate_unique=True):
        self.refuse_row(import_validation_errors)
        try:
            instance.clean_fields(exclude=KEYS)
        except ValidationError as error:
            self.refuse_row(error.update_error_dict({}))

    def write(self, instance, is_create):
        state(instance, self.by, self.of_city)
        parts = [
            InterventionPeople(sex=sex, age_band=age, citizenship=citizenship, people=people, new_people=new)
            for (sex, age, citizenship), (people, new) in self.row.parts.items()
        ]
        if is_create:
            instance.city_id = self.judge.initiatives[instance.initiative_id].city_id
            instance.entered_by, instance.entered_at = self.by, timezone.now()
            instance.save(force_insert=True)
        else:
            gone, parts = differing(instance, parts)
            instance.breakdown.filter(pk__in=[part.pk for part in gone]).delete()
            instance.version += 1
            instance.save(update_fields=[*WRITTEN, *STATE])
        for part in parts:
            part.intervention = instance
        InterventionPeople.objects.bulk_create(parts)

    def after_import_row(self, row, row_result, **kwargs):
        self.row.outcome = Outcome.ALIKE if self.row.is_alike else OUTCOMES[row_result.import_type]
        self.row.target = self.row.instance.public_id
