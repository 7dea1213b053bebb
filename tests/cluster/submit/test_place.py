"""Where a run lies on the head, and the command that puts it there."""

import json
import os
import subprocess

import pytest

from cluster.submit import place
from harness.errors import ClusterError, RunFolderError

TELLS = """#!/usr/bin/env python3
import json, os, sys
print(json.dumps([sys.argv[1:], os.environ.get("FEWLABELS_CACHE"), os.getppid()]))
"""


def test_by_default_it_is_below_the_home_of_the_head():
    assert place.checked(None, "mine") == "~/fewlabels/runs/mine"


@pytest.mark.parametrize("out", ["/data/runs/mine", "~/mine", "s3://bucket/runs/mine"])
def test_a_place_that_means_one_thing_there_goes_through_unchanged(out):
    assert place.checked(out, "mine") == out


@pytest.mark.parametrize("out", ["runs/mine", "", "~", "~/", "~other/runs"])
def test_a_folder_that_hangs_on_where_one_is_is_refused(out):
    with pytest.raises(ClusterError, match="give a folder of the cluster's head from / or ~/ on"):
        place.checked(out, "mine")


@pytest.mark.parametrize(
    ("out", "said"),
    [
        ("s3://key:secret@bucket/runs/mine", "an address holds no credentials"),
        ("gs://bucket/runs/mine", "gs:// was not tried and is refused"),
        ("s3:/bucket/runs/mine", "did you mean s3://bucket/runs/mine"),
    ],
)
def test_an_address_that_the_run_would_refuse_is_refused_before_it_is_sent(out, said):
    with pytest.raises(RunFolderError, match=said) as refused:
        place.checked(out, "mine")
    assert "secret" not in str(refused.value)


@pytest.fixture
def carried_out(tmp_path):
    """Carry a command out as a job does; gives what `fewlabels` was told, and its parent."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "fewlabels").write_text(TELLS)
    (tmp_path / "bin" / "fewlabels").chmod(0o700)
    (tmp_path / "par cel").mkdir()

    def carried_out(command):
        path = f"{tmp_path / 'bin'}:{os.environ['PATH']}"
        done = subprocess.run(
            ["/bin/sh", "-c", command],
            env={"PATH": path, "HOME": "/home/of the head"},
            cwd=tmp_path / "par cel",
            check=True,
            capture_output=True,
        )
        return json.loads(done.stdout)

    return carried_out


@pytest.mark.parametrize(
    ("asked", "there"),
    [
        ("~/my runs/$(id)", "/home/of the head/my runs/$(id)"),
        ("s3://bucket/a'b", "s3://bucket/a'b"),
        ("/data/`id`", "/data/`id`"),
    ],
)
def test_the_head_s_shell_takes_no_place_apart(carried_out, tmp_path, asked, there):
    words, cache, parent = carried_out(place.run_command(asked, ["--segment-s", "2"]))
    expected = ["run", "sweep.yaml", "--address", "auto", "--segment-s", "2", "--out", there]
    assert words == expected
    assert cache == str(tmp_path / "par cel" / "cache")
    assert parent == os.getpid()  # the signal of a stop reaches it, and no shell dies of it
    words, _, _ = carried_out(place.hand_over_command(asked))
    assert words == ["cluster", "hand-over", there]
