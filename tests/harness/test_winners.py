import time

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.schema import METRICS, STATUSES
from harness.winners import defaults, winners


def trials(*rows):
    """Trials from (study, number, status, value) or (study, number, status, value, metric)."""
    columns = ["study_id", "number", "status", "value", "metric"]
    frame = pd.DataFrame([(*row, "macro_f1")[:5] for row in rows], columns=columns)
    for metric in METRICS:
        frame[f"val_{metric}"] = frame["value"].where(frame["metric"] == metric).astype(float)
    frame["test_macro_f1"] = np.arange(len(frame))[::-1] / 10
    return frame


def won(frame):
    return [tuple(row) for row in winners(frame)[["study_id", "number"]].to_numpy().tolist()]


def test_the_best_validation_score_wins_each_study():
    frame = trials(
        ("a", 0, "done", 0.5), ("a", 1, "done", 0.7), ("b", 0, "done", 0.9), ("b", 1, "done", 0.2)
    )
    assert won(frame) == [("a", 1), ("b", 0)]


def test_of_equal_trials_the_earlier_wins_wherever_it_stands():
    frame = trials(("a", 2, "done", 0.7), ("a", 1, "done", 0.7), ("a", 3, "done", 0.7))
    assert won(frame) == [("a", 1)]


def test_only_trials_that_are_done_and_have_a_score_can_win():
    rows = [("a", i, status, 0.9) for i, status in enumerate(STATUSES) if status != "done"]
    frame = trials(*rows, ("a", 90, "done", None), ("a", 91, "done", 0.1), ("b", 0, "failed", 0.9))
    assert won(frame) == [("a", 91)]


def test_of_log_losses_the_lowest_wins_beside_studies_of_other_metrics():
    frame = trials(
        ("a", 0, "done", 0.4, "log_loss"),
        ("a", 1, "done", 0.3, "log_loss"),
        ("b", 0, "done", 0.4, "mcc"),
        ("b", 1, "done", -0.3, "mcc"),
    )
    assert won(frame) == [("a", 1), ("b", 0)]


def test_test_scores_do_not_choose():
    frame = trials(("a", 0, "done", 0.5), ("a", 1, "done", 0.7))
    frame["test_macro_f1"] = [1.0, 0.0]
    assert won(frame) == [("a", 1)]


def test_no_trials_have_no_winners():
    assert len(winners(trials())) == 0
    assert len(defaults(trials())) == 0


def test_names_may_be_categories_as_plain_readers_give_them():
    frame = trials(("a", 0, "done", 0.5), ("a", 1, "done", 0.7))
    for column in ("status", "metric"):
        frame[column] = frame[column].astype("category")
    assert won(frame) == [("a", 1)]


def test_rows_with_one_index_label_are_told_apart():
    frame = trials(("a", 0, "done", 0.5), ("a", 1, "done", 0.7))
    frame.index = [0, 0]
    assert won(frame) == [("a", 1)]


def test_defaults_are_the_first_trials_whatever_became_of_them():
    frame = trials(("a", 0, "failed", None), ("a", 1, "done", 0.7), ("b", 0, "done", 0.2))
    assert defaults(frame)["study_id"].tolist() == ["a", "b"]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from("abc"),
            st.integers(0, 9),
            st.sampled_from(["done", "done", "failed"]),
            st.sampled_from([0.1, 0.2, 0.3, None]),
        ),
        unique_by=lambda row: row[:2],
    )
)
def test_winners_are_those_of_a_plain_loop(rows):
    expected = {}
    for study, number, status, value in sorted(rows, key=lambda row: row[1]):
        best = expected.get(study)
        if status == "done" and value is not None and (best is None or value > best[0]):
            expected[study] = (value, number)
    assert sorted(won(trials(*rows))) == sorted((s, number) for s, (_, number) in expected.items())


def test_a_hundred_thousand_trials_take_less_than_a_second():
    rng = np.random.default_rng(0)
    n = 100_000
    frame = pd.DataFrame(
        {
            "study_id": np.char.add("study-", (np.arange(n) // 20).astype(str)),
            "number": np.arange(n) % 20,
            "status": "done",
            "metric": "macro_f1",
            "val_macro_f1": rng.random(n),
        }
    )
    started = time.process_time()
    assert len(winners(frame)) == n // 20
    assert time.process_time() - started < 1
