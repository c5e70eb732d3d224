from dataclasses import dataclass, field
from datetime import timedelta

from django.conf import settings
from django.core.cache import cache
from django.db import InterfaceError, OperationalError
from django.db.models import F
from django.db.models.functions import Now

from will_portal.common.models import Heartbeat

MISSED_BEATS = 4


@dataclass
class Health:
    database: bool = False
    redis: bool = False
    # Seconds since each background process was last seen; None where it never was.
    heartbeats: dict[str, float | None] = field(default_factory=dict)

    @property
    def late(self):
        limit = MISSED_BEATS * settings.HEARTBEAT_SECONDS
        return [source for source, age in self.heartbeats.items() if age is None or age > limit]

    @property
    def well(self):
        return self.database and self.redis and not self.late


def heartbeats():
    """Return {source: seconds since it was last seen, or None}; raise OperationalError without a database."""
    ages = dict(Heartbeat.objects.annotate(age=Now() - F("seen")).values_list("source", "age"))
    return {
        source: round(ages[source] / timedelta(seconds=1), 1) if source in ages else None
        for source in Heartbeat.Source.values
    }


def examine():
    health = Health(redis=cache.redis_answers())
    try:
        health.heartbeats = heartbeats()
        health.database = True
    except (OperationalError, InterfaceError):
        pass
    return health
