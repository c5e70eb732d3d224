from django.core.management import BaseCommand, CommandError

from evaluation import ranges
from evaluation.models import RollupRun
from evaluation.tasks import begin
from will_portal.common.doorbells import ring


class Command(BaseCommand):
    help = "Make all sums of the log anew, together with the workers; people may go on writing meanwhile."

    def handle(self, **options):
        run = ranges.start(RollupRun.Kind.REBUILD)
        if run is None:
            raise CommandError("All sums are being made anew already: look under /runs/.")
        ring(begin, run.pk)
        run = ranges.finish_here(run)
        if run.state != RollupRun.State.DONE:
            raise CommandError(f"Run {run.pk} {run.state}: {run.error}")
        self.stdout.write(f"Run {run.pk}: {run.cells} months of initiatives, {run.rows} sums corrected.")
