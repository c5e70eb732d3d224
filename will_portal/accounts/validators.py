import re
import unicodedata

from django.contrib.auth.password_validation import MinimumLengthValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


class MinimumLength(MinimumLengthValidator):
    """Django's rule with words of our own, since its catalogues translate them to few languages."""

    def get_error_message(self):
        return _("Choose a password of at least %(length)d characters.") % {"length": self.min_length}


def plain_name(name):
    """Refuse what a name does not need and a deceiver does: it stands in mails to people outside."""
    hidden = any(unicodedata.category(character).startswith("C") for character in name)
    # Mail programs make a link of any word with a dot inside; "G.Rossi" is a name.
    address = re.search(r"\w{2,}\.\w{2,}", name)
    if hidden or address or any(mark in name for mark in "@<>/\\"):
        raise ValidationError(_("Write a name as people say it, without addresses or links."), code="name")
