"""What the portal holds on a person: every field that points to one says here what becomes of its rows."""

from typing import NamedTuple


class Holding(NamedTuple):
    model: type
    field: str
    hidden: frozenset


_about, _acts = [], []


def register_about(model, field, *, hidden=()):
    """Rows about the person: in the copy they may ask for, without what is hidden, and gone when erased."""
    _about.append(Holding(model, field, frozenset(hidden)))


def register_acts(model, *fields, hidden=()):
    """Rows on what the person did: in the copy as well, and kept under a pseudonym when erased."""
    _acts.extend(Holding(model, field, frozenset(hidden)) for field in fields)


def holdings():
    return [*_about, *_acts]


def contents(row, hidden=()):
    fields = (field for field in row._meta.concrete_fields if field.name not in hidden)
    return {field.name: field.value_from_object(row) for field in fields}


def copy_for(user):
    """Return all rows that point to the person, as {"app.model.field": [{name: value}]}."""
    copy = {"person": contents(user, {"password"})}
    for model, field, hidden in holdings():
        rows = model._default_manager.filter(**{field: user.pk}).order_by("pk")
        copy[f"{model._meta.label_lower}.{field}"] = [contents(row, hidden) for row in rows]
    return copy


def delete_rows_about(user):
    for model, field, _hidden in _about:
        model._default_manager.filter(**{field: user.pk}).delete()
