"""What is sent is all that a run needs, and nothing else."""

import os
import zipfile

import numpy as np
import pytest
import yaml

from cluster.submit import parcel
from datasets import cache
from harness import corpus
from harness.errors import ClusterError
from harness.plan import make_plan
from harness.shipped import open_sweep
from tests.cluster.submit.conftest import DATASET


def packed(path, to, overrides=()):
    """The zip file of a sweep, and the ids that it plans."""
    opened = open_sweep(str(path), overrides)
    loaded = corpus.load(opened)
    return parcel.write(parcel.contents(opened, loaded), to), ids(opened, loaded)


def ids(opened, loaded):
    plan = make_plan(opened, loaded)
    return [each.id for each in (*plan.acquisitions, *plan.studies, *plan.references)]


def test_a_machine_that_has_only_the_parcel_plans_the_same(sweep, tmp_path, monkeypatch):
    path, planned = packed(sweep, tmp_path / "parcel.zip", ["tuning.trials=3"])
    there = tmp_path / "there"
    with zipfile.ZipFile(path) as parcel_file:
        parcel_file.extractall(there)
    (tmp_path / "mine.py").unlink()
    monkeypatch.setenv("FEWLABELS_CACHE", str(there / parcel.CACHE))
    monkeypatch.chdir(there)
    opened = open_sweep(parcel.SWEEP)
    assert ids(opened, corpus.load(opened)) == planned
    assert opened.setting.tuning.trials == 3


def test_it_holds_the_sweep_its_components_and_the_datasets_that_it_uses(sweep, tmp_path):
    content = cache.current(DATASET)
    other = cache.root() / "somebody" / "else"
    other.mkdir(parents=True)
    (other / "table.parquet").write_bytes(b"")
    (tmp_path / ".env").write_text("SECRET=1")
    path, _ = packed(sweep, tmp_path / "parcel.zip")
    assert sorted(zipfile.ZipFile(path).namelist()) == [
        f"cache/datasets/{DATASET}/{content}/table.parquet",
        f"cache/datasets/{DATASET}/{content}/table.sha256",
        f"cache/datasets/{DATASET}/current",
        "components/mine.py",
        "sweep.yaml",
    ]


def test_equal_runs_make_equal_parcels_and_others_other_ones(sweep, tmp_path):
    first, _ = packed(sweep, tmp_path / "1.zip")
    os.utime(sweep, (1, 1))
    second, _ = packed(sweep, tmp_path / "2.zip")
    third, _ = packed(sweep, tmp_path / "3.zip", ["seed=8"])
    assert first.read_bytes() == second.read_bytes() != third.read_bytes()


def test_a_dataset_by_path_cannot_be_sent_and_all_such_are_named(sweep, tmp_path):
    whole = yaml.safe_load(sweep.read_text())
    np.savez(tmp_path / "a.npz", X=np.eye(60), y=np.arange(60) % 3)
    whole["datasets"] += [
        {"name": "npz", "path": str(tmp_path / "a.npz"), "as": name} for name in ("a", "b")
    ]
    whole["datasets"][-1]["path"] = str(tmp_path / "b.npz")
    np.savez(tmp_path / "b.npz", X=np.eye(60), y=np.arange(60) % 2)
    sweep.write_text(yaml.safe_dump(whole))
    with pytest.raises(ClusterError) as refused:
        packed(sweep, tmp_path / "parcel.zip")
    first, *lines, last = str(refused.value).splitlines()
    assert first == "not everything can be sent to the cluster:"
    assert lines == [
        f"  datasets, {name}: {tmp_path / name}.npz is a file of this machine, by its path"
        for name in ("a", "b")
    ]
    assert "there: fewlabels run SWEEP --address auto --out ~/fewlabels/runs/sent" in last


def test_what_is_larger_than_ray_takes_is_refused_before_it_is_packed(sweep, tmp_path, monkeypatch):
    path, _ = packed(sweep, tmp_path / "parcel.zip")
    monkeypatch.setattr(parcel, "MOST_BYTES", path.stat().st_size)
    with pytest.raises(ClusterError, match=r"Ray's Jobs API takes no more than \d+ kB") as no:
        packed(sweep, tmp_path / "other.zip")
    assert f"({DATASET} " in str(no.value)
    assert not (tmp_path / "other.zip").exists()


def test_the_limit_is_no_larger_than_the_installed_ray_s():
    from ray._private import ray_constants

    assert parcel.MOST_BYTES <= ray_constants.DASHBOARD_CLIENT_MAX_SIZE
