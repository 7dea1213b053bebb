import subprocess

import pytest
import yaml
from typer.testing import CliRunner

from cluster.launch.commands import app
from harness.errors import ClusterError, ClusterFileError
from tests.cluster.launch.conftest import MACHINES, NETWORKS


@pytest.fixture
def call(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cluster.toml").write_text(MACHINES)
    return lambda *words: CliRunner().invoke(app, words, catch_exceptions=False)


@pytest.mark.parametrize(
    ("launcher", "first"),
    [
        ("hosts", "#!/usr/bin/env bash"),
        ("slurm", "#!/usr/bin/env bash"),
        ("kubernetes", "apiVersion: v1"),
        ("cloud", "cluster_name: quickstart"),
    ],
)
def test_each_launcher_prints_what_it_would_write(call, tmp_path, launcher, first):
    printed = call(launcher, "quickstart")
    assert printed.exit_code == 0
    assert printed.stdout.splitlines()[0] == first
    assert printed.stderr == (
        "note: nothing of this sweep uses a GPU: no network; those of gpu stay idle\n"
    )
    call(launcher, "quickstart", "--to", "it")
    assert (tmp_path / "it").read_text() == printed.stdout


def test_a_file_that_may_have_been_edited_is_not_written_over(call, tmp_path):
    (tmp_path / "it").write_text("mine")
    with pytest.raises(ClusterError, match="it is there already; give another name, or delete it"):
        call("slurm", "quickstart", "--to", "it")
    with pytest.raises(ClusterError, match=r"cluster\.toml is there already"):
        call("new")
    assert (tmp_path / "it").read_text() == "mine"


def test_what_new_writes_is_a_cluster_file(call, tmp_path):
    (tmp_path / "cluster.toml").unlink()
    assert "say there which machines you have" in call("new").stdout
    assert call("slurm", "quickstart").exit_code == 0


def test_what_a_launcher_lacks_is_said_by_field(call):
    call("new", "mine.toml")
    with pytest.raises(ClusterFileError, match=r"image.name: is needed by `fewlabels cluster kub"):
        call("kubernetes", "quickstart", "--cluster", "mine.toml")


def test_a_launcher_that_starts_a_fixed_number_says_so(call, tmp_path):
    text = MACHINES.replace("count = 2", "min = 1\nmax = 2")
    (tmp_path / "cluster.toml").write_text(text.replace('hosts = ["10.0.0.4", "10.0.0.5"]', ""))
    with pytest.raises(ClusterError, match="nodes 'gpu' have min and max, and `fewlabels cluster"):
        call("slurm", "quickstart")


def test_settings_reach_the_run(call):
    text = call("slurm", "quickstart", "--set", "repeats=1").stdout
    assert "run=(fewlabels run quickstart --out /shared/runs/quickstart --set repeats=1)" in text
    manifest = call("kubernetes", "quickstart", "--set", "repeats=1").stdout
    (sweep,) = [o["data"] for o in yaml.safe_load_all(manifest) if o["kind"] == "ConfigMap"]
    assert yaml.safe_load(sweep["sweep.yaml"])["repeats"] == 1


def test_networks_on_gpus_are_required_to_be_there(call, work):
    named = work(**NETWORKS).named
    assert "--require-gpu)" in call("slurm", named).stdout
    assert call("slurm", named).stderr == ""


def test_a_cluster_is_the_same_without_its_job(call):
    kinds = [o["kind"] for o in yaml.safe_load_all(call("kubernetes", "quickstart").stdout)]
    assert kinds == ["PersistentVolumeClaim", "ConfigMap", "RayJob"]
    printed = call("kubernetes", "quickstart", "--kind", "cluster").stdout
    assert [o["kind"] for o in yaml.safe_load_all(printed)] == [
        "PersistentVolumeClaim",
        "RayCluster",
    ]


@pytest.mark.parametrize("word", ["start", "stop"])
def test_hosts_runs_the_script_if_asked_and_ends_as_it_does(call, monkeypatch, word):
    ran = []

    def run(words, *, check):
        ran.append(words)
        assert check is False
        return subprocess.CompletedProcess(words, 7)

    monkeypatch.setattr(subprocess, "run", run)
    done = call("hosts", "quickstart", f"--{word}")
    assert done.exit_code == 7
    ((bash, _, text, _, asked),) = ran
    assert (bash, asked) == ("bash", word)
    assert text.startswith("#!/usr/bin/env bash")
    assert "ssh" not in done.stdout


def test_hosts_starts_or_stops_but_not_both(call):
    with pytest.raises(ClusterError, match="--start or --stop, not both"):
        call("hosts", "quickstart", "--start", "--stop")
