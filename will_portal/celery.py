import os
from contextlib import contextmanager

from celery import Celery
from celery.signals import celeryd_init
from kombu.transport import redis
from redis.exceptions import ConnectionError, RedisError

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "will_portal.settings")

app = Celery("will_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@celeryd_init.connect
def listen_to_queues_alone(**kwargs):
    """Keep workers from listening to each other, whatever the command that starts them.

    Nothing here needs it, and kombu 5.7 reads such a connection without any timeout: one that dies without a
    word now and then leaves the worker waiting in that read for good.
    """
    from celery.worker.consumer.gossip import Gossip
    from celery.worker.consumer.mingle import Mingle

    Gossip.compatible_transports = Mingle.compatible_transports = frozenset()


class QoS(redis.QoS):
    """Gives the place of a task to the next one even if nobody could be told that it is done.

    kombu (5.7) would count it as under way for good. Once this has befallen as many tasks as the worker has
    children, it asks for no more, and so does not even notice that its connection is gone. The broker gives
    such a task to somebody again after a while, which does no harm.
    """

    def ack(self, delivery_tag):
        with self.place_given_back(delivery_tag):
            super().ack(delivery_tag)

    def reject(self, delivery_tag, requeue=False):
        with self.place_given_back(delivery_tag):
            super().reject(delivery_tag, requeue)

    @contextmanager
    def place_given_back(self, delivery_tag):
        try:
            yield
        except RedisError:
            self._quick_ack(delivery_tag)
            raise


class Channel(redis.Channel):
    """Says that its connection is gone in the words that Celery waits for.

    kombu (5.7; like its issue 582) stumbles over the missing client instead, where a task ends while the
    broker is away, and the worker ends with it: for good, where nothing starts it again.
    """

    QoS = QoS

    def _connparams(self, asynchronous=False):
        if self.connection is None or self.connection.client is None:
            raise ConnectionError("The connection of this channel is closed.")
        return super()._connparams(asynchronous)


redis.Transport.Channel = Channel
