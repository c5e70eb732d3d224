from django.core.management import BaseCommand, CommandError

from evaluation import ranges
from evaluation.models import RollupRun


class Command(BaseCommand):
    help = "Check all sums against the log; fails where one is not what the log says."

    def handle(self, **options):
        run = ranges.start(RollupRun.Kind.AUDIT)
        if run is None:
            raise CommandError("The sums are being checked already: look under /runs/.")
        run = ranges.finish_here(run)
        if run.state != RollupRun.State.DONE:
            raise CommandError(f"Run {run.pk} {run.state}: {run.error}")
        told = f"Run {run.pk}: {run.differences} differences in {run.cells} months of initiatives."
        if run.differences:
            raise CommandError(told)
        self.stdout.write(told)
