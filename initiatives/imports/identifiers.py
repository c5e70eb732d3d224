from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from initiatives.imports.widgets import CellWidget


class IdentifierWidget(CellWidget):
    """The identifier that the portal's own exports give a row."""

    def read(self, cell, text):
        try:
            return UUID(text)
        except ValueError:
            raise ValidationError(
                _("This is no identifier of the portal: leave it empty for a new row."), code="invalid"
            ) from None

    def store(self, value):
        return None if value is None else str(value)

    def restore(self, stored):
        return UUID(stored) if stored else None
