from will_portal.local.bench.command import bench
from will_portal.local.manage import manage
from will_portal.local.run import run
from will_portal.local.soak.command import soak
from will_portal.local.test import test

COMMANDS = {"run": run, "test": test, "manage": manage, "bench": bench, "soak": soak}
