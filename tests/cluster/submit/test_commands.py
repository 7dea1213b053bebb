"""What the commands say and refuse, on a cluster that is made up."""

from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner

import fewlabels
from cluster.submit import commands
from cluster.submit.hand_over import lines
from cluster.submit.jobs import Job
from harness.errors import ClusterError, SweepError
from harness.store import RunFolder


class Cluster:
    """Jobs as `Jobs` has them, and what was asked of it."""

    def __init__(self):
        self.there, self.submitted, self.stopped, self.log_lines = [], [], [], ["one", "two"]

    def runs(self):
        return self.there

    def submit_run(self, sweep, place, command, parcel):
        assert parcel.stat().st_size
        self.submitted.append((sweep, place, command))
        return f"{sweep}-1"

    def submit_hand_over(self, command):
        self.submitted.append(command)
        return "carrier"

    def stop(self, id_):
        self.stopped.append(id_)

    def log(self, id_):
        return "".join(f"{id_} {line}\n" for line in self.log_lines)

    def following(self, id_):  # noqa: ARG002 - as `Jobs` has it
        text = "\n".join(self.log_lines)
        return iter([text[:5], text[5:]])

    def add(self, id_, status="RUNNING", code=None, place="~/fewlabels/runs/a", message=""):
        begun = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
        self.there.append(Job(id_, id_.rpartition("-")[0], place, status, code, message, begun))


@pytest.fixture
def cluster(monkeypatch):
    made = Cluster()

    def jobs(address, *, insecure):
        made.address, made.insecure = address, insecure
        return made

    monkeypatch.setattr(commands, "_jobs", jobs)
    return made


def call(*words):
    done = CliRunner().invoke(fewlabels._app(), [str(word) for word in words])
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.output


def test_submit_says_where_the_run_lies_and_what_follows_it(cluster, sweep):
    said = call("submit", sweep, "--address", "http://head:8265", "--require-gpu").splitlines()
    assert said == [
        "sent-1 is submitted; its run folder is ~/fewlabels/runs/sent on the cluster's head",
        "  fewlabels cluster status sent-1 --address http://head:8265",
        "  fewlabels cluster logs sent-1 --follow --address http://head:8265",
        "  fewlabels cluster stop sent-1 --address http://head:8265",
        "  fewlabels cluster fetch sent-1 -o runs/sent --address http://head:8265",
    ]
    [(name, place, command)] = cluster.submitted
    assert (name, place) == ("sent", "~/fewlabels/runs/sent")
    assert "fewlabels run sweep.yaml --address auto --require-gpu --out " in command


def test_a_run_on_object_storage_is_not_fetched(cluster, sweep):
    said = call("submit", sweep, "--out", "s3://bucket/runs/sent", "--insecure")
    assert "its run folder is s3://bucket/runs/sent\n" in said
    assert "fetch" not in said
    assert "--insecure" in cluster.submitted[0][2]
    cluster.add("sent-1", "SUCCEEDED", 0, "s3://bucket/runs/sent")
    with pytest.raises(ClusterError, match="sent-1 writes to s3://bucket/runs/sent: read it there"):
        call("cluster", "fetch", "-o", "nowhere")


def test_a_sweep_that_is_wrong_or_lacks_its_data_is_refused_before_anybody_is_asked(
    cluster, sweep, monkeypatch, tmp_path
):
    for words in (["--set", "labelling.batch=0"], ["--set", "budgets=[33]"]):
        with pytest.raises(SweepError):
            call("submit", sweep, *words)
    with pytest.raises(ClusterError, match="from / or ~/ on"):
        call("submit", sweep, "--out", "runs/here")
    monkeypatch.setenv("FEWLABELS_CACHE", str(tmp_path / "empty"))
    with pytest.raises(SweepError, match="ton_iot_weather is not imported yet"):
        call("submit", sweep)
    assert not hasattr(cluster, "address")


def test_status_shows_how_a_run_stands_and_its_last_words(cluster):
    cluster.add("a-1", "FAILED", -9)
    assert call("cluster", "status").splitlines() == [
        "job       a-1, of 2026-01-02 03:04 UTC: killed; submit it again to go on",
        "run       ~/fewlabels/runs/a",
        "said last a-1 one",
        "          a-1 two",
    ]
    cluster.add("a-2", "FAILED", None, message="Job supervisor actor died")
    assert "          Job supervisor actor died" in call("cluster", "status").splitlines()
    assert [line[:3] for line in call("cluster", "jobs").splitlines()] == ["a-1", "a-2"]


def test_logs_come_whole_or_as_they_are_said(cluster):
    cluster.add("a-1")
    assert call("cluster", "logs") == "a-1 one\na-1 two\n"
    assert call("cluster", "logs", "a", "--follow") == "one\ntwo\n"


def test_stop_means_the_one_that_runs(cluster):
    cluster.add("a-1")
    cluster.add("b-1", "SUCCEEDED", 0)
    assert "a-1 finishes what it does, and ends; after 60 minutes Ray kills it" in call(
        "cluster", "stop"
    )
    assert call("cluster", "stop", "b").startswith("b-1 has ended already: done")
    cluster.add("c-1")
    with pytest.raises(ClusterError, match="several run: a-1, c-1; say which to stop"):
        call("cluster", "stop")
    call("cluster", "stop", "c-1")
    assert cluster.stopped == ["a-1", "c-1"]


@pytest.fixture(scope="module")
def run(sweeps, tmp_path_factory):
    return sweeps.run(tmp_path_factory.mktemp("there") / "run", repeats=1)


def test_fetch_brings_the_run_home_and_ends_its_carrier(cluster, run, tmp_path, sweeps):
    cluster.add("a-1", "SUCCEEDED", 0)
    cluster.log_lines = ["Running entrypoint", *lines(run)]
    said = call("cluster", "fetch", "-o", tmp_path / "home")
    assert f"are in {tmp_path / 'home'}, each as it was there" in said
    sweeps.must_equal(run, RunFolder.open(tmp_path / "home"))
    assert cluster.submitted == ['exec fewlabels cluster hand-over "$HOME"/fewlabels/runs/a']
    assert cluster.stopped == ["carrier"]


@pytest.mark.parametrize(
    ("kept", "said"),
    [(0, "did not hand ~/fewlabels/runs/a over: no run at"), (-1, "ended early; fetch it again")],
)
def test_what_the_head_does_not_hand_over_leaves_nothing_here(cluster, run, tmp_path, kept, said):
    cluster.add("a-1", "STOPPED")
    cluster.log_lines = list(lines(run))[:kept] or ["no run at /home/a"]
    with pytest.raises(ClusterError, match=said):
        call("cluster", "fetch", "-o", tmp_path / "home")
    assert list(tmp_path.iterdir()) == []
    assert cluster.stopped == ["carrier"]


def test_a_fetch_that_is_interrupted_leaves_nothing_here_and_ends_its_carrier(
    cluster, run, tmp_path, monkeypatch
):
    cluster.add("a-1", "SUCCEEDED", 0)

    def following(_):
        yield "\n".join(list(lines(run))[:5])
        raise KeyboardInterrupt

    monkeypatch.setattr(cluster, "following", following)
    assert call("cluster", "fetch", "-o", tmp_path / "home") == ""
    assert list(tmp_path.iterdir()) == []
    assert cluster.stopped == ["carrier"]


def test_what_a_head_says_cannot_pass_for_another_line(cluster, tmp_path):
    cluster.add("a-1", "SUCCEEDED", 0, place="~/a\n10 files are in home", message="\x1b[2J")
    cluster.log_lines = ["\x1b[2Jgone", "no run at\r/a"]
    for words in (["jobs"], ["status"], ["logs"], ["logs", "--follow"]):
        said = call("cluster", *words)
        assert said.replace("\n", "").isprintable()
        assert "\n10 files" not in said
    with pytest.raises(ClusterError, match=r"did not hand ~/a\\n10 files are in home over: no run"):
        call("cluster", "fetch", "-o", tmp_path / "home")


def test_fetch_writes_over_nothing_and_waits_for_no_run(cluster, tmp_path):
    cluster.add("a-1")
    with pytest.raises(ClusterError, match="a-1 still writes its run; stop it first, or wait"):
        call("cluster", "fetch", "-o", tmp_path / "home")
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "letter").write_text("mine")
    with pytest.raises(ClusterError, match="is there already; give another name"):
        call("cluster", "fetch", "-o", tmp_path / "home")
    assert cluster.submitted == []
