"""The same tables from any executor, any number of workers, any segmentation."""

import pandas as pd
import pytest

pytestmark = [pytest.mark.ray, pytest.mark.xdist_group("ray")]

TUNING = {"trials": 11, "startup": 5, "validation": {"folds": 3}}  # more than twice the start-up
SWEEP = {"tuning": TUNING, "evaluate": "every_round", "budgets": [30, 50]}


@pytest.fixture(scope="module")
def inline(sweeps, tmp_path_factory):
    return sweeps.tables(sweeps.run(tmp_path_factory.mktemp("inline") / "run", **SWEEP))


def assert_equal(one, other):
    for table, frame in one.items():
        pd.testing.assert_frame_equal(frame, other[table], obj=table, check_exact=True)


def test_inline_one_unit_at_a_time(sweeps, tmp_path, inline):
    assert (inline["trials"]["status"] == "done").all()
    for table in ("trials", "evaluations", "references"):
        for column in ("n_parameters", "model_bytes", "n_operations"):
            assert (inline[table][column] > 0).all()  # so below they are compared
    assert_equal(inline, sweeps.tables(sweeps.run(tmp_path / "run", segment_s=0, **SWEEP)))


@pytest.mark.parametrize(
    ("workers", "segment_s"),
    [
        (2, 0),
        pytest.param(1, 60, marks=pytest.mark.long),
        pytest.param(1, 0, marks=pytest.mark.long),
        pytest.param(2, 60, marks=pytest.mark.long),
    ],
)
def test_ray(sweeps, tmp_path, inline, two_cpus, workers, segment_s):
    executor = two_cpus(workers)
    folder = sweeps.run(tmp_path / "run", segment_s=segment_s, executor=executor, **SWEEP)
    assert_equal(inline, sweeps.tables(folder))


def test_stopped_again_and_again(sweeps, tmp_path, inline, two_cpus):
    for done in range(1, 4):
        sweeps.run(tmp_path / "run", segment_s=0, stop_after=10 * done, **SWEEP)
    folder = sweeps.run(tmp_path / "run", segment_s=0, executor=two_cpus(2), **SWEEP)
    assert_equal(inline, sweeps.tables(folder))


def test_acquisition_tuned(sweeps, tmp_path, two_cpus):
    """The query model takes over each checkpoint's winner, so studies and rounds interlock."""
    tuned = {**SWEEP, "tuning": {**TUNING, "acquisition": "tuned"}, "repeats": 1}
    one = sweeps.tables(sweeps.run(tmp_path / "inline", **tuned))
    executor = two_cpus(2)
    other = sweeps.tables(sweeps.run(tmp_path / "ray", segment_s=0, executor=executor, **tuned))
    assert_equal(one, other)
    defaults = sweeps.tables(sweeps.run(tmp_path / "defaults", **{**SWEEP, "repeats": 1}))
    assert one["rounds"]["batch"].tolist() != defaults["rounds"]["batch"].tolist()
