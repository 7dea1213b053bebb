import json
import platform
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import numpy as np
import pytest

from harness import environment, parquet
from harness.environment import _described, describe, differences, host, numeric_versions
from harness.schema import NUMERIC


def test_the_description_is_a_row_of_its_table():
    (row,) = parquet.table_of("environments", [describe()]).to_pylist()
    assert row == describe()
    assert row["python"] == platform.python_version()
    versions = json.loads(row["versions"])
    assert versions["numpy"] == np.__version__
    assert {"ray", "pandas", "pyarrow", "threadpoolctl", "xgboost", "tensorflow"} <= versions.keys()


def test_the_id_depends_on_the_row_alone(monkeypatch):
    _described.cache_clear()
    first = describe()
    _described.cache_clear()
    assert describe() == first
    monkeypatch.setattr(environment, "_cpu", lambda: "another")
    _described.cache_clear()
    assert describe()["environment_id"] != first["environment_id"]
    _described.cache_clear()


def test_describing_imports_none_of_the_described():
    code = """
import sys
from harness.environment import describe, numeric_versions
describe(), numeric_versions()
heavy = {"numpy", "scipy", "sklearn", "xgboost", "imblearn", "optuna", "ray", "tensorflow"}
print(sorted(heavy & (set(sys.modules) - before)))
"""
    said = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys; import harness.schema; before = set(sys.modules)" + code,
        ],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    ).stdout
    assert said.strip() == "[]"


def test_either_distribution_of_xgboost_counts(monkeypatch):
    def version(name):
        if name != "xgboost-cpu":
            raise metadata.PackageNotFoundError
        return "3.2"

    monkeypatch.setattr(metadata, "version", version)
    assert numeric_versions() == {"xgboost": "3.2"}


def test_differences_name_both_versions_of_what_can_change_a_number():
    now = {**dict.fromkeys(NUMERIC, "1.0"), "scikit-learn": "1.9.1", "optuna": "5.1"}
    stored = {**now, "scikit-learn": "1.9.0", "ray": "2.0"}
    del stored["optuna"]
    assert differences(json.dumps(stored), now) == [
        "scikit-learn 1.9.0, now 1.9.1",
        "optuna not installed, now 5.1",
    ]


def test_networks_hang_on_the_versions_of_their_framework_too():
    stored = json.dumps({"numpy": "2.4", "tensorflow": "2.20", "keras": "3.15", "jax": "0.7"})
    now = {"numpy": "2.4", "tensorflow": "2.21", "keras": "3.15", "jax": "0.8"}
    assert differences(stored, now) == []
    assert differences(stored, now, "tensorflow") == ["tensorflow 2.20, now 2.21"]
    assert differences(stored, now, "jax") == ["jax 0.7, now 0.8"]


def test_an_unchanged_environment_has_no_differences():
    for backend in ("", "tensorflow"):
        now = numeric_versions(backend)
        assert differences(describe()["versions"], now, backend) == []


def git(folder, *arguments):
    identity = ("-c", "user.name=x", "-c", "user.email=x@example.org")
    command = ["git", *identity, "-C", str(folder), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def test_the_commit_is_told_with_whether_files_differ(tmp_path):
    assert environment._git_commit(tmp_path) is None
    git(tmp_path, "init")
    (tmp_path / "a").write_text("1")
    git(tmp_path, "add", "a")
    git(tmp_path, "commit", "-m", "a")
    commit = git(tmp_path, "rev-parse", "HEAD")
    assert environment._git_commit(tmp_path) == commit
    (tmp_path / "a").write_text("22")
    assert environment._git_commit(tmp_path) == f"{commit}-dirty"


def test_a_broken_checkout_has_no_commit(tmp_path):
    (tmp_path / ".git").write_text("nonsense")
    assert environment._git_commit(tmp_path) is None


@pytest.mark.parametrize(
    ("visible", "said", "expected"),
    [
        (None, "NVIDIA H200\nNVIDIA H200", "NVIDIA H200"),
        ("0", "NVIDIA H200", "NVIDIA H200"),
        ("", "NVIDIA H200", None),
        ("-1", "NVIDIA H200", None),
        (None, None, None),
    ],
)
def test_the_gpu_is_told_unless_hidden(visible, said, expected, monkeypatch):
    monkeypatch.setattr(environment, "_said", lambda *_arguments: said)
    if visible is None:
        monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    else:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    assert environment.gpu() == expected


def test_a_program_that_is_absent_or_fails_says_nothing():
    assert environment._said("no-such-program-here") is None
    assert environment._said("false") is None


def test_the_host_has_a_name():
    assert host() == platform.node() != ""
