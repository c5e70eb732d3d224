"""Which initiatives and times are asked for, and may be read."""

from dataclasses import dataclass
from functools import cached_property

from evaluation.figures.statements import column_of
from initiatives.codes import Stage
from initiatives.models import Initiative, InterventionKind


@dataclass(frozen=True)
class Chosen:
    """Which rows are asked for: cities, periods, and what narrows them down."""

    cities: list
    periods: list
    asked: object
    reader: object
    release: object = None

    @cached_property
    def parameters(self):
        asked = self.asked
        return {
            "cities": self.cities,
            "firsts": [period.first for period in self.periods],
            "lasts": [period.last for period in self.periods],
            "release": self.release.number if self.release else 0,
            "area": asked.user_area,
            "innovation": asked.innovation_area,
            "lever": asked.innovation_lever,
            "stage": asked.stage,
            "initiative": asked.initiative and asked.initiative.pk,
            "kinds": kinds_of(asked.kind),
            "body": asked.organisation.pk if asked.organisation else None,
            "idea": Stage.IDEA,
        }

    @cached_property
    def published_today(self):
        """The initiatives that everybody may know of now, whatever a release tells of them; None for all."""
        if self.reader.sees_all:
            return None
        return column_of(published_in, *self.cities)

    @property
    def is_narrowed(self):
        asked = self.asked
        areas = asked.user_area or asked.innovation_area or asked.innovation_lever
        return bool(areas or asked.stage or asked.initiative)

    @property
    def initiatives(self):
        """SQL for the released initiatives that are asked for, and that the reader may know of."""
        rights = "" if self.reader.sees_all else PUBLISHED
        return RELEASED_INITIATIVES + rights + narrowed(self.asked, "i.initiative_id")

    @property
    def own_initiatives(self):
        return LIVE_INITIATIVES + narrowed(self.asked, "i.id")


def published_in(*cities):
    published = Initiative.objects.filter(city__in=cities, published_at__isnull=False)
    return published.order_by("pk").values_list("pk")


def kinds_of(kind):
    """A kind and those below it: A has A1 and A1-PSW."""
    return kind and column_of(beginning_with, kind.code)


def beginning_with(code):
    return InterventionKind.objects.filter(code__startswith=code).values_list("pk")


def narrowed(asked, initiative):
    conditions = {
        f"{initiative} = %(initiative)s": asked.initiative,
        "%(area)s = ANY (i.user_areas)": asked.user_area,
        "i.innovation_area = %(innovation)s": asked.innovation_area,
        "i.innovation_lever = %(lever)s": asked.innovation_lever,
        "i.stage = %(stage)s": asked.stage,
    }
    return "".join(f" AND {condition}" for condition, value in conditions.items() if value)


PERIODS = "unnest(%(firsts)s::date[], %(lasts)s::date[]) WITH ORDINALITY AS p (first, last, number)"
HOLDS = "{0}.since_id <= %(release)s AND ({0}.until_id IS NULL OR {0}.until_id > %(release)s)"
RELEASED_INITIATIVES = f"""
    SELECT i.initiative_id AS id FROM evaluation_releasedinitiative AS i
    WHERE i.city_id = ANY (%(cities)s) AND {HOLDS.format("i")}
        AND (i.is_published OR i.stage <> %(idea)s)
"""  # nosec B608: names of our own
# What was published then, and still is.
PUBLISHED = """ AND i.is_published AND EXISTS (
    SELECT FROM initiatives_initiative AS today
    WHERE today.id = i.initiative_id AND today.published_at IS NOT NULL
)"""
LIVE_INITIATIVES = "SELECT i.id FROM initiatives_initiative AS i WHERE i.city_id = ANY (%(cities)s)"
