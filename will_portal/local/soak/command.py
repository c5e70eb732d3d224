"""./will soak: faults at random moments while people write, and whether the sums are right after each."""

import os

from will_portal.local.bootstrap import Problem
from will_portal.local.locks import alone
from will_portal.local.soak.names import FAULTS
from will_portal.local.soak.servers import HOME, running


def soak(options):
    second = "A soak already runs from this checkout: wait for it, or stop it with Ctrl+C."
    if options.only and options.only not in FAULTS:
        raise Problem(f"There is no fault {options.only}: choose one of {', '.join(FAULTS)}.")
    with alone(HOME / "run.lock", second), running() as servers:
        os.environ.update(servers.environment())
        # Starts Django, which reads the addresses once.
        from will_portal.local.soak.report import report

        return report(servers, options)
