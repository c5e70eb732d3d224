from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from evaluation.models import RollupRun, RunRange


def forget():
    """Delete the runs of long ago; a check that found something stays, with what it found."""
    before = timezone.now() - timedelta(days=settings.ROLLUP_RUN_DAYS)
    old = RollupRun.objects.filter(finished__lt=before)
    old.filter(differences=0).delete()
    RunRange.objects.filter(run__in=old).delete()
