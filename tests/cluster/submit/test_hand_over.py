"""A run folder that goes through the log of a job comes out as it went in, or not at all."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cluster.submit import hand_over
from cluster.submit.hand_over import Received, lines, whole_lines
from harness.errors import ClusterError, RunFolderError
from harness.store import RunFolder

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def run(sweeps, tmp_path_factory):
    return sweeps.run(tmp_path_factory.mktemp("there") / "run", repeats=1)


def received(log, root):
    coming = Received(root)
    try:
        if any(coming.take(line) for line in log):
            coming.keep()
    finally:
        coming.drop()
    return root


def files(root):
    return {p.relative_to(root): p.read_bytes() for p in root.rglob("*") if p.is_file()}


def test_every_file_comes_home_as_it_is_among_whatever_else_a_job_says(run, tmp_path, monkeypatch):
    monkeypatch.setattr(hand_over, "PIECE_BYTES", 700)
    text = "".join(f"{line}\n" for line in ["Running entrypoint", *lines(run), "so long"])
    pieces = [text[i : i + 333] for i in range(0, len(text), 333)]
    root = received(whole_lines(pieces), tmp_path / "new" / "home")
    there = {place: content for place, content in files(run.root).items() if content}
    here = {place: content for place, content in files(root).items() if content}
    assert {p: c for p, c in there.items() if not p.name.startswith(".")} == here
    RunFolder.open(root).read("trials")
    assert [path.name for path in root.parent.iterdir()] == ["home"]


def torn(log):
    return log[:-1]


def one_less(log):
    first = next(i for i, line in enumerate(log) if '"file"' in line)
    return log[first + 1 :]


def flipped(log):
    i = next(i for i, line in enumerate(log) if "{" not in line)
    return [*log[:i], log[i].replace("A", "B", 1), *log[i + 1 :]]


def cut(log):
    i = next(i for i, line in enumerate(log) if "{" not in line)
    return [*log[:i], log[i][:-3], *log[i + 1 :]]


@pytest.mark.parametrize("damage", [torn, one_less, flipped, cut])
def test_what_comes_incomplete_or_altered_is_not_kept(run, tmp_path, damage):
    log = list(lines(run))
    if damage is torn:
        received(damage(log), tmp_path / "home")
    else:
        with pytest.raises(ClusterError, match="fetch it again"):
            received(damage(log), tmp_path / "home")
    assert list(tmp_path.iterdir()) == []


EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def file(name):
    return f"{hand_over.MARK} {json.dumps({'file': name, 'sha256': EMPTY})}"


@pytest.mark.parametrize("name", ["../evil", "/etc/evil", "a/../../evil", ".hidden", "a\\b", ""])
def test_a_name_that_leads_elsewhere_is_refused(tmp_path, name):
    with pytest.raises(ClusterError, match="is no file of a run folder"):
        received([file(name)], tmp_path / "home")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("log", "said"),
    [
        ([file("a"), file("a/b")], "home cannot be written: .*File exists"),
        ([file("a" * 300)], "home cannot be written: .*name too long"),
        ([f'{hand_over.MARK} {{"file":{"[" * 100_000}'], "what came is no run folder"),
        ([f"{hand_over.MARK} {'A' * 40_000}"] * 9, "more came than the 500 MB"),
    ],
)
def test_what_a_head_may_make_up_is_one_line_and_leaves_nothing(tmp_path, monkeypatch, log, said):
    monkeypatch.setattr(hand_over, "MOST_CHARACTERS", 200_000)
    with pytest.raises(ClusterError, match=said) as refused:
        received(log, tmp_path / "home")
    assert "\n" not in str(refused.value)
    assert list(tmp_path.iterdir()) == []


def test_a_line_that_never_ends_comes_in_parts(monkeypatch):
    monkeypatch.setattr(hand_over, "LONGEST", 5)
    assert list(whole_lines(["ab", "cd", "ef", "gh\ni"])) == ["abcdef", "gh", "i"]


def test_the_run_folder_has_the_modes_that_its_user_gives_folders(run, tmp_path):
    (tmp_path / "mine").mkdir()
    assert (
        received(lines(run), tmp_path / "home").stat().st_mode == (tmp_path / "mine").stat().st_mode
    )


def test_a_run_that_somebody_writes_is_not_handed_over(run):
    with run.writing(), pytest.raises(RunFolderError, match="is being written by process"):
        list(lines(RunFolder.open(run.root)))


def test_a_run_too_large_for_it_is_refused_with_the_way_that_is_left(run, monkeypatch):
    monkeypatch.setattr(hand_over, "MOST_BYTES", 1_000)
    with pytest.raises(RunFolderError, match=r"no more than 1.0 kB go through") as refused:
        list(lines(run))
    assert f":{run.root} runs/, or kubectl cp POD:{run.root}" in str(refused.value)


def test_what_is_damaged_there_is_said_and_comes_among_what_was_set_aside(sweeps, tmp_path):
    run = sweeps.run(tmp_path / "there" / "run", repeats=1)
    (run.root / "trials" / "000001.parquet").write_bytes(b"torn")
    coming = Received(tmp_path / "home")
    assert [coming.take(line) for line in lines(run)][-1]
    coming.keep()
    [note] = coming.notes
    assert "000001.parquet" in note
    assert [p.read_bytes() for p in (tmp_path / "home" / "quarantine").rglob("*.parquet*")] == [
        b"torn"
    ]


def test_what_a_fetch_would_refuse_stays_there_and_is_said(run, tmp_path):
    letter = run.root / "a letter.txt"
    letter.write_text("mine")
    coming = Received(tmp_path / "home")
    try:
        assert [coming.take(line) for line in lines(run)][-1]
    finally:
        letter.unlink()
        coming.drop()
    assert coming.notes == [f"{letter} is no file of a run, and stays"]


def test_links_do_not_travel(run, tmp_path):
    link = run.root / "link"
    link.symlink_to("/etc/passwd")
    try:
        root = received(lines(run), tmp_path / "home")
    finally:
        link.unlink()
    assert not (root / "link").exists()


def test_when_its_job_is_stopped_the_log_is_cleared(run, tmp_path):
    log = tmp_path / "log"
    command = [sys.executable, str(ROOT / "fewlabels.py"), "cluster", "hand-over", str(run.root)]
    with log.open("ab") as file:
        job = subprocess.Popen(command, stdout=file, stderr=file)
    deadline = time.monotonic() + 60
    while '"files"' not in log.read_text():
        assert job.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.1)
    job.send_signal(signal.SIGTERM)
    assert job.wait(30) == 0
    assert log.read_bytes() == b""


def test_a_job_that_is_stopped_while_it_prints_ends_at_once(tmp_path, monkeypatch):
    def endless(_):
        yield "one"
        os.kill(os.getpid(), signal.SIGTERM)
        yield "two"
        pytest.fail("it prints on")

    monkeypatch.setattr(hand_over, "lines", endless)
    before = signal.getsignal(signal.SIGTERM)
    try:
        with (tmp_path / "log").open("a") as log:
            monkeypatch.setattr(sys, "stdout", log)
            hand_over.print_and_wait(None)
    finally:
        signal.signal(signal.SIGTERM, before)
    assert (tmp_path / "log").read_text() == ""
