import json
import logging
import sys

import django

django.setup()

from will_portal.local.soak import checks, log_faults, server_faults  # noqa: E402
from will_portal.local.soak.names import FAULTS  # noqa: E402
from will_portal.local.soak.people import Unmet  # noqa: E402
from will_portal.local.soak.scene import Scene  # noqa: E402
from will_portal.local.soak.table import Line, as_table  # noqa: E402

WORK = {
    name: getattr(module, name.replace("-", "_"))
    for name in FAULTS
    for module in (server_faults, log_faults)
    if hasattr(module, name.replace("-", "_"))
}
# While Redis is away it would fill the screen.
logging.getLogger("will_portal.common.doorbells").setLevel(logging.ERROR)


def report(servers, options):
    """Print the table; return 1 if anything is not as it must be."""
    lines = {name: Line(name) for name in FAULTS if options.only in (None, name)}
    with Scene(servers, options.seed).set_up() as scene:
        for number in range(1, options.times + 1):
            for name in scene.lots.sample(list(lines), len(lines)):
                line = endure(scene, name)
                lines[name] = lines[name].plus(line)
                print(
                    f"  {number}/{options.times} {' '.join(line.cells)}",
                    *line.said,
                    file=sys.stderr,
                    flush=True,
                )
    found = list(lines.values())
    print(json.dumps([line.as_dict() for line in found], indent=2) if options.json else as_table(found))
    return int(any(line.off for line in found))


def endure(scene, name):
    """Let a fault happen and see what is left of it, as a line of its own."""
    said, ended = [], scene.ended
    try:
        WORK[name](scene)
    except Unmet as unmet:
        said.append(str(unmet))
    scene.reconnect()
    seconds, left = checks.recovered(scene)
    differences, more = checks.differences(scene)
    lost, doubled = scene.ledger.differences(scene.session)
    said += [*more, *(repr(error) for error in scene.crowd.errors)]
    scene.crowd.errors.clear()
    return Line(name, 1, seconds, left, differences, lost, doubled, scene.ended - ended, said)
