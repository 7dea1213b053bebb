"""Two real nodes, of which one would compute with something else."""

import importlib.machinery
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cluster import alike
from harness import environment
from harness.errors import ClusterError
from tests.cluster.conftest import answering

ROOT = Path(__file__).parents[2]
TOKEN = "89abcdef" * 8
HERE = {"Python": "3.11", "ray": "2.60.0", "numpy": "2.4.6", "fewlabels": "code 0a1b2c3d"}


SAID = """\
2 of the cluster's 3 nodes cannot compute for this machine: what they have differs, and so may numbers
  two (10.0.0.2)     numpy 2.3.1, here 2.4.6
  node-3 (10.0.0.3)  Python 3.12, here 3.11; numpy not installed, here 2.4.6; fewlabels not installed, here code 0a1b2c3d
There: pip install numpy==2.4.6; install this machine's fewlabels (the same commit); use a virtual environment of Python 3.11. Then start Ray there again."""  # noqa: E501


def test_what_differs_is_said_by_node_with_what_to_do():
    told = [
        ("one (10.0.0.1)", HERE),
        ("two (10.0.0.2)", HERE | {"numpy": "2.3.1"}),
        ("node-3 (10.0.0.3)", HERE | {"numpy": None, "fewlabels": None, "Python": "3.12"}),
    ]
    assert "\n".join(alike.differences(HERE, told)) == SAID
    assert alike.differences(HERE, [("one", HERE)]) == []


def test_of_many_nodes_the_first_are_shown():
    told = [(f"node-{i}", HERE | {"ray": "2.59.0"}) for i in range(30)]
    lines = alike.differences(HERE, told)
    assert len(lines) == 13
    assert lines[-2:] == [
        "  and 20 more",
        "There: pip install ray==2.60.0. Then start Ray there again.",
    ]


def test_a_process_without_fewlabels_can_be_asked(tmp_path):
    """What is sent is code that names nothing of ours."""
    import ray

    sent = tmp_path / "question"
    sent.write_bytes(ray.cloudpickle.dumps(alike.question()))
    code = (
        "import json, pickle, sys\n"
        "for name in ('cluster', 'datasets', 'fewlabels', 'harness', 'search_spaces'):\n"
        "    sys.modules[name] = None\n"
        "tell = pickle.load(open(sys.argv[1], 'rb'))\n"
        "print(json.dumps(tell({'numpy': ['numpy'], 'nothing': ['nothing-at-all', 'neither']})))"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", code, sent], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["nothing"] is None
    assert told["fewlabels"] is None
    assert told["Python"] == f"{sys.version_info[0]}.{sys.version_info[1]}"


def test_the_code_that_this_process_runs_is_told():
    told = alike.question()(environment.distributions("tensorflow"))
    assert told["fewlabels"].startswith("code ")
    assert {"ray", "numpy", "keras", "tensorflow"} <= {
        what for what, found in told.items() if found
    }


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """A fewlabels of four files, found before the real one; gives its root and what it tells."""
    files = ("harness/__init__.py", "harness/a.py", "datasets/b.py", "datasets/cards/b.toml")
    for name in files:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(f"# {name}")
    spec = importlib.machinery.ModuleSpec("harness", None, origin=str(tmp_path / files[0]))
    monkeypatch.setattr("cluster.question.find_spec", lambda _: spec)
    return tmp_path, lambda: alike.question()({})


def test_what_an_editor_or_a_notebook_leaves_is_no_code(tree):
    root, tell = tree
    before = tell()
    (root / "harness" / ".#a.py").symlink_to("somebody@host.1234:5678")
    (root / "harness" / "gone.py").symlink_to("nowhere")
    (root / "harness" / "folder.py").mkdir()
    (root / "harness" / ".ipynb_checkpoints").mkdir()
    (root / "harness" / ".ipynb_checkpoints" / "a-checkpoint.py").write_text("x")
    assert tell() == before


@pytest.mark.parametrize("name", ["harness/a.py", "datasets/cards/b.toml", "harness/new.py"])
def test_code_and_cards_of_datasets_are_told(tree, name):
    root, tell = tree
    before = tell()
    (root / name).write_text("other")
    assert tell()["fewlabels"] != before["fewlabels"]


def test_commits_are_shown_but_equal_code_is_enough(tree):
    root, tell = tree
    assert tell()[alike.COMMIT] is None
    for command in (["init", "-q"], ["commit", "-q", "--allow-empty", "-m", "x"]):
        who = ["-c", "user.name=x", "-c", "user.email=x@example.org"]
        subprocess.run(["git", "-C", root, *who, *command], check=True)  # noqa: S607
    told = tell()
    commit = told[alike.COMMIT]
    assert len(commit) == 8
    without = told | {alike.COMMIT: None}
    assert alike.differences(told, [("two", without)]) == []
    lines = alike.differences(told, [("two", without | {"fewlabels": "code 0"})])
    assert lines[1] == f"  two  fewlabels code 0, here {told['fewlabels']} (commit {commit})"


def test_packages_of_components_are_told_and_compared(tmp_path, monkeypatch):
    others = alike.question()({})[alike.COMPONENTS]  # scikit-activeml, where it is installed
    assert "mine" not in (others or "")
    with_mine = " ".join(filter(None, ["mine==1.2", others]))
    (tmp_path / "mine-1.2.dist-info").mkdir()
    (tmp_path / "mine-1.2.dist-info" / "METADATA").write_text("Name: mine\nVersion: 1.2\n")
    entry = "[fewlabels.components]\nmine = mine:COMPONENTS\n"
    (tmp_path / "mine-1.2.dist-info" / "entry_points.txt").write_text(entry)
    monkeypatch.syspath_prepend(tmp_path)
    here = alike.question()({})
    assert here[alike.COMPONENTS] == with_mine
    lines = alike.differences(here, [("two", here | {alike.COMPONENTS: "mine==1.1"})])
    assert lines[1] == f"  two  component packages mine==1.1, here {with_mine}"
    assert lines[2].startswith(f"There: pip install {with_mine}. Then")
    none = here | {alike.COMPONENTS: None}
    lines = alike.differences(none, [("two", here)])
    assert lines[1] == f"  two  component packages {with_mine}, here not installed"
    assert lines[2].startswith("There: pip uninstall the component packages. Then")


class Nodes:
    """Of a cluster: what each of them does when it is asked, one after the other."""

    def __init__(self, monkeypatch, **does) -> None:
        self.does = {name: list(steps) for name, steps in does.items()}
        self.gone = set()
        monkeypatch.setattr(alike, "_places", self.places)
        monkeypatch.setattr(alike, "_asked", self.asked)
        self.here = alike.question()(environment.distributions(""))

    def places(self):
        return [alike.Place(name, name) for name in self.does if name not in self.gone]

    def asked(self, places, ask, distributions):  # noqa: ARG002 - the signature
        steps = {place.id: self.does[place.id].pop(0) for place in places}
        self.gone |= {name for name, step in steps.items() if step == "goes"}
        told = {name: self.here for name, step in steps.items() if step == "tells"}
        return told, {name for name, step in steps.items() if step == "is late"}


def test_a_process_that_dies_is_started_again_and_a_node_that_goes_is_not_missed(monkeypatch):
    Nodes(monkeypatch, one=["tells"], two=["dies", "dies", "tells"], three=["dies", "goes"])
    alike.must_be_alike("")


@pytest.mark.parametrize("steps", [["dies"] * 3, ["is late"], ["dies", "is late"]])
def test_a_node_that_is_there_and_says_nothing_is_refused(monkeypatch, steps):
    Nodes(monkeypatch, one=["tells"], two=steps)
    with pytest.raises(ClusterError, match="of the cluster's 2 nodes two did not start a process"):
        alike.must_be_alike("")


def test_a_cluster_without_anything_to_compute_on_is_left_to_the_executor(monkeypatch):
    Nodes(monkeypatch)
    alike.must_be_alike("")


CALL = """
import os, sys, time
from cluster import door

address, patience = sys.argv[1:]
found, _ = door.check(address, insecure=False)
from cluster import alike
from cluster.connection import connect

connect(found, None)
alike.ANSWER_S = float(patience)
for attempt in range(2):
    began = time.monotonic()
    try:
        alike.must_be_alike("")
        print("alike")
    except alike.ClusterError as error:
        print(error)
    print(f"took {time.monotonic() - began:.2f} s")
"""


SEES_TWO = """
import sys, time
from cluster import door

found, _ = door.check(sys.argv[1], insecure=False)
from cluster import alike
from cluster.connection import connect

connect(found, None)
for _ in range(300):
    if len(alike._places()) == 2:
        sys.exit(0)
    time.sleep(0.1)
sys.exit(1)
"""


@pytest.fixture(scope="module")
def cluster(head, ray_start, tmp_path_factory):
    """A head as this machine is, and a node that finds another numpy."""
    other = tmp_path_factory.mktemp("other")
    (other / "numpy-1.2.3.dist-info").mkdir()
    (other / "numpy-1.2.3.dist-info" / "METADATA").write_text("Name: numpy\nVersion: 1.2.3\n")
    address = answering(head(TOKEN))
    path = f"{other}:{os.environ.get('PYTHONPATH', '')}"
    ray_start(f"--address={address}", "--num-cpus=1", token=TOKEN, PYTHONPATH=path)
    env = os.environ | {"RAY_AUTH_TOKEN": TOKEN}
    for _ in range(20):  # neither is there at once
        if not subprocess.run(
            [sys.executable, "-c", SEES_TWO, address], cwd=ROOT, env=env, check=False
        ).returncode:
            return address
    raise TimeoutError(address)


def asked(cluster, patience):
    env = os.environ | {"RAY_AUTH_TOKEN": TOKEN}
    done = subprocess.run(
        [sys.executable, "-c", CALL, cluster, str(patience)],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.ray
@pytest.mark.xdist_group("ray")
def test_a_node_with_another_library_is_named_before_the_run(cluster):
    lines = asked(cluster, alike.ANSWER_S).splitlines()
    assert lines[0].startswith("1 of the cluster's 2 nodes cannot compute for this machine")
    assert "numpy 1.2.3, here " in lines[1]
    assert lines[2].startswith("There: pip install numpy==")


@pytest.mark.ray
@pytest.mark.xdist_group("ray")
def test_run_is_refused_on_such_a_cluster_and_nothing_is_written(cluster, sweeps, tmp_path):
    sweep, out = tmp_path / "sweep.yaml", tmp_path / "run"
    sweep.write_text(sweeps.text())
    done = subprocess.run(
        [sys.executable, "-m", "fewlabels", "run", sweep, "--out", out, "--address", cluster],
        cwd=ROOT,
        env=os.environ | {"RAY_AUTH_TOKEN": TOKEN},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "numpy 1.2.3, here " in done.stderr
    assert "Traceback" not in done.stderr
    assert not out.exists()


@pytest.mark.ray
@pytest.mark.xdist_group("ray")
def test_nodes_that_do_not_answer_in_time_are_named(cluster):
    lines = asked(cluster, 0).splitlines()
    assert lines[0].startswith("of the cluster's 2 nodes ")
    assert " did not start a process within 0 s" in lines[0]
