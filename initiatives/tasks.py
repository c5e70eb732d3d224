from celery import shared_task

from initiatives.actions import months
from initiatives.imports import exporting, retention, steps
from will_portal.common.doorbells import ring


@shared_task
def carry_on(pk):
    if steps.carry_on(pk):
        ring(carry_on, pk)


@shared_task
def make_export(pk):
    exporting.make_export(pk)


@shared_task
def sweep_imports():
    """Tell the workers again of what was not done: bells are lost, and workers killed."""
    for pk in steps.unheard().values_list("pk", flat=True):
        ring(carry_on, pk)
    for pk in exporting.unmade().values_list("pk", flat=True):
        ring(make_export, pk)
    exporting.expire()


@shared_task
def forget_imports():
    retention.forget()


@shared_task
def close_due_months():
    months.close_due_months()
