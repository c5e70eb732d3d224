from celery import shared_task
from django.core.management import call_command


@shared_task
def clear_sessions():
    # Half-finished sign-ins lie in them too, with the e-mail of whoever began.
    call_command("clearsessions")
