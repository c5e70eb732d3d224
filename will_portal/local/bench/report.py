import django

django.setup()

from django.conf import settings  # noqa: E402
from django.test import override_settings  # noqa: E402

from will_portal.celery import app  # noqa: E402
from will_portal.local.bench import dashboard, imports, log, measure, rollup  # noqa: E402
from will_portal.local.bench.databases import Databases  # noqa: E402

BENCHMARKS = {
    "dashboard": dashboard.compare,
    "import": imports.compare,
    "log": log.compare,
    "rollup": rollup.compare,
}
# Hashed names exist only after collectstatic.
STATIC = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}


def report(portal, options):
    """Print the table; `portal` is the address beside which the benchmarks have their databases."""
    # Where whitenoise looks for files, and complains of nothing but a missing folder.
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    # The portal's own workers would be woken for what is in other databases.
    app.conf.broker_url = "memory://"
    with override_settings(STORAGES=settings.STORAGES | STATIC):
        comparisons = BENCHMARKS[options.benchmark](Databases(portal), options)
    print(measure.as_json(comparisons) if options.json else measure.as_table(comparisons))
