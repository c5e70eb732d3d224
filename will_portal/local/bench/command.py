"""./will bench: how fast the portal is, beside something else in the same run."""

import os
from urllib.parse import urlsplit, urlunsplit

from will_portal.local.bootstrap import VAR
from will_portal.local.locks import alone
from will_portal.local.servers import servers


def bench(options):
    second = "A benchmark already runs from this checkout, and two would slow each other down: wait for it."
    with alone(VAR / "bench" / "run.lock", second), servers("run"):
        portal = os.environ["DATABASE_URL"]
        os.environ |= {"DATABASE_URL": own_address(portal), "DEBUG": "0", "ALLOWED_HOSTS": "testserver"}
        # Starts Django, which reads the addresses once.
        from will_portal.local.bench.report import report

        report(portal, options)


def own_address(url):
    """The address of the template of all benchmarks' databases, beside the portal's own."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"{parts.path}_bench"))
