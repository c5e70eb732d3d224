"""What became of an entry: who changed what and when, and how two states of it differ."""

from datetime import datetime
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cities.models import CityMembership
from initiatives.actions.log import WRITTEN
from initiatives.codes import AgeBand, Citizenship, Sex
from initiatives.differences import COMPARED, Difference, label_of, spelled
from initiatives.models import Intervention, InterventionKind, InterventionPeople
from thirdsector.models import Organisation
from will_portal.accounts.models import User

EntryEvent = Intervention.pgh_event_model
PartEvent = InterventionPeople.pgh_event_model
ACTS = {
    "withdrawn_at": gettext_lazy("withdrawn"),
    "returned_at": gettext_lazy("returned"),
    "confirmed_at": gettext_lazy("confirmed"),
}


class Change(NamedTuple):
    when: datetime
    act: str
    by: str
    fields: list


def part_label(key):
    sex, age_band, citizenship = key
    return f"{Sex(sex).label}, {AgeBand(age_band).label}, {Citizenship(citizenship).label}"


def key_of(part):
    return part.sex, part.age_band, part.citizenship


def counted(part):
    """What one part of the breakdown says, in words."""
    if part is None:
        return spelled(None)
    if part.new_people is None:
        return spelled(part.people)
    return _("%(people)s, of whom %(new)s new") % {
        "people": spelled(part.people),
        "new": spelled(part.new_people),
    }


def shown(entry, name):
    value = getattr(entry, name)
    return _("The city itself") if name == "delivered_by" and value is None else spelled(value)


def differences(theirs, mine, parts):
    """Return the Differences between a stored entry and another one, unsaved, with its parts."""
    found = [
        Difference(label_of(name), shown(theirs, name), shown(mine, name))
        for name in ["initiative", *WRITTEN]
        if getattr(theirs, name) != getattr(mine, name)
    ]
    stored = {key_of(part): part for part in theirs.breakdown.all()}
    wanted = {key_of(part): part for part in parts}
    return found + part_differences(stored, wanted)


def part_differences(old, new):
    keys = sorted(old.keys() | new.keys())
    told = [(key, counted(old.get(key)), counted(new.get(key))) for key in keys]
    return [Difference(part_label(key), was, now) for key, was, now in told if was != now]


def changes_of(entry, names_shown):
    """Return the Changes of an entry, the latest first.

    Names, and what was before another body delivered it, are for those who work for its city.
    """
    events = [
        *EntryEvent.objects.filter(pgh_obj_id=entry.pk).select_related("pgh_context"),
        *PartEvent.objects.filter(intervention_id=entry.pk).select_related("pgh_context"),
    ]
    write, actor = foreign_names(events), actors_of(entry, events, names_shown)
    told, last, parts = [], None, {}
    for together in by_act(events):
        before = dict(parts)
        follow(parts, [event for event in together if isinstance(event, PartEvent)])
        fields = part_differences(before, parts)
        for state in (event for event in together if isinstance(event, EntryEvent)):
            fields = fields_of(last, state, write) + fields if last else []
            told.append(Change(state.pgh_created_at, act_of(last, state, fields), actor(state), fields))
            if last and last.delivered_by_id != state.delivered_by_id and not names_shown:
                told.clear()
            last, fields = state, []
        if fields:
            told.append(Change(together[0].pgh_created_at, _("changed"), actor(together[0]), fields))
    return told[::-1]


def by_act(events):
    """Return the events of each act together; ids order them within one table, moments across both."""
    acts = {}
    for event in sorted(events, key=lambda event: (event.pgh_created_at, event.pgh_id)):
        acts.setdefault((event.pgh_created_at, event.pgh_context_id), []).append(event)
    return list(acts.values())


def follow(parts, events):
    for event in events:
        if event.pgh_label == "delete":
            parts.pop(key_of(event), None)
        else:
            parts[key_of(event)] = event


def act_of(last, state, fields):
    if last is None:
        return _("entered and confirmed") if state.confirmed_at else _("entered")
    for name, act in ACTS.items():
        if getattr(state, name) and not getattr(last, name):
            return _("changed and %(act)s") % {"act": act} if fields else str(act)
    if not fields and bool(state.confirmed_at) == bool(last.confirmed_at):
        # History does not hold free words: this is all that can be left.
        return _("note or details without figures changed")
    return _("changed")


def fields_of(last, state, write):
    return [
        Difference(label_of(name), write(name, was), write(name, now))
        for name in COMPARED
        if (was := raw(last, name)) != (now := raw(state, name))
    ]


def raw(state, name):
    # In the history a foreign key is the number that it was.
    return getattr(state, Intervention._meta.get_field(name).attname)


def foreign_names(events):
    """Return a function that spells a value of a field, with the names of what foreign keys point to."""
    states = [event for event in events if isinstance(event, EntryEvent)]
    kinds = InterventionKind.objects.in_bulk({state.kind_id for state in states})
    bodies = Organisation.objects.in_bulk({s.delivered_by_id for s in states if s.delivered_by_id})
    names = {"kind": kinds, "delivered_by": bodies}

    def write(name, value):
        if name == "delivered_by" and value is None:
            return _("The city itself")
        return spelled(names[name].get(value) if name in names else value)

    return write


def actors_of(entry, events, names_shown):
    """Return a function from an event to who did it: by name, or to others than the city by its side."""
    keys = {event.pgh_context.metadata.get("user") for event in events if event.pgh_context} - {None}
    people = User.objects.in_bulk(keys)
    memberships = CityMembership.objects.filter(user__in=keys, city=entry.city_id)
    of_city = set() if names_shown else set(memberships.values_list("user", flat=True))

    def actor(event):
        key = event.pgh_context.metadata.get("user") if event.pgh_context else None
        if key not in people:
            return _("the portal")
        if names_shown:
            return str(people[key])
        return side(entry, key in of_city)

    return actor


def author_of(entry, names_shown):
    if names_shown:
        return str(entry.entered_by)
    memberships = CityMembership.objects.filter(user=entry.entered_by_id, city=entry.city_id)
    return side(entry, memberships.exists())


def side(entry, is_of_city):
    return entry.city.name if is_of_city or entry.delivered_by is None else entry.delivered_by.name
