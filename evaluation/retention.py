from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from evaluation.models import RollupRun


def forget():
    """Delete the runs of long ago; a check that found something stays, with what it found."""
    before = timezone.now() - timedelta(days=settings.ROLLUP_RUN_DAYS)
    RollupRun.objects.filter(finished__lt=before, differences=0).delete()
