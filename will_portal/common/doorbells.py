"""Workers are woken by the broker and told by rows: it may be away, and nobody who writes must notice."""

import logging
from functools import partial

from django.db import transaction
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

# A person waits meanwhile, and whoever sweeps over the rows will find the work anyway.
HASTY = {
    "socket_connect_timeout": 1,
    "socket_timeout": 1,
    "retry_on_timeout": False,
    "max_retries": 0,
}


def ring(task, *args):
    """Have a task run once what asks for it is committed; without a broker, whenever the rows are swept."""
    transaction.on_commit(partial(send, task, args))


def send(task, args):
    try:
        with task.app.connection_for_write(connect_timeout=1, transport_options=HASTY) as connection:
            task.apply_async(args, connection=connection, retry=False)
    except (OperationalError, RedisError, OSError) as error:
        logger.warning("The broker does not answer, %s%s waits for the sweep: %s", task.name, args, error)
