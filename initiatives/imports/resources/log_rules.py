"""The rules of a row of the log, one row at a time: each says which fields it needs to have been read."""

from calendar import monthrange
from dataclasses import dataclass
from functools import cached_property

from django.utils import timezone

from initiatives.calendar import FIRST_DAY
from initiatives.imports import log_words

WORDS = ["place", "note", "reference"]
DAY = ["day", "month", "whole_month"]
SERVED = ["people_served"]


def last_day(entry):
    if not entry.whole_month:
        return entry.day
    return entry.day.replace(day=monthrange(entry.day.year, entry.day.month)[1])


@dataclass
class Judge:
    """What rows may refer to: {key: initiative}, the keys of those on which one may log, {(initiative,
    organisation): its part}, {(city, month): who closed it}; and the organisation whose file it is, if not a
    city's.
    """

    initiatives: dict
    loggable: set
    parts: dict
    closed: dict
    body: int | None

    @cached_property
    def words(self):
        return log_words.plain()

    def rules(self, row):
        """Yield (field, sentence, fields that must have been read) of all that is wrong with a row."""
        yield from self.of_identity(row)
        if row.wanted.day is None:
            yield "day", self.words["day"], [*DAY, "id"]
        else:
            yield from self.of_day(row.wanted)
            yield from self.of_initiative(row.wanted)
        yield from self.of_closings(row)
        if row.wanted.kind_id is None:
            yield "kind", self.words["kind"], ["kind", "id"]
        yield from self.of_counts(row.wanted)
        yield from self.of_parts(row)
        yield from self.of_bodies(row)

    def of_identity(self, row):
        wanted, entry = row.wanted, row.entry
        if row.values.get("id") and entry is None:
            yield "id", self.words["unknown_id"], ["id"]
        if entry and entry.withdrawn_at:
            yield "id", self.words["withdrawn"], ["id"]
        if wanted.initiative_id is None and row.values.get("initiative"):
            yield "initiative", self.words["unknown_initiative"], ["initiative"]
        elif wanted.initiative_id is None:
            yield "initiative", self.words["initiative"], ["initiative", "id"]
        elif entry and entry.initiative_id != wanted.initiative_id:
            yield "initiative", self.words["moved"], ["initiative", "id"]
        unlogged = self.initiatives.keys() - self.loggable
        if wanted.initiative_id in unlogged and self.is_written_anew(row):
            yield "initiative", self.words["not_loggable"], ["initiative"]

    def is_written_anew(self, row):
        """Whether it becomes an entry of this body that was none."""
        return row.entry is None or row.entry.delivered_by_id != row.wanted.delivered_by_id

    def of_day(self, wanted):
        if wanted.day > timezone.localdate():
            yield "day", self.words["future"], DAY
        if wanted.day < FIRST_DAY:
            yield "day", self.words["ancient"], DAY

    def of_initiative(self, wanted):
        initiative = self.initiatives.get(wanted.initiative_id)
        needed = [*DAY, "initiative"]
        if initiative and initiative.starts and last_day(wanted) < initiative.starts:
            yield "day", log_words.began(initiative.starts), needed
        if initiative and initiative.ends and wanted.day > initiative.ends:
            yield "day", log_words.ended(initiative.ends), needed

    def of_closings(self, row):
        wanted, entry = row.wanted, row.entry
        initiative = self.initiatives.get(wanted.initiative_id)
        told = before = None
        if initiative and wanted.day:
            told = self.closed.get((initiative.city_id, wanted.month))
        if told:
            yield "day", told, [*DAY, "initiative"]
        if entry:
            before = self.closed.get((entry.city_id, entry.month))
        if before and before != told:
            yield "day", before, []

    def of_counts(self, wanted):
        served = wanted.people_served
        if served is None and wanted.households is None and wanted.contacts is None:
            needed = ["people_served", "households", "contacts", "id"]
            yield "people_served", self.words["nothing_counted"], needed
        for name, sentence in [
            ("new_people", "new_above_served"),
            ("living_elsewhere", "elsewhere_above_served"),
        ]:
            number = getattr(wanted, name)
            if number is not None and served is None:
                yield name, self.words["part_of_nothing"], [name, *SERVED]
            elif number is not None and number > served:
                yield name, self.words[sentence], [name, *SERVED]

    def of_parts(self, row):
        served, new = row.wanted.people_served, row.wanted.new_people
        parts = [(people or 0, of_new) for people, of_new in row.parts.values()]
        known = [(people, of_new) for people, of_new in parts if of_new is not None]
        if any(of_new > people for people, of_new in known):
            yield "parts", self.words["part_new_above_people"], ["parts"]
        if sum(people for people, _new in parts) > (served or 0):
            yield "parts", self.words["parts_above_people"], ["parts", *SERVED]
        if sum(of_new for _people, of_new in known) > (new or 0):
            yield "parts", self.words["parts_above_new"], ["parts", "new_people"]
        old = [people - of_new for people, of_new in row.parts.values() if None not in (people, of_new)]
        if old and None not in (served, new) and sum(old) > served - new:
            yield "parts", self.words["parts_above_old"], ["parts", "new_people", *SERVED]

    def of_bodies(self, row):
        wanted, body = row.wanted, row.wanted.delivered_by_id
        part = self.parts.get((wanted.initiative_id, body))
        named = row.values.get("delivered_by") and body is None
        foreign = body and self.body not in (None, body)
        if named or foreign or body and wanted.initiative_id and not part and self.is_written_anew(row):
            needed = ["delivered_by", "initiative"]
            yield "delivered_by", self.words["not_implementing"], needed
        if part and wanted.day:
            yield from self.of_part(part, wanted)
        if self.body and wanted.initiative_id and not (part and self.is_current(part)):
            yield "initiative", self.words["no_part_today"], ["initiative", "delivered_by"]

    def of_part(self, part, wanted):
        needed, name = [*DAY, "delivered_by", "initiative"], part.organisation.name
        if part.since and last_day(wanted) < part.since:
            yield "day", log_words.part_since(name, part.since), needed
        if part.until and wanted.day > part.until:
            yield "day", log_words.part_until(name, part.until), needed

    def is_current(self, part):
        today = timezone.localdate()
        return not (part.since and part.since > today or part.until and part.until < today)
