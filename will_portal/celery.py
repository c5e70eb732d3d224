import os

from celery import Celery
from kombu.transport import redis
from redis.exceptions import ConnectionError

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "will_portal.settings")

app = Celery("will_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


class Channel(redis.Channel):
    """Says that its connection is gone in the words that Celery waits for.

    kombu (5.7; like its issue 582) stumbles over the missing client instead, where a task ends while the
    broker is away, and the worker ends with it: for good, where nothing starts it again.
    """

    def _connparams(self, asynchronous=False):
        if self.connection is None or self.connection.client is None:
            raise ConnectionError("The connection of this channel is closed.")
        return super()._connparams(asynchronous)


redis.Transport.Channel = Channel
