from __future__ import annotations

import copy
import warnings
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from pydantic import BaseModel

from harness.cell import digest
from harness.errors import SweepError
from harness.shipped import open_sweep, shipped
from harness.spec import fields, read_sweep
from harness.sweep import Sweep

SMALL = """
datasets: [ton_iot_synthetic]
classifiers: [knn]
strategies: [random]
budgets: [100]
"""


def refused(text, *overrides):
    """The problems of a sweep file that is wrong."""
    with pytest.raises(SweepError) as error:
        read_sweep(text, overrides=overrides)
    return list(error.value.problems)


def test_five_different_mistakes_are_all_reported_with_their_place_and_the_nearest_name():
    text = """
    name: five
    sede: 7
    datasets: [ton_iot_synthetic]
    classifiers: [knn, {nmae: svc}, {name: random_forrest}]
    strategies: [random, {name: margin, params: {gama: 1}}]
    budgets: [100, 120]
    labelling: {initial: 50, batch: "50"}
    exclude: [{classifier: knm}]
    """
    lines = refused(text)
    assert "sede: unknown field; did you mean 'seed'?" in lines
    assert "classifiers[1].nmae: unknown field; did you mean 'name'?" in lines
    assert "classifiers[1].name: is required" in lines
    assert "labelling.batch: must be a valid integer, not '50'" in lines
    assert any(
        line.startswith("classifiers[2]: no classifier 'random_forrest'; did you mean")
        for line in lines
    )
    assert "strategies[1].params.gama: margin takes no 'gama'. It takes: nothing" in lines
    text = text.replace('"50"', "50")
    assert "budgets[1]: 120 is not 50 + k × 50; the nearest are 100 and 150" in refused(text)


def test_the_error_counts_its_problems_and_names_its_source():
    with pytest.raises(SweepError, match=r"^mine.yaml has 1 problem:\n  bogus: unknown field"):
        read_sweep(SMALL + "bogus: 1", "mine.yaml")


@pytest.mark.parametrize(
    ("more", "line"),
    [
        ("tuning: {trails: 3}", "tuning.trails: unknown field; did you mean 'trials'?"),
        (
            "tuning: {validation: {fold: 3}}",
            "tuning.validation.fold: unknown field; did you mean 'folds'?",
        ),
        ("split: {methud: x}", "split.methud: unknown field; did you mean 'method'?"),
        (
            "limits: {xyz: 1}",
            "limits.xyz: unknown field. There are: trial_s, study_s, acquisition_s, memory_gb",
        ),
        (
            "resamplers: [{name: smote, space: {k_neighbors: {lo: 1, high: 3}}}]",
            "resamplers[0].space.k_neighbors.lo: unknown field; did you mean 'low'?",
        ),
        ("grids: [{bugdets: [100]}]", "grids[0].bugdets: unknown field; did you mean 'budgets'?"),
        ("exclude: [{clasifier: knn}]", "exclude[0].clasifier: unknown field; did you mean"),
        (
            "scalers: [{name: none, space: {}}]",
            "scalers[0].space: unknown field. There are: name, as, params",
        ),
    ],
)
def test_an_unknown_field_is_refused_wherever_it_stands(more, line):
    assert refused(SMALL + more)[0].startswith(line)


@pytest.mark.parametrize(
    ("more", "line"),
    [
        ("seed: x", "seed: must be a valid integer, not 'x'"),
        ("seed: true", "seed: must be a valid integer, not True"),
        ("seed: -1", "seed: must be greater than or equal to 0, not -1"),
        ("repeats: 0", "repeats: must be greater than or equal to 1, not 0"),
        ("repeats: 1.5", "repeats: must be a valid integer, not 1.5"),
        ("dtype: float23", "dtype: must be 'float32' or 'float64', not 'float23'; did you mean"),
        ("dtype: 32", "dtype: must be 'float32' or 'float64', not 32"),
        ("evaluate: never", "evaluate: must be 'budgets' or 'every_round', not 'never'"),
        ("split: 5", "split: must be a mapping, not 5"),
        ("split: {test: 1.0}", "split.test: must be less than 1, not 1.0"),
        ("split: {method: stratifed}", "split.method: no splitter 'stratifed'; did you mean"),
        ("split: {seeds: [1, 2, 1]}", "split.seeds: 1 stands there more than once"),
        ("split: {seeds: []}", "split.seeds: name at least one, or leave it out"),
        ("split: {seeds: [-1]}", "split.seeds[0]: must be greater than or equal to 0"),
        ("split: {seeds: 3}", "split.seeds: must be a valid list, not 3"),
        (
            "split: {seeds: [1, 2]}\nrepeats: 3",
            "repeats: split.seeds gives 2 repeats; leave this out",
        ),
        ("labelling: {design: rnd}", "labelling.design: no design 'rnd'"),
        ("tuning: {metric: macro_f2}", "tuning.metric: must be 'accuracy',"),
        ("tuning: {startup: 0}", "tuning.startup: must be greater than or equal to 1"),
        ("scalers: null", None),
        ("scalers: [null]", "scalers[0]: must be a mapping, not None; the component is spelt none"),
        ("scalers: none", "scalers: must be a valid list, not 'none'"),
        ("exclude: null", "exclude: must be a valid list, not None"),
        ("components: mine.py", "components: must be a valid list, not 'mine.py'"),
        ("components: [5]", "components[0]: must be a valid string, not 5"),
        ("name: ../x", "name: must be"),
        ("name: 5", "name: must be a valid string, not 5"),
        ("limits: {trial_s: 0}", "limits.trial_s: must be greater than 0, not 0"),
        ("reference: {target: 2}", "reference.target: must be less than or equal to 1, not 2"),
        ("scalers: [{name: none, as: ''}]", "scalers[0].as: must be"),
        (
            "tuning: {startup: 1e1}",
            "tuning.startup: must be a valid integer, not '1e1'; YAML takes",
        ),
    ],
)
def test_a_wrong_value_is_refused(more, line):
    if line is None:  # nothing given: the default
        assert [c.name for c in read_sweep(SMALL + more).grids[0].scalers] == ["none"]
    else:
        lines = refused(SMALL + more)
        assert lines[0].startswith(line), lines
        assert len(lines) == 1


@pytest.mark.parametrize("axis", ["datasets", "classifiers", "scalers", "resamplers", "strategies"])
def test_an_axis_names_something_and_each_label_once(axis):
    given = yaml.safe_load(SMALL)
    assert refused(yaml.safe_dump(given | {axis: []})) == [f"{axis}: name at least one"]
    (twice,) = given.get(axis, ["none"])
    assert refused(yaml.safe_dump(given | {axis: [twice, {"name": twice}]})) == [
        f"{axis}[1]: has the label {twice!r} of entry 0; give one of them another with `as:`"
    ]
    assert refused(yaml.safe_dump(given | {axis: [twice, {"name": twice, "as": "other"}]})) == [
        (
            f"{axis}: 'other' is the same as {twice!r}, fixed parameters and all; "
            f"two labels would count one thing twice"
        )
    ]
    unknown = f"{axis}[1]: no "
    assert refused(yaml.safe_dump(given | {axis: [twice, "rnadom"]}))[0].startswith(unknown)


@pytest.mark.parametrize("axis", ["datasets", "classifiers", "strategies", "budgets"])
def test_what_has_no_default_is_required(axis):
    given = yaml.safe_load(SMALL)
    del given[axis]
    (line,) = refused(yaml.safe_dump(given))
    assert line.startswith(f"{axis}: is required")


@pytest.mark.parametrize(
    ("classifier", "line"),
    [
        (
            "{name: knn, params: {n_neighbours: 3}}",
            (
                "classifiers[0].params.n_neighbours: knn takes no 'n_neighbours'; did you mean "
                "'n_neighbors'? It takes: n_neighbors, weights, metric"
            ),
        ),
        (
            "{name: knn, params: {n_neighbors: 2.5}}",
            "classifiers[0].params.n_neighbors: must be a valid integer, not 2.5",
        ),
        (
            "{name: knn, params: {weights: heavy}}",
            "classifiers[0].params.weights: must be 'uniform' or 'distance', not 'heavy'",
        ),
        (
            "{name: svc, params: {C: 1e-3}}",
            (
                "classifiers[0].params.C: must be a valid number, not '1e-3'; YAML takes this for "
                "text, write 1.0e-3"
            ),
        ),
        (
            "{name: svc, params: {C: .nan}}",
            "classifiers[0].params.C: must be a finite number, not nan",
        ),
        ("{name: svc, params: 3}", "classifiers[0].params: must be a valid dictionary, not 3"),
    ],
)
def test_a_parameter_that_the_component_does_not_take_is_refused(classifier, line):
    assert refused(SMALL.replace("[knn]", f"[{classifier}]")) == [line]


def test_a_parameter_without_a_default_must_be_given():
    lines = refused(SMALL.replace("ton_iot_synthetic", "npz"))
    assert lines == ["datasets[0].path: npz needs it"]
    lines = refused(SMALL.replace("ton_iot_synthetic", "{name: ton_iot_synthetic, task: both}"))
    assert lines == ["datasets[0].task: must be 'multiclass' or 'binary', not 'both'"]


@pytest.mark.parametrize("entry", ["{classifier: knm}", "{resampler: smote}"])
def test_an_exclusion_of_what_is_not_there_is_refused(entry):
    (line,) = refused(SMALL + f"exclude: [{entry}]")
    assert line.startswith("exclude[0].")
    assert "this sweep has no " in line


def test_an_exclusion_that_names_nothing_is_refused():
    assert refused(SMALL + "exclude: [{}]") == [
        "exclude[0]: would exclude everything; name an axis"
    ]


def test_an_exclusion_is_judged_beside_mistakes_elsewhere_but_not_on_their_axis():
    both = refused(SMALL + "exclude: [{classifier: knm}]\nseed: x")
    assert [line.partition(":")[0] for line in both] == ["seed", "exclude[0].classifier"]
    one = refused(SMALL.replace("[knn]", "[{nam: svc}]") + "exclude: [{classifier: svc}]")
    assert all(line.startswith("classifiers[0]") for line in one)


@pytest.mark.parametrize(
    ("budget", "line"),
    [
        ("120", "budgets[0]: 120 is not 50 + k × 50; the nearest are 100 and 150"),
        ("20", "budgets[0]: 20 does not pay for the first 50 labels; the nearest is 50"),
        ('"0%"', "budgets[0]: a share of the pool lies above 0% and is at most 100%"),
        ('"150%"', "budgets[0]: a share of the pool lies above 0% and is at most 100%"),
        ("0", "budgets[0]: a budget is a whole number of labels, or"),
        ("true", "budgets[0]: a budget is a whole number of labels, or"),
        ("1.5", "budgets[0]: a budget is a whole number of labels, or"),
        ("half", "budgets[0]: a budget is a whole number of labels, or"),
    ],
)
def test_a_budget_that_no_round_meets_is_refused_with_the_nearest(budget, line):
    (found,) = refused(SMALL.replace("[100]", f"[{budget}]"))
    assert found.startswith(line)


def test_held_out_rows_are_charged_to_budgets():
    holdout = "tuning: {validation: {method: holdout, rows: 30}}"
    assert refused(SMALL + holdout) == [
        "budgets[0]: 100 is not 50 + 30 (holdout) + k × 50; the nearest are 80 and 130"
    ]


@pytest.mark.parametrize(
    ("validation", "line"),
    [
        ("{method: holdout}", "holdout needs rows: how many to buy"),
        (
            "{method: holdout, rows: 50, folds: 3}",
            "folds belong to cross_validation, not to holdout",
        ),
        ("{rows: 50}", "rows belong to holdout, not to cross_validation"),
    ],
)
def test_validation_has_the_fields_of_its_method(validation, line):
    assert refused(SMALL + f"tuning: {{validation: {validation}}}") == [
        f"tuning.validation: {line}"
    ]


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ("C: {low: 1}", "C: give low and high, or choices"),
        ("C: {low: 0.1, high: 9, choices: [1]}", "C: give low and high, or choices"),
        ("C: {low: 9, high: 1}", "C: low 9 is above high 1"),
        ("C: {low: 0, high: 9, log: true}", "C: a logarithmic range needs low above 0"),
        ("C: {low: 2, high: 9}", "C: does not hold the default 1.0, which trial 0 tries; widen it"),
        ("C: {low: -1.0e+308, high: 1.0e+308}", "C: from -1e+308 to 1e+308 is too far"),
        ("C: {choices: []}", "C: "),
        ("C: {choices: [[1], 1.0]}", "C: "),
        ("C: {low: x, high: 9}", "C.low: must be a number, not 'x'"),
        ("C: {low: true, high: 9}", "C.low: must be a number, not True"),
        ("C: {low: 1, high: 9, step: -1}", "C: step -1 is not above 0"),
        ("C: {low: 1, high: 9, step: 0}", "C: step 0 is not above 0"),
        ("C: {low: 0, high: 1.0e+300, step: 1.0e-10}", "C: step 1e-10 is not above 0, or too"),
        ("C: {low: 0.5, high: 9, step: 2}", "C: "),
        ("c: {low: 1, high: 9}", "c: svc takes no 'c'"),
        ("class_weight: {choices: [null, evenly]}", "class_weight: must be"),
        ("class_weight: {low: 1, high: 2}", "class_weight: must be"),
    ],
)
def test_a_range_that_cannot_be_searched_is_refused(given, line):
    lines = refused(SMALL.replace("[knn]", f"[{{name: svc, space: {{{given}}}}}]"))
    assert lines[0].startswith(f"classifiers[0].space.{line}"), lines


def test_real_ends_for_a_whole_number_are_refused():
    lines = refused(SMALL.replace("knn", "{name: knn, space: {n_neighbors: {low: 1, high: 9.5}}}"))
    assert lines == ["classifiers[0].space.n_neighbors: must be a valid integer, not 9.5"]


def test_a_range_replaces_the_one_that_ships_and_a_fixed_parameter_takes_it_away():
    (grid,) = read_sweep(
        SMALL.replace(
            "[knn]",
            "[{name: svc, params: {class_weight: balanced}, space: {C: {low: 1, high: 10}}}, "
            "{name: knn, params: {n_neighbors: 4}, "
            "space: {n_neighbors: {low: 2, high: 8, step: 2}, weights: {choices: [uniform]}}}]",
        )
    ).grids
    svc, knn = grid.classifiers
    assert svc.space["C"] == FloatDistribution(1.0, 10.0)
    assert "class_weight" not in svc.space
    assert "gamma_scale" in svc.space
    assert knn.space["n_neighbors"] == IntDistribution(2, 8, step=2)
    assert knn.space["weights"] == CategoricalDistribution(["uniform"])


def test_a_strategy_with_its_own_model_refuses_tuned_acquisitions():
    own = SMALL.replace("[random]", "[{name: margin, model: naive_bayes}]")
    assert read_sweep(own).grids[0].strategies[0].model.name == "naive_bayes"
    (line,) = refused(own + "tuning: {acquisition: tuned}")
    assert line.startswith("strategies[0].model: a strategy with its own model cannot take over")
    (line,) = refused(
        own.replace("classifiers: [knn]\n", "")
        + "tuning: {acquisition: tuned}\ngrids: [{classifiers: [knn]}, {classifiers: [svc]}]"
    )
    assert line.startswith("strategies[0].model: ")


def test_a_query_model_is_checked_like_a_classifier_but_not_tuned():
    def of(model):
        return refused(SMALL.replace("[random]", f"[{{name: margin, model: {model}}}]"))

    assert of("knm")[0].startswith("strategies[0].model: no classifier 'knm'; did you mean 'knn'?")
    assert of("{name: knn, params: {x: 1}}")[0].startswith(
        "strategies[0].model.params.x: knn takes"
    )
    assert of("{name: knn, space: {n_neighbors: {low: 1, high: 9}}}") == [
        "strategies[0].model.space: a query model is not tuned"
    ]


def test_the_reference_is_a_label_of_the_sweep_or_a_name():
    assert refused(SMALL + "reference: {classifier: rf}")[0].startswith(
        "reference.classifier: no classifier 'rf'"
    )
    target = read_sweep(SMALL).target
    assert (target.classifier.name, target.scaler.name, target.resampler.name) == (
        "random_forest",
        "none",
        "none",
    )
    labelled = SMALL.replace("[knn]", "[{name: knn, as: near, params: {n_neighbors: 1}}]")
    target = read_sweep(labelled + "reference: {classifier: near}").target
    assert target.classifier.params["n_neighbors"] == 1


def test_grids_share_the_axes_that_they_do_not_name():
    sweep = read_sweep(
        SMALL
        + """
exclude: [{classifier: svc}]
grids:
  - {classifiers: [svc], scalers: [standard]}
  - {strategies: [margin], budgets: [150], exclude: [{classifier: knn}]}
"""
    )
    first, second = sweep.grids
    assert [c.name for c in first.classifiers] == ["svc"]
    assert [c.name for c in second.classifiers] == ["knn"]
    assert [s.name for s in second.scalers] == ["none"]
    assert (first.budgets, second.budgets) == ((100,), (150,))
    assert first.exclude == ({"classifier": "svc"},)
    assert second.exclude == ({"classifier": "knn"}, {"classifier": "svc"})


def test_a_label_means_one_thing_in_all_grids():
    grids = "grids: [{classifiers: [knn]}, {classifiers: [{name: knn, params: {n_neighbors: 1}}]}]"
    text = SMALL.replace("classifiers: [knn]\n", "") + grids
    assert refused(text) == [
        (
            "grids[1].classifiers: 'knn' is something else in an earlier grid; "
            "give it another label with `as:`"
        )
    ]


def test_mistakes_in_several_grids_are_all_reported_and_nothing_else():
    text = """
datasets: [ton_iot_synthetic]
strategies: [random]
grids:
  - {classifiers: [{nme: x}, knm], budgets: [120]}
  - {classifiers: 5, budgets: [100], exclude: [{classifier: knn}]}
  - 7
  - {classifiers: [svc], budgets: [100], exclude: [{classifier: knn}]}
"""
    lines = refused(text)
    assert [line.partition(": ")[0] for line in lines] == [
        "grids[0].classifiers[0].name",
        "grids[0].classifiers[0].nme",
        "grids[1].classifiers",
        "grids[2]",
        "grids[0].classifiers[1]",
        "grids[3].exclude[0].classifier",
        "grids[0].budgets[0]",
    ]


@pytest.mark.parametrize(
    ("override", "line"),
    [
        ("labeling.batch=10", "labeling: unknown field; did you mean 'labelling'?"),
        ("labelling.bach=10", "labelling.bach: unknown field; did you mean 'batch'?"),
        ("labelling.batch", "--set labelling.batch: must look like labelling.batch=10"),
        ("=3", "--set =3: must look like labelling.batch=10"),
        ("labelling..batch=3", "--set labelling..batch=3: must look like"),
        ("budgets.first=3", "--set budgets.first=3: budgets is no mapping; set the whole of it"),
        ("seed=[", "--set seed=[: line 1"),
        ("seed=0x", "--set seed=0x: "),
        ("seed=x", "seed: must be a valid integer, not 'x'"),
        ("seed=", "seed: must be a valid integer, not None"),
    ],
)
def test_a_wrong_override_is_refused(override, line):
    if override == "seed=0x":  # YAML takes it for text
        line = "seed: must be a valid integer, not '0x'"
    assert refused(SMALL, override)[0].startswith(line)


def test_overrides_reach_nested_fields_and_lists():
    sweep = read_sweep(
        SMALL,
        overrides=["labelling.batch=10", "tuning.validation.folds=3", "budgets=[60, 70]", "name=x"],
    )
    assert sweep.setting.labelling.batch == 10
    assert sweep.setting.tuning.validation.folds == 3
    assert sweep.grids[0].budgets == (60, 70)
    assert sweep.name == "x"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", "is empty"),
        ("# nothing\n", "is empty"),
        ("- 1\n", "must be a mapping of fields, not a list"),
        ("hello", "must be a mapping of fields, not a str"),
        ("a: [1", "line 1, column 6: expected ',' or ']'"),
        ("a: 1\na: 2", "line 2, column 1: 'a' stands twice"),
        ("tuning: {trials: 1, trials: 2}", "line 1, column 21: 'trials' stands twice"),
        ("1: 2", "line 1, column 1: 1 is not the name of a field"),
        ("? [1]\n: 2", "line 1, column 3: [1] is not the name of a field"),
        ("<<: {1: 2}", "1 is not the name of a field"),
        ("a:\n\t- 1", "line 2, column 1: "),
        ("\x00\x01", "is no readable YAML: "),
        ("a: !!python/object:os.system {}", "line 1, column 4: could not determine a constructor"),
        ("a: !!int x", "is no readable YAML: "),
        ("a: !!bool x", "is no readable YAML: "),
        ("a: !!timestamp x", "is no readable YAML: "),
        ("a: !!map x", "line 1, column 4: "),
        ("a: !!set [x]", "line 1, column 4: "),
        ("a: !!set {x}", "a: must be text, a number or a list, not a set"),
        ("a: 2020-13-45", "is no readable YAML: "),
        ("a: 2020-12-24", "a: must be text, a number or a list, not a date"),
        ("a: !!binary aGVsbG8=", "a: must be text, a number or a list, not a bytes"),
        ("a: " + "9" * 5000, "is no readable YAML: "),
        ("seed: 99999999999999999999", "seed: must be below 2**63 in size"),
        ("seed: 0x" + "f" * 5000, "seed: must be below 2**63 in size"),
        ("seed: .inf", "seed: must be a finite number, not inf"),
        ("a: &a [*a]", "a: is nested more than 32 deep"),
        ("a: &a {b: *a}", "a: is nested more than 32 deep"),
        ("a: *nobody", "line 1, column 4: found undefined alias"),
        ("a: " + "[" * 100 + "]" * 100, "a: is nested more than 32 deep"),
        ("a: " + "[" * 5000, "is nested too deeply"),
        (
            "a: &a [1,1,1,1,1,1,1,1,1,1]\n"
            + "\n".join(
                f"{y}: &{y} [{', '.join([f'*{x}'] * 10)}]"
                for x, y in zip("abcdef", "bcdefg", strict=True)
            ),
            "more than 100000 values are too many",
        ),
        (  # merged mappings that double with every level
            "a0: &a0 {x: 1}\n"
            + "\n".join(f"a{n}: &a{n} {{<<: [*a{n - 1}, *a{n - 1}]}}" for n in range(1, 40)),
            "more than 100000 values are too many",
        ),
        ('name: "a\\0b"', "name: 'a\\x00b' holds a character that no name has"),
        (
            'classifiers: ["\\ud800"]',
            "classifiers[0]: '\\ud800' holds a character that no name has",
        ),
        ('"a\\0": 1', "'a\\x00' holds a character that no name has"),
    ],
)
def test_what_is_no_sweep_at_all_is_refused_in_one_line(text, line):
    lines = refused(text)
    assert line in lines[0], lines
    assert len(lines) == 1


def test_anchors_aliases_and_merged_mappings_may_be_used():
    sweep = read_sweep(
        SMALL.replace(
            "[knn]",
            "[&near {name: knn, params: {n_neighbors: 3}}, "
            "{<<: *near, as: far, params: {n_neighbors: 9}}]",
        )
    )
    assert [(c.label, c.params["n_neighbors"]) for c in sweep.grids[0].classifiers] == [
        ("knn", 3),
        ("far", 9),
    ]


def test_a_whole_number_for_a_real_one_is_the_real_one():
    texts = (SMALL.replace("[knn]", f"[{{name: svc, params: {{C: {C}}}}}]") for C in ("2", "2.0"))
    one, two = (read_sweep(text).grids[0].classifiers[0] for text in texts)
    assert digest(one.identity) == digest(two.identity)


SHOWN = """
name: shown
seed: 3
repeats: 2
datasets:
  - {name: ton_iot_synthetic, rows: 600}
  - {name: ton_iot_synthetic, as: two, task: binary}
split: {method: stratified, test: 0.3}
classifiers:
  - knn
  - name: random_forest
    as: all
    params: {max_features: null}
    space: {max_depth: {choices: [null, 3]}}
  - {name: svc, space: {C: {low: 0.5, high: 2, log: true}}}
scalers: [none, min_max]
resamplers: [none, {name: smote, params: {k_neighbors: 3}}]
strategies: [random, {name: entropy, model: {name: logistic_regression, params: {C: 0.1}}}]
budgets: [100, "2%"]
labelling: {initial: 40, design: random, batch: 20}
tuning: {trials: 7, metric: mcc, validation: {method: holdout, rows: 20}, startup: 3}
reference: {classifier: all, every_pipeline: false}
evaluate: every_round
dtype: float64
threads: 2
exclude: [{classifier: svc, resampler: smote}]
limits: {trial_s: 900, memory_gb: 4}
"""


@pytest.mark.parametrize(
    "text",
    [
        SMALL,
        SHOWN,
        SMALL + "split: {method: rebenchmark_2025, seeds: [8, 0]}",
        SMALL + "grids: [{budgets: [150]}, {scalers: [standard], exclude: [{scaler: none}]}]",
        SMALL + "grids: [{scalers: [none], resamplers: [smote]}, {scalers: [standard]}]",
        SMALL + "grids: [{scalers: [none], resamplers: [smote]}]",
    ],
)
def test_the_resolved_sweep_read_again_is_the_same_sweep(text):
    if "exclude: [{scaler: none}]" in text:
        text = text.replace("{scaler: none}", "{scaler: standard}")
    sweep = read_sweep(text)
    stored = yaml.safe_dump(dict(sweep.resolved), sort_keys=False, allow_unicode=True)
    again = read_sweep(stored)
    assert again == sweep
    assert again.resolved == sweep.resolved


def test_the_resolved_sweep_holds_every_default():
    whole = read_sweep(SMALL).resolved
    assert whole["tuning"] == {
        "trials": 20,
        "metric": "macro_f1",
        "validation": {"method": "cross_validation", "folds": 5},
        "acquisition": "defaults",
        "startup": 5,
    }
    assert whole["scalers"] == [{"name": "none", "params": {}}]
    optional = {"grids"}
    assert set(whole) == set(fields.SweepFile.model_fields) - optional


@pytest.mark.parametrize("name", shipped())
def test_sweeps_that_ship_are_right(name):
    assert isinstance(open_sweep(name), Sweep)


def test_every_field_has_a_description():
    models = [
        model
        for model in vars(fields).values()
        if isinstance(model, type) and issubclass(model, BaseModel) and model is not BaseModel
    ]
    assert len(models) > 10
    for model in models:
        for name, field in model.model_fields.items():
            assert field.description, f"{model.__name__}.{name}"


def test_a_sweep_file_that_is_not_there_is_answered_with_the_nearest(tmp_path):
    with pytest.raises(SweepError, match="no such file; did you mean quickstart"):
        open_sweep("quickstrat")
    with pytest.raises(SweepError, match="is a folder; name the sweep file in it"):
        open_sweep(str(tmp_path))
    (tmp_path / "bad.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SweepError, match="cannot be read: 'utf-8' codec"):
        open_sweep(str(tmp_path / "bad.yaml"))
    (tmp_path / "marked.yaml").write_bytes(b"\xef\xbb\xbf" + SMALL.encode())
    assert open_sweep(str(tmp_path / "marked.yaml")).name == "sweep"


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["knn", "none", "npz", "1%", "name", "tuned", "holdout", "as", "path"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.text(max_size=4)
            | st.sampled_from(["name", "as", "params", "space", "model", "low", "C"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=6,
)


def places(value, path=()):
    yield path
    inside = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, inner in inside:
        yield from places(inner, (*path, key))


def replaced(whole, path, value):
    if not path:
        return value
    whole = copy.copy(whole)
    whole[path[0]] = replaced(whole[path[0]], path[1:], value)
    return whole


def attempt(text, *overrides):
    """The sweep, or why it is none; anything else that is raised is a bug, warnings too."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            return read_sweep(text, overrides=overrides)
        except SweepError as error:
            return error


def is_read_or_refused(text, *overrides):
    found = attempt(text, *overrides)
    if isinstance(found, SweepError):
        assert found.problems
        return
    stored = yaml.safe_dump(dict(found.resolved), sort_keys=False, allow_unicode=True)
    assert attempt(stored) == found


WHOLE = yaml.safe_load(SHOWN) | {"grids": [{"scalers": ["robust"]}, {"budgets": [80]}]}
PLACES = list(places(WHOLE))


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.sampled_from(PLACES), anything), min_size=1, max_size=3))
def test_a_sweep_changed_anywhere_to_anything_is_read_or_refused(changes):
    whole = copy.deepcopy(WHOLE)
    for path, value in changes:
        try:
            whole = replaced(whole, path, value)
        except (KeyError, IndexError, TypeError):
            continue  # an earlier change took this place away
    is_read_or_refused(yaml.safe_dump(whole))


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=40), st.integers(0, len(SHOWN)), st.integers(0, 30))
def test_a_sweep_with_any_text_in_it_is_read_or_refused(text, at, gone):
    is_read_or_refused(SHOWN[:at] + text + SHOWN[at + gone :])


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="{}[]:,&*!|>'\"%@`#-?<= \n\tab1.~", max_size=30))
def test_any_text_is_read_or_refused(text):
    is_read_or_refused(text)


names = st.sampled_from(["a", "b", "name", "params", "knn", "datasets", "classifiers", "seed"])
numbers = ["1", "-0", "0x1f", "0o7", "1_0", "1:30:00", ".nan", "-.inf", "1e999", "9" * 30]
words = ["~", "yes", "2020-12-24", "''", '"\\u0000"', '"\\ud800"', "é\u202e", "=", "<<", "|-"]
scalars = names | st.sampled_from(numbers + words)
known = ["str", "int", "float", "null", "set", "omap", "pairs", "binary", "timestamp"]
other = ["", "", "", "&a ", "&b ", "!mine ", "!<x> ", "!!python/name:os.system "]
tags = st.sampled_from(other) | st.sampled_from(known).map("!!{} ".format)


def listed(inner):
    return st.lists(inner, max_size=4).map(lambda parts: f"[{', '.join(parts)}]")


def mapped(inner):
    pair = st.tuples(names | st.sampled_from(["<<", "?", "[1]", "*a"]), inner)
    joined = st.lists(pair.map(lambda kv: f"{kv[0]}: {kv[1]}"), max_size=4)
    return joined.map(lambda parts: f"{{{', '.join(parts)}}}")


def tagged(inner):
    return st.tuples(tags, inner).map("".join) | st.sampled_from(["*a", "*b"])


written_yaml = st.recursive(
    tagged(scalars), lambda inner: tagged(listed(inner) | mapped(inner)), max_leaves=12
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(names, written_yaml), max_size=4), st.booleans())
def test_any_yaml_with_tags_anchors_and_merges_is_read_or_refused(fields, whole):
    text = "\n".join(f"{name}: {value}" for name, value in fields)
    is_read_or_refused(f"{SMALL}\n{text}" if whole else text)


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=12), anything.map(yaml.safe_dump))
def test_any_override_is_taken_or_refused(path, value):
    is_read_or_refused(SMALL, f"{path}={value}")


def test_components_are_looked_up_beside_the_sweep(tmp_path):
    (tmp_path / "mine.py").write_text("COMPONENTS = {}")
    text = SMALL + "components: [mine.py]"
    assert read_sweep(text, folder=tmp_path).files[0].name == "mine.py"
    with pytest.raises(SweepError, match=r"components\[0\]: cannot read the components file"):
        read_sweep(text, folder=tmp_path / "elsewhere")
    assert Path("mine.py").exists() is False


def test_an_axis_that_every_grid_names_for_itself_does_nothing_at_the_top():
    grids = "grids: [{classifiers: [svc], budgets: [100]}, {classifiers: [knn], budgets: [150]}]"
    assert refused(SMALL + grids) == [
        "classifiers: every grid names its own, so nothing uses this",
        "budgets: every grid names its own, so nothing uses this",
    ]


@pytest.mark.parametrize("metric", ["log_loss", "roc_auc", "pr_auc"])
def test_a_metric_that_a_classifier_never_has_is_refused(metric):
    text = SMALL.replace("[knn]", "[knn, svc]") + f"tuning: {{metric: {metric}}}"
    (line,) = refused(text)
    assert line.startswith(f"tuning.metric: svc has no probabilities, so {metric} would be empty")


def test_the_reference_is_the_sweeps_own_component_where_that_is_the_same_under_another_label():
    text = SMALL.replace("[knn]", "[{name: random_forest, as: rf}]")
    sweep = read_sweep(text)
    assert sweep.target.classifier is sweep.grids[0].classifiers[0]
    assert sweep.resolved["reference"]["classifier"] == "rf"


def test_a_parameter_called_path_counts_where_it_is_no_dataset(tmp_path):
    (tmp_path / "mine.py").write_text(
        "def mine(query, n, *, path: str):\n    return query.candidates[:n]\n"
        "COMPONENTS = {'strategies': {'mine': mine}}\n"
    )
    two = "[{name: mine, as: a, params: {path: a}}, {name: mine, as: b, params: {path: b}}]"
    text = SMALL.replace("[random]", two) + "components: [mine.py]"
    a, b = read_sweep(text, folder=tmp_path).grids[0].strategies
    assert a.identity != b.identity


def test_two_component_files_of_one_name_are_refused(tmp_path):
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "mine.py").write_text("COMPONENTS = {}")
    with pytest.raises(SweepError, match=r"another file is called mine\.py, too"):
        read_sweep(SMALL + "components: [one/mine.py, two/mine.py]", folder=tmp_path)


def test_as_is_the_only_way_to_write_a_label():
    (line,) = refused(SMALL.replace("[knn]", "[{name: knn, label: near}]"))
    assert line.startswith("classifiers[0].label: unknown field")
