from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import reports
from harness.errors import RunFolderError, UnknownName
from harness.schema import AXES
from harness.store import RunFolder

MEASURED = ("val_", "test_")
SWEEP = {"split": {"method": "stratified"}}


@pytest.fixture
def frames(fake, stored):
    def make(change=lambda _: None, **grid):
        return reports.load(stored(fake(sweep=SWEEP, **grid), change))

    return make


def matrices(tables):
    for row in tables["trials"]:
        row["confusion"] = [[8, 1, 1], [0, 4, 0], [0, 0, 0]]


def test_every_frame_names_its_curves(frames):
    run = frames(matrices, repeats=5)
    found = [run.scores, run.leaderboard(), run.efficiency(), run.efficiency_summary()]
    found += [run.tuning_gain(), run.pairs(), run.discovery, run.discovered, run.recalls]
    for frame in [*found, run.seconds, run.areas()]:
        assert len(frame)
        assert set(AXES) <= set(frame.columns)
        assert frame[list(AXES)].notna().all(axis=None)


def test_the_leaderboard_is_that_of_the_command_line(frames):
    run = frames(repeats=5)
    rows = run.leaderboard(budget=200)
    means = run.scores.query("series == 'tuned' and n_labels == 200").groupby("strategy")
    assert rows.set_index("strategy")["tuned"].to_dict() == pytest.approx(
        means["test_macro_f1"].mean().to_dict()
    )


def test_pairs_are_strategies_against_chance_by_repeat(frames):
    run = frames(repeats=5, strategies=("random", "margin", "entropy"))
    pairs = run.pairs().set_index("strategy")
    assert sorted(pairs.index) == ["entropy", "margin"]
    area = run.efficiency().query("series == 'tuned'").set_index(["strategy", "repeat"])["aubc"]
    for name in pairs.index:
        assert pairs.loc[name, "mean"] == pytest.approx((area[name] - area["random"]).mean())
    assert (pairs["p_holm"] >= pairs["p"]).all()


def test_a_pair_that_is_equal_on_every_repeat_leaves_the_others_their_tests(frames):
    def same(tables):
        by = {(row["study_id"], row["number"]): row for row in tables["trials"]}
        names = {
            (row["classifier"], row["repeat"], row["budget"]): row["study_id"]
            for row in by.values()
            if row["strategy"] == "random"
        }
        for row in by.values():
            if row["strategy"] == "margin" and row["classifier"] == "knn":
                twin = names[row["classifier"], row["repeat"], row["budget"]]
                row.update(
                    {k: v for k, v in by[twin, row["number"]].items() if k.startswith(MEASURED)}
                )

    run = frames(same, repeats=6, classifiers=("knn", "svc"), strategies=("random", "margin"))
    pairs = run.pairs().set_index("classifier")
    assert pairs.loc["knn", "ties"] == 6
    assert pairs.loc["knn", ["p", "p_holm"]].isna().all()
    # Of two, one counted as 1: Holm's first step doubles the other.
    assert pairs.loc["svc", "p_holm"] == pytest.approx(min(1, 2 * pairs.loc["svc", "p"]))


def test_bands_hold_whole_curves_and_are_wider_than_intervals(frames):
    rows = frames(repeats=6, strategies=("random", "margin")).curves()
    assert len(rows) == 2 * 3
    assert (rows["band"] >= rows["half"] - 1e-12).all()
    assert (rows["boot_low"] < rows["mean"]).all()
    chance = rows[rows["strategy"] == "random"]
    assert chance[["over_chance", "over_chance_band"]].isna().all(axis=None)
    margin = rows[rows["strategy"] == "margin"].set_index("n_labels")
    apart = margin["mean"] - chance.set_index("n_labels")["mean"]
    assert margin["over_chance"].to_dict() == pytest.approx(apart.to_dict())
    assert (margin["over_chance_band"] > 0).all()


def test_few_repeats_have_no_bands(frames):
    rows = frames(repeats=4).curves()
    assert rows["mean"].notna().all()
    assert rows[["half", "band", "boot_low", "over_chance_band"]].isna().all(axis=None)


def test_a_fixed_score_has_its_labels_too(frames):
    run = frames(repeats=5)
    best = run.scores.query("series == 'tuned' and n_labels == 200")
    easy = run.labels_to(best["test_macro_f1"].min()).query("series == 'tuned'")
    assert (easy["median"] <= 200).all()
    never = run.labels_to(2.0)
    assert (never["median"] == np.inf).all()
    assert (never["n_censored"] == never["n"]).all()
    assert (never["restricted_mean"] == 500).all()


def test_few_repeats_have_no_p_values(frames):
    pairs = frames(repeats=4).pairs()
    assert pairs["why"].tolist() == ["underpowered: N = 4, needs 5"]
    assert pairs[["p", "p_holm", "low", "high"]].isna().all(axis=None)


def test_recall_is_read_from_the_winners_confusion(frames):
    recalls = frames(matrices).recalls
    assert set(recalls["series"]) == {"tuned", "default"}
    assert recalls.groupby("class")["recall"].first().to_dict() == {"ddos": 1.0, "normal": 0.8}


def test_seconds_add_up_what_rounds_and_trials_took(frames):
    rows = frames(trials=3).seconds.set_index(["strategy", "n_labels"])
    assert rows.loc[("margin", 200), "tuning_s"] == pytest.approx(3 * 1.5)
    assert rows.loc[("margin", 200), "buying_s"] == pytest.approx(4 * 0.21)


def test_one_strategy_one_repeat_and_one_dataset_are_no_error(frames):
    run = frames(strategies=("margin",), repeats=1)
    assert run.pairs().empty
    assert len(run.leaderboard()) == 1
    assert np.isnan(run.headline("ton").held_out)
    assert run.across().friedman.why == "1 method, needs 3"


def test_a_failed_classifier_is_covered_with_nothing(frames, as_failed):
    def fail(tables):
        tables["trials"] = [
            as_failed(row, "failed", "boom") if row["classifier"] == "svc" else row
            for row in tables["trials"]
        ]

    run = frames(fail, classifiers=("random_forest", "svc"))
    rows = run.leaderboard().set_index("classifier")
    assert rows.loc["svc", "tuned"].isna().all()
    assert (rows.loc["svc", "coverage"] == 0).all()
    assert run.headline("ton").left_out == 2
    assert "svc" not in set(run.efficiency()["classifier"])


def test_a_nan_cell_is_left_out_and_said(frames):
    def blank(tables):
        for row in tables["trials"]:
            if (row["strategy"], row["repeat"], row["budget"]) == ("margin", 0, 200):
                row["test_macro_f1"] = float("nan")

    run = frames(blank, repeats=6)
    pairs = run.pairs()
    assert pairs["n_missing"].tolist() == [1]
    assert pairs["why"].tolist() == ["1 repeat of one of them missing"]
    assert pairs[["p", "p_holm"]].isna().all(axis=None)
    assert run.leaderboard().set_index("strategy").loc["margin", "is_partial"]


def test_an_empty_run_has_empty_frames(fake, tmp_path):
    run = reports.load(fake().write(tmp_path / "run", {}))
    found = (run.scores, run.leaderboard(), run.efficiency(), run.efficiency_summary(), run.areas())
    for frame in found:
        assert frame.empty
    assert run.labels_to(0.8).empty
    assert run.curves().empty
    for frame in (run.pairs(), run.discovery, run.discovered, run.recalls, run.seconds):
        assert frame.empty


def test_what_is_not_there_is_refused(frames, tmp_path):
    with pytest.raises(RunFolderError, match="no run at"):
        reports.load(tmp_path)
    with pytest.raises(UnknownName, match="no metric f2; there are accuracy"):
        frames().leaderboard("f2")


def test_a_run_in_which_everything_failed_has_empty_frames(frames, as_failed):
    def fail(tables):
        for table in ("trials", "references"):
            tables[table] = [as_failed(row, "failed", "boom") for row in tables[table]]

    run = frames(fail, repeats=5)
    for frame in (run.scores, run.efficiency(), run.efficiency_summary(), run.curves()):
        assert frame.empty
    assert run.pairs().empty
    assert run.tuning_gain().empty
    assert run.recalls.empty
    assert run.labels_to(0.8).empty
    assert run.headline("ton") is None
    assert (run.across().coverage == 0).all()
    assert len(run.discovered)  # labels were bought all the same


def test_the_rows_of_several_leaderboards_have_an_index_each(frames):
    assert frames(datasets=("edge", "ton")).leaderboard().index.is_unique


def test_what_a_run_stores_later_is_in_none_of_its_frames(fake, stored):
    """Matrices and batches are read when they are asked for, and the run goes on meanwhile."""
    matrix = [[3, 1, 0], [0, 4, 0], [0, 0, 2]]
    run = fake(strategies=("margin", "random"), repeats=2)

    def tested(tables):
        for row in tables["trials"]:
            row["confusion"] = matrix

    root = stored(run, tested)
    before, asked = reports.load(root), reports.load(root)
    expected = (before.recalls, before.discovery)
    later = fake(strategies=("coreset", "margin"), repeats=3).rows()
    known = {(row["study_id"], row["number"]) for row in run.rows()["trials"]}
    rounds = {(row["acquisition_id"], row["round"]) for row in run.rows()["rounds"]}
    tested(later)
    folder = RunFolder.open(root)
    with folder.writing():
        folder.append(
            "trials", [r for r in later["trials"] if (r["study_id"], r["number"]) not in known]
        )
        new = [r for r in later["rounds"] if (r["acquisition_id"], r["round"]) not in rounds]
        folder.append("rounds", new)
    assert len(reports.load(root).recalls) > len(expected[0])
    pd.testing.assert_frame_equal(asked.recalls, expected[0])
    pd.testing.assert_frame_equal(asked.discovery, expected[1], check_categorical=False)


def test_a_curve_that_has_only_begun_does_not_compete_in_the_headline(fake, stored):
    run = fake(repeats=5, strategies=("margin", "random", "entropy"))

    def begun(tables):
        for name in ("trials", "acquisitions"):
            tables[name] = [row for row in tables[name] if row["strategy"] != "entropy"]
        tables["rounds"] = [
            row for row in tables["rounds"] if row["strategy"] != "entropy" or row["n_labels"] < 100
        ]

    assert reports.load(stored(run, begun)).headline("ton").left_out == 1
