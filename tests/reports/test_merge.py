from __future__ import annotations

import pytest

from harness.errors import RunFolderError
from reports.merge import merge
from reports.results import read


def test_runs_without_a_common_cell_become_one(fake, stored):
    first = read(stored(fake(strategies=("random",)), name="a"))
    second = read(stored(fake(strategies=("margin",)), name="b"))
    both = merge([first, second])
    assert len(both.trials) == len(first.trials) + len(second.trials)
    assert len(both.references) == len(first.references)
    assert len(both.datasets) == len(both.environments) == 1
    assert [root.rsplit("/", 1)[-1] for root in both.sweeps] == ["a", "b"]


def test_a_cell_in_two_runs_is_refused_by_name(fake, stored):
    runs = [read(stored(fake(), name=name)) for name in ("a", "b")]
    with pytest.raises(RunFolderError) as caught:
        merge(runs)
    text = str(caught.value)
    assert "the cell ton / random_forest / none / none / random at 100 labels" in text
    assert text.endswith("Report them one by one.")


@pytest.mark.parametrize(
    ("table", "column", "message"),
    [
        ("datasets", "content", "ton was prepared from other data in"),
        ("references", "reference_id", "ton / random_forest / none / none / 0 has another full"),
    ],
)
def test_runs_whose_numbers_are_not_paired_are_refused(fake, stored, table, column, message):
    def change(tables):
        tables[table][0][column] = "changed"

    first = read(stored(fake(strategies=("random",)), name="a"))
    second = read(stored(fake(strategies=("margin",)), change, name="b"))
    with pytest.raises(RunFolderError, match=message):
        merge([first, second])


def test_an_empty_run_adds_nothing(fake, stored, tmp_path):
    first = read(stored(fake(), name="a"))
    empty = read(fake().write(tmp_path / "b", {}))
    assert merge([empty, first]).trials.equals(first.trials)


@pytest.mark.parametrize(
    ("one", "other", "differs"),
    [
        ({"seed": 1}, {"seed": 2}, r"seed \(1 and 2\)"),
        (
            {"labelling": {"batch": 50}},
            {"labelling": {"batch": 10}},
            r"labelling.batch \(50 and 10",
        ),
        ({"split": {"seeds": [1, 2]}}, {"split": {"seeds": [2]}}, r"split.seeds \(\[1\] and \[2\]"),
        (
            {"tuning": {"validation": {"method": "holdout"}}},
            {"tuning": {"validation": {"method": "cross_validation"}}},
            "tuning.validation.method",
        ),
        (
            {"neural": {"device": "cpu", "backend": "jax"}},
            {"neural": {"device": "gpu", "backend": "jax"}},
            r"networks on device \(cpu and gpu\)",
        ),
    ],
)
def test_runs_that_split_or_buy_otherwise_are_refused(fake, stored, one, other, differs):
    first = read(stored(fake(strategies=("random",), sweep=one), name="a"))
    second = read(stored(fake(strategies=("margin",), sweep=other), name="b"))
    with pytest.raises(RunFolderError, match=f"differ in {differs}.*not paired"):
        merge([first, second])


def test_runs_with_more_repeats_or_trials_are_merged(fake, stored):
    one = {"seed": 1, "repeats": 2, "split": {"seeds": [4, 5]}, "tuning": {"trials": 3}}
    other = {"seed": 1, "repeats": 3, "split": {"seeds": [4, 5, 6]}, "tuning": {"trials": 5}}
    first = read(stored(fake(strategies=("random",), sweep=one), name="a"))
    assert len(
        merge([first, read(stored(fake(strategies=("margin",), sweep=other), name="b"))]).trials
    )


def test_runs_with_different_references_are_refused(fake, stored):
    first = read(stored(fake(strategies=("random",)), name="a"))
    other = fake(strategies=("margin",), sweep={"reference": {"classifier": "knn"}})
    with pytest.raises(RunFolderError, match="by different references"):
        merge([first, read(stored(other, name="b"))])


@pytest.mark.parametrize(
    ("one", "other", "differs"),
    [
        (
            {"classifiers": [{"name": "svc", "as": "lr", "params": {"C": 1.0}}]},
            {"classifiers": [{"name": "svc", "as": "lr", "params": {"C": 2.0}}]},
            "classifiers lr",
        ),
        (
            {"grids": [{"strategies": [{"name": "entropy", "model": {"name": "knn"}}]}]},
            {"strategies": [{"name": "entropy", "model": {"name": "svc"}}]},
            "strategies entropy",
        ),
        ({"tuning": {"metric": "mcc"}}, {"tuning": {"metric": "accuracy"}}, "tuning.metric"),
        ({"seed": 1, "split": {"seeds": [4]}}, {"seed": 1, "split": {}}, "split.seeds"),
    ],
)
def test_a_label_or_a_setting_with_two_meanings_is_refused(fake, stored, one, other, differs):
    first = read(stored(fake(strategies=("random",), sweep=one), name="a"))
    second = read(stored(fake(strategies=("margin",), sweep=other), name="b"))
    with pytest.raises(RunFolderError, match=f"differ in {differs}.*not paired"):
        merge([first, second])


def test_runs_of_other_component_files_or_libraries_are_refused(fake, stored):
    runs = [stored(fake(strategies=(name,)), name=name) for name in ("random", "margin")]
    for run, text in zip(runs, ("a = 1", "a = 2"), strict=True):
        (run / "components").mkdir()
        (run / "components" / "mine.py").write_text(text)
    with pytest.raises(RunFolderError, match=r"differ in components mine\.py"):
        merge([read(run) for run in runs])

    def older(tables):
        tables["environments"][0]["versions"] = '{"numpy": "1.19"}'

    first = read(stored(fake(strategies=("random",)), name="new"))
    second = read(stored(fake(strategies=("margin",)), older, name="old"))
    with pytest.raises(RunFolderError, match="differ in numpy version"):
        merge([first, second])
