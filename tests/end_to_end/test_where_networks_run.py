"""Networks on a GPU that is not there, and on CPUs, beside work that needs neither."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from harness.store import RunFolder

pytestmark = [pytest.mark.ray, pytest.mark.xdist_group("ray")]

ROOT = Path(__file__).parents[2]
NETWORKS = Path(__file__).with_name("networks.py")
SWEEP = {
    "classifiers": ["network", "tree"],
    "resamplers": ["none"],
    "reference": {"classifier": "tree"},
    "tuning": {"trials": 1, "validation": {"folds": 3}},
}


def networks(log, all_of=1):
    """The components file that notes its fits in `log`."""
    text = NETWORKS.read_text()
    return text.replace('Path("log")', f"Path({str(log)!r})").replace(
        "ALL_OF = 1", f"ALL_OF = {all_of}"
    )


@pytest.fixture(scope="module")
def run(sweeps, tmp_path_factory, two_cpus):
    """Run a sweep over the networks; give what each fit noted, and the run folder."""

    def run(*, all_of=1, **changes):
        folder = tmp_path_factory.mktemp("networks")
        log, path = folder / "log", folder / "networks.py"
        path.write_text(networks(log, all_of))
        whole = SWEEP | {"components": [str(path)]} | changes
        done = sweeps.run(folder / "run", segment_s=0, executor=two_cpus(None), **whole)
        return pd.DataFrame(map(json.loads, log.read_text().splitlines())), done

    return run


@pytest.fixture(scope="module")
def on_gpu(run):
    return run(all_of=6, neural={"device": "gpu"})


@pytest.fixture(scope="module")
def on_cpus(run):
    return run(neural={"device": "cpu", "backend": "jax"})


def at_once(fits):
    """The most of these that went on at the same time, by process."""
    moments = sorted([(t, 1) for t in fits["from"]] + [(t, -1) for t in fits["to"]])
    return max(pd.Series([step for _, step in moments]).cumsum())


def of(kind, fits):
    return fits[fits["kind"] == kind]


def test_four_networks_share_a_gpu_and_no_fifth(on_gpu):
    fits, folder = on_gpu
    networks = of("network", fits)
    assert networks["pid"].nunique() == 4
    assert at_once(networks) == 4
    assert (networks["cuda"] == "0").all()
    assert networks["device"].map(tuple).unique().tolist() == [("gpu", 0.25, "tensorflow")]
    assert set(folder.frame("trials")["status"]) == {"done"}


def test_work_on_cpus_goes_on_while_networks_hold_the_gpu(on_gpu):
    fits, _ = on_gpu
    assert at_once(of("tree", fits)) == 2
    assert at_once(fits) == 6


@pytest.mark.parametrize("where", ["on_gpu", "on_cpus"])
def test_work_without_a_network_sees_no_gpu_and_never_has_a_framework(where, request):
    fits, _ = request.getfixturevalue(where)
    trees = of("tree", fits)
    assert len(trees) > 10
    assert (trees["cuda"] == "").all()
    assert not trees["had_framework"].any()
    assert not set(trees["pid"]) & set(of("network", fits)["pid"])
    assert trees["device"].map(tuple).unique().tolist() == [("cpu", 0.0, "")]


@pytest.mark.parametrize("where", ["on_gpu", "on_cpus"])
def test_a_process_imports_the_framework_once_however_work_alternates(where, request):
    fits, _ = request.getfixturevalue(where)
    networks = of("network", fits)
    imports = (~networks["had_framework"]).sum()
    assert imports == networks["pid"].nunique() < len(networks) / 5


def test_networks_on_cpus_share_them_with_everything_else_and_go_first(on_cpus):
    fits, folder = on_cpus
    networks = of("network", fits)
    assert at_once(fits) == 2
    assert (networks["cuda"] == "").all()
    assert set(networks["backend"]) == {"jax"}
    assert networks["from"].median() < of("tree", fits)["from"].median()
    assert set(folder.frame("trials")["status"]) == {"done"}


@pytest.fixture
def trials(run):
    """One study of five trials of a network on the whole GPU, of which some are `odd`."""

    def trials(odd, **changes):
        fits, folder = run(
            classifiers=[{"name": "network", "space": {"max_depth": {"choices": [5, odd]}}}],
            strategies=["random"],
            budgets=[30],
            repeats=1,
            tuning={"trials": 5, "startup": 5, "validation": {"folds": 3}},
            **{"neural": {"device": "gpu"}, "resources": {"neural": {"gpus": 1}}} | changes,
        )
        found = folder.frame("trials").sort_values("number")
        found["odd"] = found["params"].str.contains(f'"classifier.max_depth": {odd}')
        assert 0 < found["odd"].sum() < 5
        return of("network", fits), found, folder.frame("attempts")

    return trials


def test_a_gpu_without_room_ends_a_trial_and_not_its_process(trials):
    fits, found, attempts = trials(odd=2)
    assert (found["status"] == found["odd"].map({True: "oom", False: "done"})).all()
    errors = found.loc[found["odd"], "error"]
    assert errors.str.startswith("MemoryError: the GPU has no room").all()
    assert len(set(fits["pid"])) == 1
    assert attempts.empty


@pytest.mark.long
def test_a_network_that_takes_its_process_with_it_costs_an_attempt(trials):
    _, found, attempts = trials(odd=3)
    assert set(found["status"]) == {"done"}
    assert attempts["cause"].tolist() == ["crashed"]
    assert attempts["action"].tolist() == ["again, one at a time"]


@pytest.mark.long
def test_a_process_that_has_grown_is_replaced_between_two_segments(trials):
    fits, found, attempts = trials(odd=4, resources={"neural": {"gpus": 1, "memory_gb": 0.5}})
    assert set(found["status"]) == {"done"}
    assert attempts.empty
    assert len(set(fits["pid"])) > 1


@pytest.mark.long
def test_a_network_that_hangs_is_ended_at_its_limit(trials, monkeypatch):
    monkeypatch.setattr("cluster.flights.FIRST_FIT_S", 0)  # nothing has to be imported here
    _, found, attempts = trials(odd=6, limits={"trial_s": 4.0})
    assert (found["status"] == found["odd"].map({True: "timeout", False: "done"})).all()
    assert set(attempts["cause"]) == {"timeout"}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("shell")


@pytest.fixture(scope="module")
def shell(sweeps, place):
    """Call fewlabels on a small sweep, without a GPU here; its exit code and what it says.

    The last line is what the process had loaded.
    """
    path, sweep = place / "networks.py", place / "sweep.yaml"
    path.write_text(networks(place / "log"))
    small = {"strategies": ["random"], "budgets": [30], "repeats": 1, "components": [str(path)]}
    sweep.write_text(sweeps.text(**SWEEP | small))
    spy = (
        "import atexit, sys, fewlabels\n"
        "atexit.register(lambda: print('loaded', *{m.partition('.')[0] for m in sys.modules}))\n"
        "fewlabels.main()"
    )

    def call(*arguments):
        words = [str(word).format(sweep=sweep, run=place / "run") for word in arguments]
        done = subprocess.run(
            [sys.executable, "-c", spy, *words],
            cwd=ROOT,
            env={**os.environ, "CUDA_VISIBLE_DEVICES": "", "COLUMNS": "300"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout

    return call


@pytest.fixture(scope="module")
def joined(shell, two_cpus):  # noqa: ARG001 - Ray is there
    """A run on the cluster with a GPU."""
    import ray

    address = ray.get_runtime_context().gcs_address
    return shell("run", "{sweep}", "--out", "{run}", "--address", address, "--require-gpu")


def test_auto_takes_the_gpu_of_the_cluster_and_says_so_once(joined):
    code, said = joined
    assert code == 0, said
    assert said.count("networks compute on") == 1
    assert "networks compute on GPUs, 0.25 of one each, with tensorflow\n" in said


def test_the_driver_never_imports_a_framework(joined):
    loaded = set(joined[1].rpartition("loaded ")[2].split())
    assert "ray" in loaded
    assert not loaded & {"tensorflow", "keras", "jax"}


@pytest.mark.usefixtures("joined")
def test_what_began_on_a_gpu_is_not_continued_without_one(shell):
    code, said = shell("run", "{sweep}", "--out", "{run}", "--executor", "inline")
    assert code == 1
    assert "and there is none: this machine, with no GPU. Numbers of a GPU and of a CPU" in said


@pytest.mark.usefixtures("joined")
def test_plan_knows_what_a_run_folder_began_with(shell):
    code, said = shell("plan", "{sweep}", "--out", "{run}")
    assert code == 0, said
    assert "networks   on a GPU, with tensorflow\n" in said
    assert re.search(r"trials +0 +2 +2\n", said)
    _, said = shell("plan", "{sweep}", "--out", "{run}-new")
    assert "networks   on GPUs where the cluster of the run has any, else on CPUs" in said


@pytest.mark.usefixtures("joined")
def test_rerun_refuses_a_gpus_work_without_one_and_does_the_rest(shell, place):
    ids = RunFolder.open(place / "run").frame("trials").set_index("classifier")["study_id"]
    code, said = shell("rerun", "{run}", ids["network"])
    assert code == 1
    assert "was computed on a GPU, and this machine has none" in said
    code, said = shell("rerun", "{run}", ids["tree"])
    assert code == 0, said
    assert "all equal" in said


def test_require_gpu_refuses_before_anything_is_written(shell, tmp_path):
    out = tmp_path / "run"
    code, said = shell("run", "{sweep}", "--out", out, "--executor", "inline", "--require-gpu")
    assert code == 1
    assert "--require-gpu, but there is none: this machine, with no GPU\n" in said
    assert not out.exists()


def test_auto_without_a_gpu_is_a_cpu_and_says_why_once(shell, tmp_path):
    run = ("run", "{sweep}", "--out", tmp_path / "run", "--executor", "inline")
    code, said = shell(*run)
    assert code == 0, said
    assert said.count("networks compute on CPUs, with tensorflow: there is no GPU\n") == 1
    _, said = shell(*run)
    assert "networks compute on CPUs, with tensorflow: as the run folder began\n" in said
