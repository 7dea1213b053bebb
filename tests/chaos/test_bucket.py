"""A sweep into a bucket whose driver is killed ends with the tables that it would have on disk."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def chaos(*options):
    command = [sys.executable, "-m", "tests.chaos.bucket", *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "nothing wrong found" in done.stdout
    return done.stdout


def test_a_killed_driver_costs_no_row_in_a_bucket_and_doubles_none():
    assert "1 kills met a driver at work" in chaos("--few", "--kills", "1", "--seed", "1")


@pytest.mark.long
@pytest.mark.timeout(3_600)
def test_twenty_kills_cost_no_row_in_a_bucket_and_double_none():
    assert "20 kills met a driver at work" in chaos()
