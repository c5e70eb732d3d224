"""What must hold a minute after a fault at the latest."""

import io
import time

from django.core.management import CommandError, call_command

from evaluation.models import RollupRun
from will_portal.local.soak import recount

PATIENCE = 60
# Marks, months set apart, and runs that nobody has closed.
LEFT = """
    SELECT (SELECT count(*) FROM initiatives_changedmonth) + (SELECT count(*) FROM evaluation_parkedmonth)
        + (SELECT count(*) FROM evaluation_rolluprun WHERE state = 'running')"""


def recovered(scene):
    """Wait until nothing is left to do; return how many seconds that took, and what is left after all.

    Whatever has ended is started anew meanwhile, as whoever runs it in earnest does.
    """
    scene.revive()
    began = time.monotonic()
    while (left := scene.value(LEFT)) and time.monotonic() < began + PATIENCE:
        scene.revive()
        time.sleep(0.02)
    return time.monotonic() - began, left


def audited():
    """Return how many differences the portal's own check finds, and what it says if it fails."""
    try:
        call_command("audit_rollups", stdout=io.StringIO())
    except CommandError as error:
        return RollupRun.objects.filter(kind=RollupRun.Kind.AUDIT).first().differences, [str(error)]
    return 0, []


def differences(scene):
    """Return how many sums are wrong, by a recount or by the portal's own check, and what to say of it."""
    # First, since the check has what it finds mended.
    counted = recount.differences(scene.session)
    found, said = audited()
    return max(found, counted), said + ([f"the recount finds {counted}"] if counted else [])
