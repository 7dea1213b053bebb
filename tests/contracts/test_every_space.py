"""What every search space promises. A new space is tested by being listed."""

from __future__ import annotations

import inspect
import json

import numpy as np
import optuna
import pytest
from optuna.distributions import CategoricalDistribution

from harness.classifiers import CLASSIFIERS
from harness.classifiers.needs import NEURAL, needs_of
from harness.resamplers import RESAMPLERS
from search_spaces import CLASSIFIER_SPACES, RESAMPLER_SPACES

SPACES = {
    **{name: (CLASSIFIERS[name], space) for name, space in CLASSIFIER_SPACES.items()},
    **{name: (RESAMPLERS[name], space) for name, space in RESAMPLER_SPACES.items()},
}
ON_ONE_WORKER = pytest.mark.xdist_group("tensorflow")  # where networks are compiled anyway
every_space = pytest.mark.parametrize(
    ("make", "space"),
    [
        pytest.param(*found, marks=ON_ONE_WORKER if needs_of(found[0]) == NEURAL else ())
        for found in SPACES.values()
    ],
    ids=SPACES.keys(),
)


def defaults(make, space):
    return {name: inspect.signature(make).parameters[name].default for name in space}


def labelled():
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1, 2], [24, 12, 4])
    return (rng.normal(size=(40, 4)) + y[:, np.newaxis]).astype(np.float32), y


def use(make, params):
    """Fit the component once with `params`."""
    X, y = labelled()
    if make in CLASSIFIERS.values():
        make(0, 1, **params).fit(X, y)
    else:
        make(0, **params)(X, y)


@every_space
def test_names_parameters_of_its_component(make, space):
    parameters = [*inspect.signature(make).parameters.values()]
    assert set(space) <= {p.name for p in parameters if p.kind is p.KEYWORD_ONLY}
    assert 1 <= len(space) <= 6, "20 trials do not search more"


@every_space
def test_holds_the_defaults(make, space):
    for name, default in defaults(make, space).items():
        assert space[name]._contains(space[name].to_internal_repr(default)), (name, default)


@every_space
def test_the_defaults_can_be_trial_0(make, space):
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0))
    study.enqueue_trial(defaults(make, space))
    assert study.ask(space).params == defaults(make, space)


@every_space
def test_choices_survive_json(make, space):  # noqa: ARG001
    for distribution in space.values():
        if isinstance(distribution, CategoricalDistribution):
            choices = list(distribution.choices)
            assert json.loads(json.dumps(choices)) == choices


@every_space
def test_whatever_it_suggests_can_be_fitted(make, space):
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0))
    for _ in range(1 if needs_of(make) == NEURAL else 3):  # a fit takes seconds
        use(make, study.ask(space).params)


def ends(distribution):
    if isinstance(distribution, CategoricalDistribution):
        return distribution.choices
    return distribution.low, distribution.high


@every_space
def test_its_ends_can_be_fitted(make, space):
    if needs_of(make) == NEURAL:  # one space for all of them, and seconds a fit: both corners
        for end in (0, -1):
            use(make, {name: ends(distribution)[end] for name, distribution in space.items()})
        return
    for name, distribution in space.items():
        for value in ends(distribution):
            use(make, {name: value})
