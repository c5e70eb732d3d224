"""Faults of processes and servers. Each takes the scene, and leaves behind what only time may heal."""

import contextlib
import signal

import psutil

from evaluation.tasks import roll_up
from will_portal.common.doorbells import send
from will_portal.local.soak.levers import held


def child_killed(scene):
    with scene.people():
        with held(scene, scene.enter):
            scene.wait(0, 0.2)
            kill_children(scene, 5)
        for _ in range(3):
            scene.wait(0, 0.4)
            kill_children(scene, 1)


def kill_children(scene, number):
    children = [child for worker in scene.workers for child in worker.children()]
    for child in scene.lots.sample(children, min(number, len(children))):
        with contextlib.suppress(psutil.NoSuchProcess):
            child.kill()


def worker_killed(scene):
    with scene.people():
        with held(scene, scene.enter):
            scene.wait(0, 0.2)
            for worker in scene.workers:
                worker.kill()
        scene.revive()


def redis_stopped(scene):
    with scene.people(), redis_away(scene):
        scene.people_go_on(1)


def redis_stopped_busy(scene):
    """Take Redis away while every child has a task, so that all of them end with nobody to tell it to."""
    children = [child for worker in scene.workers for child in worker.children()]
    with scene.people(), contextlib.ExitStack() as away:
        with suspended(children):
            for _child in children:
                send(roll_up, [])
            scene.until(lambda: scene.redis.taken() >= len(children), "not every child was given a task")
            away.enter_context(redis_away(scene))
        scene.people_go_on(1)


@contextlib.contextmanager
def redis_away(scene):
    if scene.lots.random() < 0.5:
        scene.redis.stop()
    else:
        scene.redis.process().kill()
    scene.servers.proxy.refuse()
    try:
        yield
    finally:
        scene.redis.launch()
        scene.servers.proxy.accept()


@contextlib.contextmanager
def suspended(children):
    for child in children:
        child.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        for child in children:
            child.send_signal(signal.SIGCONT)


def redis_frozen(scene):
    with scene.people():
        scene.redis.freeze()
        try:
            scene.people_go_on(3)
        finally:
            scene.redis.thaw()


def redis_emptied(scene):
    with scene.people():
        for _ in range(3):
            scene.wait(0, 0.4)
            scene.redis.empty()
    # Once more, and nobody rings afterwards: whoever sweeps must find the way alone.
    scene.redis.empty()
    scene.copier.act()


def connection_dead(scene):
    with scene.people():
        scene.servers.proxy.silence()
        scene.people_go_on(1)
    scene.copier.act()


def database_crashed(scene):
    with scene.people():
        with held(scene, scene.enter):
            scene.servers.crash_postgres()
            try:
                scene.wait(0, 0.5)
            finally:
                scene.servers.postgres.launch()
        scene.people_go_on(1)


def two_beats(scene):
    scene.second_beat.resume()
    try:
        with scene.people():
            scene.wait(2, 3)
    finally:
        scene.second_beat.suspend()


def stopped_in_the_middle(scene):
    """Stop a worker's children, wherever they are, and let the other worker go on."""
    with suspended(scene.workers[0].children()):
        scene.enter()
        scene.wait(0.5, 1)
