"""A sweep that is submitted to machines with nothing in common ends with the tables it would have.

`make three-nodes` shows what happens meanwhile.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.chaos.cut_off import IP

pytestmark = [pytest.mark.ray, pytest.mark.long, pytest.mark.xdist_group("ray")]

ROOT = Path(__file__).parents[2]


@pytest.mark.timeout(1800)
@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which(IP), reason="needs root, and `ip`")
def test_a_node_and_the_driver_that_die_change_no_number_of_a_submitted_run():
    command = [sys.executable, "-m", "tests.end_to_end.three_nodes"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    assert "nothing wrong found" in said
    assert "'node': " in said
