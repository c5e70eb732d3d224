from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from evaluation.models import Release
from evaluation.releases import make_release
from evaluation.updating import roll_up
from initiatives.actions.months import close_due_months


class Command(BaseCommand):
    help = (
        "Does at once what the nights do with the invented log: sums it, closes the months that are due, and "
        "makes the first release. Does nothing where there is one."
    )

    def handle(self, **options):
        if settings.PRODUCTION:
            raise CommandError("An invented log is refused in production.")
        if Release.objects.exists():
            self.stdout.write("Demonstration release: unchanged")
            return
        while roll_up():
            pass
        close_due_months()
        make_release()
        self.stdout.write("Demonstration release: made")
