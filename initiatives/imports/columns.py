"""What a column of an office's table is: its name, the headings people give it, how its cells are read."""

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from import_export.fields import Field
from import_export.resources import ModelResource


@dataclass(frozen=True)
class Stored:
    """A value that a cell had when the file was checked, as JSON keeps it."""

    value: object


class Column(Field):
    """A field of a table. A column that is not imported is recognised and left alone.

    `aliases` are headings that offices use, in Italian and English; the label in both languages and the name
    of the field need not be among them.
    """

    def __init__(self, label, widget, *, attribute=None, aliases=(), **options):
        self.required = options.pop("required", False)
        self.exported = options.pop("exported", True)
        self.imported = options.pop("imported", True)
        super().__init__(attribute=attribute, widget=widget, readonly=not self.imported, **options)
        self.label, self.aliases = label, aliases

    @property
    def name(self):
        """The name of the field in its table, which is also that of the column in a file of ours."""
        return self.column_name

    def clean(self, row, **kwargs):
        value = row[self.name]
        if isinstance(value, Stored):
            value = self.widget.restore(value.value)
        else:
            value = self.widget.clean(value, row=row, **kwargs)
        if self.required and value in (None, "", []):
            raise ValidationError(_("This must not be empty."), code="required")
        return value


class TableResource(ModelResource):
    """The columns of a model for whoever imports, and for the city or organisation they do it for.

    Lookups find what that person may touch now, so that an instance serves one check or one load.
    """

    class Meta:
        skip_diff = True
        skip_html_diff = True
        skip_unchanged = True
        report_skipped = True
        clean_model_instances = True
        import_id_fields = []

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        # What is declared, in this order, and none of the model's other fields.
        if "Meta" in cls.__dict__:
            cls.Meta.fields = list(cls.fields)

    def __init__(self, *, by, place, options=None):
        super().__init__()
        self.by, self.place = by, place
        self.fields = {name: self.fields[name] for name in self._meta.fields}
        self.bind(options or {})

    def bind(self, options):
        """Read cells as was chosen for the file: {"numbers": "it" or "en", "initiative": its code or ""}."""
        self.options = options
        for column in self.fields.values():
            column.attribute = column.attribute or column.name
            column.widget.bind(self)

    def columns(self):
        return dict(self.fields)

    def imported(self):
        return {name: column for name, column in self.fields.items() if column.imported}
