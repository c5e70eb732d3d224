from django.core.management import BaseCommand, CommandError

from evaluation import ranges
from evaluation.models import RollupRun
from evaluation.tasks import begin, finish_here
from will_portal.common.doorbells import ring


class Command(BaseCommand):
    help = (
        "Make all sums of the log anew, together with the workers; people may go on writing meanwhile. "
        "What was interrupted is carried on."
    )

    def handle(self, **options):
        run = ranges.start_or_resume(RollupRun.Kind.REBUILD)
        ring(begin, run.pk)
        run = finish_here(run)
        if run.state != RollupRun.State.DONE:
            raise CommandError(f"Run {run.pk} {run.state}: {run.error}")
        if run.left_out:
            raise CommandError(
                f"Run {run.pk}: up to {run.left_out} months of initiatives could not be summed together and "
                "were left to the updates: look under /runs/ whether some are set apart."
            )
        self.stdout.write(f"Run {run.pk}: {run.cells} months of initiatives, {run.rows} sums corrected.")
