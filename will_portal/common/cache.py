import logging
import time
from dataclasses import dataclass, field
from threading import Lock

from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import ConnectionError, OutOfMemoryError, ReadOnlyError, RedisError, TimeoutError

logger = logging.getLogger(__name__)

AWAY = (ConnectionError, TimeoutError, ReadOnlyError, OutOfMemoryError)
# How long nobody asks a server that did not answer.
PAUSE = 10


@dataclass
class Breaker:
    """Whether one server answers: shared by the threads of a process, so that one of them waits, not each."""

    ask_again: float | None = None
    lock: Lock = field(default_factory=Lock)

    def lets_through(self):
        with self.lock:
            if self.ask_again is None:
                return True
            if time.monotonic() < self.ask_again:
                return False
            self.ask_again = time.monotonic() + PAUSE
            return True

    def opens(self, error):
        with self.lock:
            if self.ask_again is None:
                logger.warning("Redis does not answer, the cache is this process's memory: %s", error)
            self.ask_again = time.monotonic() + PAUSE

    def closes(self):
        with self.lock:
            if self.ask_again is not None:
                logger.warning("Redis answers again.")
            self.ask_again = None


def asking_redis_first(name):
    def operation(self, *args, **kwargs):
        if self._breaker.lets_through():
            try:
                answer = getattr(self._redis, name)(*args, **kwargs)
            except AWAY as error:
                self._breaker.opens(error)
            else:
                self._breaker.closes()
                return answer
        return getattr(self._memory, name)(*args, **kwargs)

    return operation


class RedisOrMemoryCache(BaseCache):
    """Redis while it answers; a memory of this process while it does not, so that sign-in stays limited.

    What is written meanwhile does not reach Redis, so nothing may live in it whose age would do harm.
    """

    _breakers: dict[str, Breaker] = {}

    def __init__(self, server, params):
        super().__init__(params)
        self._redis = RedisCache(server, params)
        # Django's memory holds 300 keys and then forgets at random: too few for attempts from everywhere.
        self._memory = LocMemCache(server, params | {"OPTIONS": {"MAX_ENTRIES": 10_000}})
        self._breaker = self._breakers.setdefault(server, Breaker())

    add = asking_redis_first("add")
    get = asking_redis_first("get")
    set = asking_redis_first("set")
    touch = asking_redis_first("touch")
    delete = asking_redis_first("delete")
    get_many = asking_redis_first("get_many")
    set_many = asking_redis_first("set_many")
    delete_many = asking_redis_first("delete_many")
    has_key = asking_redis_first("has_key")
    incr = asking_redis_first("incr")
    clear = asking_redis_first("clear")

    def redis_answers(self):
        """Ask the server itself, whatever is known of it."""
        try:
            self._redis.get("readyz")
        except RedisError:
            return False
        return True
