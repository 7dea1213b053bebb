"""Ids: what changes them, what does not, and that they hold still."""

from __future__ import annotations

from dataclasses import replace

import pytest
from optuna.distributions import FloatDistribution, IntDistribution

from harness.cell import (
    FULL_DATA,
    Acquisition,
    Component,
    Curve,
    Labelling,
    Neural,
    Reference,
    Setting,
    Split,
    Study,
    Tuning,
    Validation,
)

CROSS = Validation("cross_validation", folds=5)
SETTING = Setting(
    seed=2026,
    split=Split("stratified", 0.2),
    labelling=Labelling(50, "random", 50),
    tuning=Tuning(20, "macro_f1", CROSS, "defaults", 5),
    dtype="float32",
    threads=1,
)
CURVE = Curve(
    dataset=Component("npz", "data", {"path": "a/data.npz"}, source="0123abcd", is_data=True),
    classifier=Component("svc", "svc", {"C": 1.0}, space={"C": FloatDistribution(0.1, 10.0)}),
    scaler=Component("standard", "standard"),
    resampler=Component("smote", "smote", {"k": 5}, space={"k": IntDistribution(1, 9)}),
    strategy=Component("margin", "margin"),
)
ACQUISITION = Acquisition(CURVE, 0, SETTING, (100, 200))
STUDY = Study(ACQUISITION, 100)
REFERENCE = Reference(replace(CURVE, strategy=FULL_DATA), 0, SETTING)
TUNED = replace(
    ACQUISITION, setting=replace(SETTING, tuning=replace(SETTING.tuning, acquisition="tuned"))
)


NETWORK = replace(CURVE.classifier, needs="neural")
OWN = replace(CURVE.strategy, model=NETWORK)


def with_setting(**changes):
    return replace(ACQUISITION, setting=replace(SETTING, **changes))


def with_tuning(whole=ACQUISITION, /, **changes):
    setting = whole.setting
    return replace(whole, setting=replace(setting, tuning=replace(setting.tuning, **changes)))


def with_component(axis, **changes):
    component = replace(getattr(CURVE, axis), **changes)
    return replace(ACQUISITION, curve=replace(CURVE, **{axis: component}))


def test_ids_hold_still():
    """If this fails, every run folder there is loses its results: raise PROTOCOL_VERSION too."""
    assert ACQUISITION.id == "e158056f99a0a852"
    assert STUDY.id == "8a32f3a673907988"
    assert REFERENCE.id == "95328bd1a429ab76"
    assert TUNED.id == "40eccd1466a4ef54"


AXES = ("dataset", "classifier", "scaler", "resampler", "strategy")
LABELLED_OTHERWISE = [with_component(axis, label="other") for axis in AXES]


@pytest.mark.parametrize(
    "same",
    [
        *LABELLED_OTHERWISE,
        with_component("dataset", params={"path": "/elsewhere/data.npz"}),
        replace(ACQUISITION, budgets=(100, 200, 500)),
        with_tuning(trials=3),
    ],
)
def test_labels_paths_budgets_and_numbers_of_trials_are_in_no_id(same):
    assert same.id == ACQUISITION.id
    assert Study(same, 100).id == STUDY.id


STUDIES_OWN = [
    with_tuning(startup=6),
    with_tuning(metric="mcc"),
    with_tuning(validation=replace(CROSS, folds=3)),
    with_component("classifier", space={}),
    with_component("classifier", space={"C": FloatDistribution(0.1, 10.0, log=True)}),
    with_component("resampler", space={"k": IntDistribution(1, 8)}),
]


@pytest.mark.parametrize("other", STUDIES_OWN)
def test_spaces_samplers_folds_and_metrics_are_the_studys_alone(other):
    assert other.id == ACQUISITION.id
    assert Study(other, 100).id != STUDY.id


@pytest.mark.parametrize(
    "other",
    [
        replace(ACQUISITION, repeat=1),
        with_setting(seed=2027),
        with_setting(split=Split("stratified", 0.3)),
        with_setting(split=Split("stratified", 0.2, seeds=(0,))),
        with_setting(split=Split("stratified", 0.2, source="sha256:0")),
        with_setting(labelling=Labelling(50, "random", 10)),
        with_setting(labelling=Labelling(40, "random", 50)),
        with_setting(labelling=Labelling(50, "mine", 50)),
        with_setting(labelling=Labelling(50, "random", 50, source="sha256:0")),
        with_setting(dtype="float64"),
        with_setting(threads=2),
        with_tuning(validation=Validation("holdout", rows=50)),
        *(with_component(axis, name="other") for axis in AXES),
        *(with_component(axis, params={"x": 1}) for axis in AXES),
        *(with_component(axis, source="sha256:0") for axis in AXES),
        with_component("strategy", model=Component("svc", "svc")),
        with_component("strategy", model=Component("svc", "svc", {"C": 2.0})),
    ],
)
def test_whatever_can_change_a_batch_is_in_the_id(other):
    assert other.id != ACQUISITION.id
    assert Study(other, 100).id != STUDY.id


def test_of_the_splits_seeds_only_that_of_the_repeat_is_in_its_id():
    two, three = (
        with_setting(split=Split("stratified", 0.2, seeds=seeds)) for seeds in ((4, 5), (4, 5, 6))
    )
    assert two.id == three.id
    assert replace(two, repeat=1).id == replace(three, repeat=1).id
    other = with_setting(split=Split("stratified", 0.2, seeds=(5, 4)))
    assert two.id != other.id


def test_a_study_is_of_one_budget():
    assert Study(ACQUISITION, 200).id != STUDY.id


@pytest.mark.parametrize(
    "changes",
    [
        {"labelling": Labelling(10, "random", 5)},
        {"tuning": Tuning(3, "mcc", CROSS, "tuned", 2)},
    ],
)
def test_a_reference_is_not_concerned_with_labelling_and_tuning(changes):
    assert replace(REFERENCE, setting=replace(SETTING, **changes)).id == REFERENCE.id


def test_a_reference_is_of_a_pipeline_and_a_repeat():
    others = [replace(REFERENCE, repeat=1)]
    for axis in AXES[:-1]:
        curve = replace(REFERENCE.curve, **{axis: Component("other", "other")})
        others.append(replace(REFERENCE, curve=curve))
    assert len({REFERENCE.id, *(other.id for other in others)}) == 6


@pytest.mark.parametrize(
    "other",
    [
        replace(TUNED, budgets=(100,)),
        *(
            with_tuning(other, acquisition="tuned")
            for other in (with_tuning(trials=3), *STUDIES_OWN)
        ),
    ],
)
def test_a_tuned_acquisition_hangs_on_its_budgets_and_studies(other):
    assert other.id != TUNED.id
    assert Study(other, 100).id != Study(TUNED, 100).id


def test_a_tuned_acquisition_is_another_than_one_with_defaults():
    assert TUNED.id != ACQUISITION.id


def test_with_nothing_to_tune_there_is_one_trial():
    bare = with_component("classifier", space={})
    assert Study(bare, 100).n_trials == 20  # the resampler still has something
    bare = replace(bare, curve=replace(bare.curve, resampler=Component("none", "none")))
    assert Study(bare, 100).n_trials == 1


def test_ids_are_equal_in_every_process_and_order_of_parameters():
    a = with_component("classifier", params={"x": 1, "y": None})
    b = with_component("classifier", params={"y": None, "x": 1})
    assert a.id == b.id


@pytest.mark.parametrize(
    "neural",
    [
        Neural("gpu", "tensorflow", deterministic=True),
        Neural("cpu", "jax", deterministic=True),
        Neural("cpu", "tensorflow", deterministic=False),
    ],
)
@pytest.mark.parametrize("work", [ACQUISITION, STUDY, REFERENCE], ids=lambda w: type(w).__name__)
def test_what_networks_compute_on_is_in_the_ids_of_their_work_and_of_no_other(work, neural):
    def ids(classifier, strategy):
        for setting in (SETTING, replace(SETTING, neural=neural)):
            curve = replace(CURVE, classifier=classifier)
            if not isinstance(work, Reference):
                curve = replace(curve, strategy=strategy)
            acquisition = replace(ACQUISITION, curve=curve, setting=setting)
            again = {Acquisition: acquisition, Study: Study(acquisition, 100)}
            again[Reference] = Reference(replace(curve, strategy=FULL_DATA), 0, setting)
            yield again[type(work)].id

    assert len(set(ids(CURVE.classifier, CURVE.strategy))) == 1
    assert len(set(ids(NETWORK, CURVE.strategy))) == 2
    if not isinstance(work, Reference):
        assert len(set(ids(CURVE.classifier, OWN))) == 2
