import pytest
import yaml

from cluster.launch.fit import fitted
from cluster.launch.reading import read_cluster
from cluster.launch.work import Work
from harness.spec import read_sweep

NASTY = """x'; touch PWNED; "$(touch PWNED)" `touch PWNED` \\"""  # a path, to a shell or to YAML

MACHINES = """
[[nodes]]
name = "cpu"
count = 3
cpus = 16
memory_gb = 64
hosts = ["10.0.0.1", "10.0.0.2", "10.0.0.3"]
user = "me"
partition = "long"
node_selector = {pool = "cpu"}
instance = "m7i.4xlarge"

[[nodes]]
name = "gpu"
count = 2
cpus = 8
memory_gb = 32
gpus = 1
gpu_type = "a100"
constraint = "ib&ssd"
hosts = ["10.0.0.4", "10.0.0.5"]
instance = "g5.2xlarge"

[head]
instance = "m7i.large"

[image]
name = "registry.example/fewlabels:0.1.0"

[paths]
runs = "/shared/runs"

[cloud]
region = "eu-central-1"
"""

SWEEP = {
    "name": "small",
    "seed": 7,
    "repeats": 2,
    "datasets": ["ton_iot_synthetic"],
    "classifiers": ["decision_tree"],
    "scalers": ["none"],
    "resamplers": ["none"],
    "strategies": ["random"],
    "budgets": [30],
    "labelling": {"initial": 20, "batch": 10},
    "tuning": {"trials": 2},
}
NETWORKS = {"classifiers": ["decision_tree", "ffnn"]}


@pytest.fixture
def machines(tmp_path):
    """Reads a cluster.toml."""

    def read(text=MACHINES):
        path = tmp_path / "cluster.toml"
        path.write_text(text, encoding="utf-8")
        return read_cluster(path)

    return read


@pytest.fixture
def work(tmp_path):
    """A sweep with changes, in a file of the name given."""

    def make(named="sweep.yaml", overrides=(), **changes):
        path = tmp_path / named
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump(SWEEP | changes), encoding="utf-8")
        sweep = read_sweep(path.read_text(), str(path), path.parent, list(overrides))
        return Work(str(path), tuple(overrides), sweep)

    return make


@pytest.fixture
def fit(machines):
    """How a sweep fits on machines."""

    def fits(work, text=MACHINES):
        return fitted(work.sweep, machines(text))

    return fits
