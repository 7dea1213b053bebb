"""What Ray is told before it is joined."""

import json
import os

import pytest

from cluster import connection
from cluster.submit.jobs import MARK, RUN
from harness.errors import ClusterError

PARCEL = {"working_dir": "gcs://_ray_pkg_1.zip", "env_vars": {"A": "1"}}


@pytest.fixture
def told(monkeypatch):
    """What Ray is told of a job with this metadata."""

    def told(metadata):
        given = {"runtime_env": PARCEL, "metadata": metadata}
        monkeypatch.setenv(connection.JOB_CONFIG, json.dumps(given))
        connection._keep_the_parcel_here()
        return json.loads(os.environ[connection.JOB_CONFIG])

    return told


def test_what_a_run_was_sent_with_goes_to_no_other_node(told):
    metadata = {MARK: RUN, "job_submission_id": "sent-1"}
    assert told(metadata) == {"runtime_env": {}, "metadata": metadata}


def test_the_environment_of_a_job_that_is_not_ours_is_left_alone(told):
    assert told({"job_submission_id": "raysubmit_1"})["runtime_env"] == PARCEL


def test_outside_of_a_job_nothing_is_told(monkeypatch):
    monkeypatch.delenv(connection.JOB_CONFIG, raising=False)
    connection._keep_the_parcel_here()
    assert connection.JOB_CONFIG not in os.environ


def test_the_variable_is_the_installed_ray_s():
    from ray._private.runtime_env import constants

    assert constants.RAY_JOB_CONFIG_JSON_ENV_VAR == connection.JOB_CONFIG


def test_a_ray_that_does_not_start_in_time_is_one_line(monkeypatch):
    def init(**_):
        raise Exception("The current node timed out during startup.\nlook at its logs")  # noqa: TRY002

    monkeypatch.setattr(connection.ray, "init", init)
    with pytest.raises(ClusterError, match=r"^cannot start a local Ray: The current .* startup\.$"):
        connection.connect(None, 1)
