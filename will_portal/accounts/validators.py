from django.contrib.auth.password_validation import MinimumLengthValidator
from django.utils.translation import gettext as _


class MinimumLength(MinimumLengthValidator):
    """Django's rule with words of our own, since its catalogues translate them to few languages."""

    def get_error_message(self):
        return _("Choose a password of at least %(length)d characters.") % {"length": self.min_length}
