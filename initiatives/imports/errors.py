from django.utils.translation import gettext as _

from will_portal.common.numbers import spell_number


class Stale(Exception):
    """What was reviewed is no longer so: nothing may be loaded before somebody has looked again."""


class SendBack(Exception):
    """The columns are matched in a way that leads nowhere; `sentence` says why."""

    def __init__(self, sentence):
        super().__init__(sentence)
        self.sentence = sentence

    @classmethod
    def too_many_problems(cls, most):
        return cls(
            _("More than %(most)s cells are wrong: see whether the columns are matched rightly.")
            % {"most": spell_number(most)}
        )


def shifted():
    """What is said of a row with more cells than headings: which of them belongs to which nobody knows."""
    return _("This row has more cells than the file has headings: they may have shifted.")
