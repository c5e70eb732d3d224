"""Locks between the commands of one checkout; the kernel drops them when a process dies, however it dies."""

import contextlib
import fcntl

from will_portal.local.bootstrap import Problem


@contextlib.contextmanager
def alone(path, otherwise):
    """Hold a lock that only one process has; `otherwise` is the sentence for whoever comes second."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        try:
            # Record locks, unlike flock, do not pass on to the processes that are forked off.
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise Problem(otherwise) from error
        yield


@contextlib.contextmanager
def in_turn(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        fcntl.lockf(file, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def together(folder, start, stop):
    """Share what `start` starts among commands; the last one to leave stops it."""
    turn = folder / "turn.lock"
    with contextlib.ExitStack() as stack:
        with in_turn(turn):
            users = stack.enter_context((folder / "users.lock").open("a+"))
            fcntl.lockf(users, fcntl.LOCK_SH)
            try:
                result = start()
            except BaseException:
                stop_if_last(users, stop)
                raise
        try:
            yield result
        finally:
            with in_turn(turn):
                stop_if_last(users, stop)


def stop_if_last(users, stop):
    try:
        fcntl.lockf(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return
    stop()
