"""Which job is meant, how it stands, and that one run has one job at a time."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from ray.dashboard.modules.job.common import JobStatus

from cluster.submit import jobs
from cluster.submit.jobs import Job, Jobs, find
from harness.errors import ClusterError


def job(id_, status="SUCCEEDED", code=0):
    sweep = id_.rpartition("-")[0]
    return Job(id_, sweep, f"~/{sweep}", status, code, "", datetime(2026, 1, 1, tzinfo=UTC))


SOME = [job(id_) for id_ in ("a-1", "a-2", "a-1-1", "bee-9", "bee-10", "bear-1")]


@pytest.mark.parametrize(
    ("which", "found"),
    [
        (None, "bear-1"),
        ("a-2", "a-2"),
        ("a-1", "a-1"),
        ("a", "a-2"),
        ("bee", "bee-10"),
        ("bee-9", "bee-9"),
        ("bea", "bear-1"),
        ("bee-", "bee-10"),
    ],
)
def test_a_job_is_found_by_its_id_by_its_beginning_and_by_its_sweep(which, found):
    assert find(SOME, which).id == found


@pytest.mark.parametrize(
    ("which", "said"),
    [
        ("be", "be: several jobs begin so: bee-9, bee-10, bear-1"),
        ("x", "x: no such job; there are"),
    ],
)
def test_what_may_mean_several_or_none_is_refused(which, said):
    with pytest.raises(ClusterError, match=said):
        find(SOME, which)
    with pytest.raises(ClusterError, match="a new head forgets them"):
        find([], None)


@pytest.mark.parametrize(
    ("status", "code", "state"),
    [
        ("PENDING", None, "is being started"),
        ("RUNNING", None, "runs"),
        ("STOPPED", None, "stopped"),
        ("SUCCEEDED", 0, "done"),
        ("FAILED", 3, "done, with failures"),
        ("FAILED", 1, "ended with an error; the log says which"),
        ("FAILED", 130, "interrupted; submit it again to go on"),
        ("FAILED", -9, "killed; submit it again to go on"),
        ("FAILED", 99, "failed, with exit code 99"),
    ],
)
def test_how_a_job_stands_is_said_in_words(status, code, state):
    assert job("a-1", status, code).state == state


class Api:
    """Ray's client, of a cluster with these jobs."""

    def __init__(self, *there):
        self.there, self.sent = list(there), []

    def list_jobs(self):
        return self.there

    def submit_job(self, **what):
        self.sent.append(what)
        return what["submission_id"]


def details(id_, status="SUCCEEDED", metadata=None):
    sweep = id_.rpartition("-")[0]
    ours = {jobs.MARK: jobs.RUN, jobs.PLACE: f"~/{sweep}", jobs.SWEEP: sweep}
    return SimpleNamespace(
        submission_id=id_,
        status=JobStatus(status),
        metadata=ours if metadata is None else metadata,
        driver_exit_code=None,
        message=None,
        start_time=1_000,
    )


@pytest.fixture
def cluster(monkeypatch):
    def cluster(*there):
        api = Api(*there)
        monkeypatch.setattr("ray.job_submission.JobSubmissionClient", lambda _: api)
        return Jobs("http://head:8265"), api

    return cluster


def test_jobs_of_others_are_not_ours(cluster):
    theirs = details("raysubmit_1", metadata={})
    handed = details("raysubmit_2", metadata={jobs.MARK: jobs.HAND_OVER})
    driver = details("x-1")
    driver.submission_id = None
    forged = [details("a\nb-1"), details("../b-1"), details("\x1b[2Jb-1"), details("b")]
    api, _ = cluster(theirs, handed, driver, *forged, details("a-1"))
    assert [each.id for each in api.runs()] == ["a-1"]


def test_the_second_job_of_a_run_is_refused_with_the_first_s_id(cluster, tmp_path):
    api, ray = cluster(details("a-1"), details("a-2", "RUNNING"))
    with pytest.raises(ClusterError, match=r"^a-2 writes that run \(~/a\) already, since 1970"):
        api.submit_run("a", "~/a", "run", tmp_path)
    assert ray.sent == []
    assert api.submit_run("a", "~/elsewhere", "run", tmp_path) == "a-3"


@pytest.mark.parametrize("status", ["STOPPED", "FAILED", "SUCCEEDED"])
def test_a_run_that_has_ended_is_submitted_again_under_the_next_number(cluster, tmp_path, status):
    api, ray = cluster(details("a-9", status), details("a-10", status))
    assert api.submit_run("a", "~/a", "run", tmp_path) == "a-11"
    [sent] = ray.sent
    assert sent["metadata"] == {"fewlabels": "run", "run folder": "~/a", "sweep": "a"}
    assert set(sent["runtime_env"]["env_vars"]) == {"RAY_JOB_STOP_WAIT_TIME_S"}


def test_what_the_api_says_is_one_line(cluster, tmp_path, monkeypatch):
    api, ray = cluster()

    def refuse(**_):
        raise RuntimeError("Traceback:\n  File\nValueError: a-1 already exists.\n")

    monkeypatch.setattr(ray, "submit_job", refuse)
    with pytest.raises(ClusterError, match=r"8265 says: ValueError: a-1 already exists$"):
        api.submit_run("a", "~/a", "run", tmp_path)


@pytest.mark.parametrize("start", [10**17, 10**30, "then"])
def test_what_ray_never_answers_is_one_line(cluster, start):
    strange = details("a-1")
    strange.start_time = start
    api, _ = cluster(strange)
    with pytest.raises(ClusterError, match=r"does not understand .* much older or newer") as said:
        api.runs()
    assert "\n" not in str(said.value)


def test_without_ray_s_jobs_api_it_is_said_how_to_get_it(monkeypatch):
    monkeypatch.setattr(jobs, "find_spec", lambda _: None)
    with pytest.raises(ClusterError, match=r"-e '\.\[cluster\]'` adds"):
        Jobs("http://head:8265")
