from django.core.management import BaseCommand, CommandError

from evaluation import ranges
from evaluation.models import RollupRun
from evaluation.tasks import finish_here


class Command(BaseCommand):
    help = (
        "Check all sums against the log; fails where one is not what the log says. "
        "What was interrupted is carried on."
    )

    def handle(self, **options):
        run = finish_here(ranges.start_or_resume(RollupRun.Kind.AUDIT))
        if run.state != RollupRun.State.DONE:
            raise CommandError(f"Run {run.pk} {run.state}: {run.error}")
        told = (
            f"Run {run.pk}: {run.differences} differences in {run.cells} months of initiatives; "
            f"{run.left_out} that wait to be summed, or cannot be, were left out."
        )
        if run.differences:
            raise CommandError(told)
        self.stdout.write(told)
