"""The portal's settings, with the waits after which a dead connection is noticed made short."""

from celery.schedules import crontab

from will_portal.settings import *  # noqa: F403
from will_portal.settings import CELERY_BEAT_SCHEDULE, CELERY_BROKER_TRANSPORT_OPTIONS

CELERY_BROKER_TRANSPORT_OPTIONS = CELERY_BROKER_TRANSPORT_OPTIONS | {
    "socket_timeout": 2,
    "health_check_interval": 2,
}
# A soak that lasts until night checks the sums itself, and a second check at the same time would be refused.
CELERY_BEAT_SCHEDULE = {
    name: item for name, item in CELERY_BEAT_SCHEDULE.items() if not isinstance(item["schedule"], crontab)
}
