"""A sweep whose workers, a node and the driver are killed ends with the tables that it would have.

`make chaos` does the same to more curves, more often, and to the head.
"""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.ray, pytest.mark.xdist_group("ray")]

ROOT = Path(__file__).parents[2]


def test_killed_workers_nodes_and_drivers_cost_no_row_and_double_none():
    command = [sys.executable, "-m", "tests.chaos.chaos", "--few"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "5 strikes" in done.stdout
    assert "nothing wrong found" in done.stdout
