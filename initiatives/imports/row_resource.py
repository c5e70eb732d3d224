"""What a row of a file comes to, where rows are few enough to be read one by one."""

from dataclasses import dataclass, field
from itertools import chain

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError, transaction
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from initiatives.imports.columns import TableResource
from initiatives.imports.errors import shifted
from initiatives.models import ImportedRow

Outcome = ImportedRow.Outcome
# As many rows as fit into a sentence.
TOLD = 5
OUTCOMES = {"new": Outcome.NEW, "update": Outcome.CHANGED, "skip": Outcome.UNCHANGED}


@dataclass
class ReadRow:
    """A row on its way: what its cells say, what it means, and what came of it."""

    number: int
    values: dict
    # {field: [ValidationError]}; what is wrong with the row as a whole is under NON_FIELD_ERRORS.
    wrong: dict = field(default_factory=dict)
    instance: object = None
    before: dict | None = None
    outcome: str = Outcome.WRONG
    target: object = None

    def refuse(self, name, error):
        self.wrong.setdefault(name, []).append(error)


def spell_rows(numbers):
    told = [str(number) for number in numbers[:TOLD]]
    return get_text_list([*told, _("others")] if len(numbers) > TOLD else told, _("and"))


class RowResource(TableResource):
    """Reads every cell before the first row is judged, and the rows that are there with one query.

    `links` are the columns of many-to-many fields, `needed` those without which a row cannot be new,
    `optional` those that stay as a new one has them where the file says nothing.
    """

    links = ()
    needed = ()
    optional = ()
    # The numbers of rows with more cells than headings.
    overlong = frozenset()

    # What each table says of itself.

    def identities(self, values):
        """Yield (what it is, value) of all that tells a row from the others."""
        raise NotImplementedError

    def fetch(self, rows, *, locked):
        """Remember what is there of these rows, locked until the transaction ends if it will be changed."""
        raise NotImplementedError

    def find(self, row):
        """Return what the row is about, None if it is new; what it says of that is refused on the row."""
        raise NotImplementedError

    def told_twice(self, name, rows):
        """Return the sentence for rows of the same identity."""
        raise NotImplementedError

    def settle(self, row):
        """Complete what the row says by what the file or its place says for all rows."""

    def rules(self, row):
        """Yield (field, ValidationError) of what may not be; also of what somebody may not change."""
        return ()

    # What import-export asks of a resource.

    def before_import(self, dataset, *, numbers, progress, targets=None, locked=False, **kwargs):
        self.targets, self.progress = targets or {}, progress
        self.read = [self.read_row(*pair) for pair in zip(numbers, dataset.dict, strict=True)]
        self.fetch(self.read, locked=locked)
        for row in self.read:
            row.instance = self.find(row)
        self.refuse_twins()

    def read_row(self, number, cells):
        row = ReadRow(number, {})
        for name, cell in cells.items():
            # None is no cell: another row of the file says this, not this one.
            if cell is not None:
                self.read_cell(row, name, cells)
        if number in self.overlong:
            row.refuse(NON_FIELD_ERRORS, ValidationError(shifted()))
        return row

    def read_cell(self, row, name, cells):
        try:
            row.values[name] = self.fields[name].clean(cells)
        except ValidationError as error:
            row.refuse(name, error)

    def refuse_twins(self):
        rows_of = {}
        for row in self.read:
            names = dict(self.identities(row.values))
            if row.instance is not None and row.instance.pk:
                names["pk"] = row.instance.pk
            for pair in names.items():
                rows_of.setdefault(pair, []).append(row)
        for (name, _value), rows in rows_of.items():
            if len(rows) > 1:
                self.refuse_all(rows, name)

    def refuse_all(self, rows, name):
        error = ValidationError(self.told_twice(name, spell_rows([row.number for row in rows])))
        for row in rows:
            said = {message for errors in row.wrong.values() for each in errors for message in each.messages}
            if error.message not in said:
                row.refuse(name if name in self.fields else NON_FIELD_ERRORS, error)

    def before_import_row(self, row, *, row_number, **kwargs):
        self.row = self.read[row_number - 1]
        self.progress.rows(row_number)

    def get_instance(self, instance_loader, row):
        return self.row.instance

    def init_instance(self, row=None):
        instance = super().init_instance(row)
        self.row.instance = instance
        self.identify(instance, self.targets.get(self.row.number))
        return instance

    def identify(self, instance, target):
        """Give what is new the identifier that it had at the check."""
        if target:
            instance.public_id = target

    def import_instance(self, instance, row, **kwargs):
        row, is_new = self.row, instance.pk is None
        self.settle(row)
        if not is_new:
            row.before = self.stored_of(instance, row.values)
        for name, value in row.values.items():
            if name not in self.links and self.fields[name].imported:
                setattr(instance, self.fields[name].attribute, value)
        if row.wrong:
            raise ValidationError(row.wrong)

    def stored_of(self, instance, names):
        return {name: self.stored_value(instance, name) for name in names}

    def stored_value(self, instance, name):
        column = self.fields[name]
        value = getattr(instance, column.attribute)
        if name in self.links:
            value = sorted(value.all(), key=column.widget.code_of)
        return column.widget.store(value)

    @property
    def stored_values(self):
        """What the row says, as JSON keeps it."""
        return {name: self.fields[name].widget.store(value) for name, value in self.row.values.items()}

    def skip_row(self, instance, original, row, import_validation_errors=None):
        return not import_validation_errors and self.row.before == self.stored_values

    def validate_instance(self, instance, import_validation_errors=None, validate_unique=True):
        errors = {name: list(found) for name, found in (import_validation_errors or {}).items()}
        for name, error in chain(self.missing(instance), self.rules(self.row)):
            errors.setdefault(name, []).append(error)
        try:
            instance.clean_fields(exclude=self.unsaid(errors) | instance.get_deferred_fields())
            instance.clean()
        except ValidationError as error:
            errors = error.update_error_dict(errors)
        self.refuse_row(errors)

    def refuse_row(self, errors):
        if errors:
            self.row.wrong = errors
            raise ValidationError(errors)

    def missing(self, instance):
        """Yield an error for each column without which nothing new can be made."""
        if instance.pk is None and not self.row.wrong:
            for name in self.needed:
                if name not in self.row.values:
                    label = {"label": self.fields[name].label}
                    yield (
                        NON_FIELD_ERRORS,
                        ValidationError(
                            _("For a new row the file needs the column “%(label)s”."), params=label
                        ),
                    )

    def unsaid(self, errors):
        """The attributes that are not looked at: wrong already, or not said although they are needed."""
        return {*errors, *(name for name in self.needed if name not in self.row.values)}

    def do_instance_save(self, instance, is_create):
        """Let the database judge; only where it refuses is it asked rule by rule which one was broken."""
        try:
            with transaction.atomic():
                self.write(instance, is_create)
        except IntegrityError as refusal:
            try:
                instance.full_clean(exclude=instance.get_deferred_fields())
            except ValidationError as error:
                self.refuse_row(error.update_error_dict({}))
            raise refusal

    def write(self, instance, is_create):
        if is_create:
            instance.save(force_insert=True)
        elif changed := self.changed():
            instance.save(update_fields=[self.fields[name].attribute for name in changed])

    def changed(self):
        """The fields of the model itself that the row changes."""
        after = self.stored_values
        return [
            name for name, was in self.row.before.items() if name not in self.links and was != after[name]
        ]

    def save_m2m(self, instance, row, **kwargs):
        for name in self.links:
            if name in self.row.values:
                getattr(instance, self.fields[name].attribute).set(self.row.values[name])

    def after_import_row(self, row, row_result, **kwargs):
        self.row.outcome = OUTCOMES[row_result.import_type]
        self.row.target = self.target_of(self.row.instance)

    def target_of(self, instance):
        return instance.public_id

    # What an undo asks.

    def present(self, reviewed):
        """Return {number: instance} of what is still there of these imported rows, locked."""
        model = self._meta.model
        found = model.objects.filter(public_id__in=[row.target for row in reviewed])
        locked = found.select_for_update(no_key=True, of=("self",)).order_by("pk")
        by_target = {instance.public_id: instance for instance in locked.prefetch_related(*self.links)}
        return {row.number: by_target[row.target] for row in reviewed if row.target in by_target}

    def changeable(self, instances):
        """Return the keys of those that somebody may change now."""
        raise NotImplementedError

    def remember_rights(self, instances):
        """Ask once for all of them what somebody may do with each."""
        self.editable = self.changeable(instances)

    def may_undo(self, instance, reviewed):
        return instance.pk in self.editable

    def is_untouched(self, instance, reviewed):
        """Whether something is still as the import left it."""
        unsaid = {} if reviewed.before is not None else self.stored_of(self._meta.model(), self.optional)
        expected = unsaid | reviewed.values
        return self.stored_of(instance, expected) == expected

    def give_back(self, instance, reviewed):
        """Write what a changed row was before."""
        before = {name: self.fields[name].widget.restore(value) for name, value in reviewed.before.items()}
        written = [name for name in before if name not in self.links]
        for name in written:
            setattr(instance, self.fields[name].attribute, before[name])
        instance.save(update_fields=[self.fields[name].attribute for name in written])
        for name in self.links:
            if name in before:
                getattr(instance, name).set(before[name])

    def remove(self, instance):
        instance.delete()
