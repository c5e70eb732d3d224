"""One number, with all that one must know to read it."""

from dataclasses import dataclass, field
from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    """The value of a choice is the code that files write."""

    VALUE = "", _("value")
    SUPPRESSED = "s", _("not shown, since it would tell of few people or of one organisation")
    MISSING = "m", _("no data")
    NOT_APPLICABLE = "n", _("not applicable")


class Apart(models.TextChoices):
    """Why a figure is not like the others beside it."""

    OUTSIDE = "outside", _("the city was outside the programme for all or part of this period")
    PARTIAL = "partial", _("not all months of this period are published")
    LIVE = "live", _("read from the city’s own log, with months that are not closed")


@dataclass(frozen=True)
class Figure:
    """A number of one place and period.

    `value` is exact where `lower` and `upper` are equal. Where they differ it is None: the truth lies between
    them, the upper end included, `upper` None for no known end. A figure that is suppressed may have such
    ends, and never a value; one that is missing or not applicable has neither. Units are the indicator's.
    """

    state: State
    value: Decimal | int | None = None
    lower: Decimal | int | None = None
    upper: Decimal | int | None = None
    # What a rate was divided from, where both are told.
    numerator: Decimal | int | None = None
    denominator: Decimal | int | None = None
    # How many entries say what is asked, of how many; None where nothing is counted or it is not told.
    known: int | None = None
    entries: int | None = None
    # Entries of the city itself that nobody has confirmed yet, and that are not in the figure.
    unconfirmed: int = 0
    # How many of the months in which the city was in the programme are in the figure; None for what is no
    # sum of months.
    published: int | None = 0
    months: int = 0
    population_year: int | None = None
    # Whether it holds money of initiatives that were published once, and perhaps are no more.
    is_pooled: bool = False
    apart: frozenset = field(default_factory=frozenset)

    @property
    def is_value(self):
        return self.state == State.VALUE

    @property
    def is_range(self):
        """Whether only a lowest and a highest number are known, as with different persons."""
        return self.state == State.VALUE and self.value is None

    @property
    def place(self):
        """Where it stands in a picture and in an order: the value, or the upper end of a range, or None."""
        return self.upper if self.is_range else self.value

    @property
    def is_apart(self):
        """Whether it is to be left out where figures are compared."""
        return bool(self.apart)

    @property
    def is_comparable(self):
        return self.place is not None and not self.is_apart


MISSING = Figure(State.MISSING)
