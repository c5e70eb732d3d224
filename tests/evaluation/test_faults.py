"""The soak once, every fault in it once: what befalls real servers, workers and beat while people write."""

import json
import subprocess
import sys

import pytest

from will_portal.local.bootstrap import ROOT
from will_portal.local.soak.names import FAULTS

SEED = 2026
PATIENCE = 600


@pytest.fixture(scope="module")
def lines():
    command = [sys.executable, "-m", "will_portal.local", "soak", "--json", "--seed", str(SEED)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE)
    assert done.stdout, done.stderr
    return {line["fault"]: line for line in json.loads(done.stdout)}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_sums_are_right_again_within_a_minute_of(fault, lines):
    line = lines[fault]
    nothing = {"left": 0, "differences": 0, "lost": 0, "doubled": 0, "said": []}
    assert {name: line[name] for name in nothing} == nothing
    assert line["times"] == 1
    assert line["recovery_s"] < 60
