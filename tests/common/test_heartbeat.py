import time

import pytest

from will_portal.common.models import Heartbeat
from will_portal.common.tasks import heartbeat

pytestmark = pytest.mark.django_db(transaction=True)


def eventually(condition, seconds=15):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.2)


def test_scheduler_and_worker_leave_a_sign_of_life(worker, client):
    eventually(lambda: Heartbeat.objects.count() == 2)
    assert client.get("/healthz").json()["status"] == "ok"


def test_a_task_sent_from_here_reaches_the_worker(worker):
    heartbeat.delay()
    eventually(Heartbeat.objects.filter(source="worker").exists)
