"""A sweep with a component file and an imported dataset, on a machine of its own."""

import pytest
import yaml

from datasets import DATASETS
from tests.datasets.made_every import MADE

DATASET = "ton_iot_weather"
# A file says how long each fit takes; none: no time.
SLOW = """
import time
from pathlib import Path
from sklearn.tree import DecisionTreeClassifier


class Slow(DecisionTreeClassifier):
    def fit(self, X, y):
        pause = Path({pause!r})
        time.sleep(float(pause.read_text()) if pause.exists() else 0)
        return super().fit(X, y)


def slow(seed, threads):
    return Slow(random_state=seed, max_depth=4)


COMPONENTS = {{"classifiers": {{"slow": slow}}}}
"""


@pytest.fixture
def pause(tmp_path):
    """The file that says it."""
    return tmp_path / "pause"


@pytest.fixture
def imported(tmp_path, monkeypatch):
    """A made-up dataset in a cache of its own; gives its name."""
    monkeypatch.setenv("FEWLABELS_CACHE", str(tmp_path / "my cache"))
    (tmp_path / "raw").mkdir()
    MADE[DATASET](tmp_path / "raw", rows_per_class=40)
    DATASETS[DATASET].import_file(tmp_path / "raw", allow_unknown=True)
    return DATASET


@pytest.fixture
def sweep(tmp_path, sweeps, imported, pause):
    """The path of its file."""
    (tmp_path / "mine.py").write_text(SLOW.format(pause=str(pause)))
    changes = {
        "name": "sent",
        "repeats": 1,
        "datasets": [{"name": "ton_iot_synthetic", "rows": 500}, imported],
        "classifiers": ["slow"],
        "components": ["./mine.py"],
    }
    path = tmp_path / "mine.yaml"
    path.write_text(yaml.safe_dump(yaml.safe_load(sweeps.text()) | changes))
    return path
