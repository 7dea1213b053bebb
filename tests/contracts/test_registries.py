"""What the registries promise together."""

from __future__ import annotations

import subprocess
import sys

import pytest

from harness.classifiers import CLASSIFIERS
from harness.designs import DESIGNS
from harness.resamplers import RESAMPLERS
from harness.scalers import SCALERS
from harness.splits import SPLITTERS
from harness.strategies import STRATEGIES
from search_spaces import CLASSIFIER_SPACES, RESAMPLER_SPACES


@pytest.mark.parametrize(
    "entries",
    [
        CLASSIFIERS,
        SCALERS,
        RESAMPLERS,
        STRATEGIES,
        DESIGNS,
        SPLITTERS,
        CLASSIFIER_SPACES,
        RESAMPLER_SPACES,
    ],
    ids=[
        "classifiers",
        "scalers",
        "resamplers",
        "strategies",
        "designs",
        "splitters",
        "spaces",
        "resampler_spaces",
    ],
)
def test_names_are_in_order(entries):
    assert [*entries] == sorted(entries)


def test_spaces_are_of_components_that_exist():
    assert set(CLASSIFIER_SPACES) <= set(CLASSIFIERS)
    assert set(RESAMPLER_SPACES) <= set(RESAMPLERS)


def test_importing_them_loads_no_slow_library():
    code = (
        "import sys, harness.classifiers, harness.designs, harness.resamplers, harness.scalers;"
        "import harness.strategies;"
        "print(*{'sklearn', 'imblearn', 'xgboost', 'scipy', 'pandas'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
