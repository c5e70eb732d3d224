"""From where somebody imports: what they see from there, as SQL conditions with their parameters."""

from django.utils import timezone

from initiatives.calendar import FIRST_DAY
from thirdsector.models import Organisation


class Scope:
    """A run's place. `sees` is the condition on an entry `e`, `body` whose delivery a staged row is."""

    def __init__(self, run, by):
        self.run, self.by = run, by
        self.params = {"today": timezone.localdate(), "first_day": FIRST_DAY}
        if run.city_id:
            self.sees, self.body = "e.city_id = %(city)s", "delivered_by"
            self.params |= {"city": run.city_id}
        else:
            # A member sees their own entries, a representative all of the organisation's.
            represented = Organisation.objects.represented_by(by).filter(pk=run.organisation_id)
            self.sees = "e.delivered_by_id = %(body)s AND (%(represents)s OR e.entered_by_id = %(by)s)"
            self.body = "coalesce(delivered_by, %(code)s)"
            self.params |= {
                "body": run.organisation_id,
                "code": run.organisation.fiscal_code,
                "represents": represented.exists(),
                "by": by.pk,
            }
