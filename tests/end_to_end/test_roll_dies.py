"""The roll is a help: without it a run ends as it would have."""

import pandas as pd
import pytest

pytestmark = [pytest.mark.ray, pytest.mark.xdist_group("ray")]

SWEEP = {"limits": {"trial_s": 60}, "repeats": 1}


@pytest.mark.parametrize("for_good", [False, True])
def test_a_run_whose_roll_dies_again_and_again_has_the_same_tables(
    sweeps, tmp_path, two_cpus, for_good
):
    import ray

    died = []

    def executor(corpus, sweep):
        made = two_cpus(None)(corpus, sweep)
        wait = made.wait

        def waits(timeout_s):
            if len(died) < 3:
                ray.kill(made._roll._actor, no_restart=for_good)
                died.append(True)
            made._next_look = 0  # it is asked each time
            return wait(timeout_s)

        made.wait = waits
        return made

    folder = sweeps.run(tmp_path / "run", executor=executor, segment_s=0, **SWEEP)
    assert len(died) == 3
    assert folder.frame("attempts").empty
    whole = sweeps.tables(sweeps.run(tmp_path / "whole", **SWEEP))
    tables = sweeps.tables(folder)
    for table, frame in whole.items():
        pd.testing.assert_frame_equal(frame, tables[table], obj=table, check_exact=True)
