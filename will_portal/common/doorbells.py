"""Workers are woken by the broker and told by rows: it may be away, and nobody who writes must notice."""

import logging
from collections import defaultdict
from functools import partial

from django.db import transaction
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

_bells = defaultdict(list)
logger = logging.getLogger(__name__)

# A person waits meanwhile, and whoever sweeps over the rows will find the work anyway.
HASTY = {
    "socket_connect_timeout": 1,
    "socket_timeout": 1,
    "retry_on_timeout": False,
    "max_retries": 0,
}


def register(bell, task):
    """Have a task run, without arguments, whenever this bell is rung: so lower apps wake higher ones."""
    _bells[bell].append(task)


def ring_all(bell):
    for task in _bells[bell]:
        ring(task)


def ring(task, *args):
    """Have a task run once what asks for it is committed; without a broker, whenever the rows are swept."""
    transaction.on_commit(partial(send, task, args))


def send(task, args):
    try:
        with task.app.connection_for_write(connect_timeout=1, transport_options=HASTY) as connection:
            task.apply_async(args, connection=connection, retry=False)
    except (OperationalError, RedisError, OSError) as error:
        logger.warning("The broker does not answer, %s%s waits for the sweep: %s", task.name, args, error)
