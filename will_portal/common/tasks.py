from celery import shared_task
from celery.signals import before_task_publish
from django.db.models.functions import Now

from will_portal.common.models import Heartbeat


def beat_once(source):
    # The database's clock, since beat and workers may run on machines that disagree.
    Heartbeat.objects.update_or_create(source=source, defaults={"seen": Now()})


@shared_task
def heartbeat():
    beat_once(Heartbeat.Source.WORKER)


@before_task_publish.connect(sender=heartbeat.name)
def beat_was_here(**kwargs):
    beat_once(Heartbeat.Source.BEAT)
