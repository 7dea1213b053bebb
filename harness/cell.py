"""What is computed, and its identity: curves, acquisitions, studies, references.

An id is a hash of the canonical JSON of all that can change the number, and of nothing else
(DESIGN.md, section 3.7).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from optuna.distributions import distribution_to_json

from harness.classifiers.needs import NEURAL
from harness.device import Kind
from harness.pruning import SETTINGS as PRUNING
from harness.pruning import Rule
from harness.sampler import SETTINGS
from search_spaces.space import Space

PROTOCOL_VERSION = 2  # raised whenever the same sweep would give other numbers

Params = Mapping[str, Any]  # JSON values


@dataclass(frozen=True)
class Component:
    """A named thing of one axis, with every parameter filled in."""

    name: str
    label: str  # what the tables and reports call it; not part of any id
    params: Params = field(default_factory=dict)
    source: str = ""  # a dataset's content, an outside component's code; empty for built-in ones
    space: Space = field(default_factory=dict)  # what tuning may change
    model: Component | None = None  # a strategy's own query model
    needs: str = ""  # what a classifier declared (`classifiers/needs.py`); "": a CPU will do
    validation: Validation | None = None  # of a classifier's studies, where it has its own

    is_data: bool = False  # a dataset: its `path` is where a file lay, its source the content

    @property
    def hashed_params(self) -> dict[str, Any]:
        """The parameters that can change a number."""
        return {
            name: value
            for name, value in self.params.items()
            if not (self.is_data and name == "path")
        }

    @property
    def identity(self) -> dict[str, Any]:
        """What of it can change a number; the space is the study's."""
        whole: dict[str, Any] = {"name": self.name, "params": self.hashed_params}
        if self.source:
            whole["source"] = self.source
        if self.model:
            whole["model"] = self.model.identity
        return whole


@dataclass(frozen=True)
class Curve:
    """A cell without its budget."""

    dataset: Component
    classifier: Component
    scaler: Component
    resampler: Component
    strategy: Component

    @property
    def labels(self) -> dict[str, str]:
        """Axis -> label, as the tables have it."""
        return {axis: getattr(self, axis).label for axis in self.__dataclass_fields__}

    @property
    def needs(self) -> str:
        """What its classifier or its strategy's own model needs: either decides its numbers."""
        model = self.strategy.model
        return self.classifier.needs or (model.needs if model else "")

    def __str__(self) -> str:
        """Return the labels, as a person would say them."""
        return " × ".join(self.labels.values())


@dataclass(frozen=True)
class Split:
    """How rows become pool and test."""

    method: str
    test: float  # share of the rows
    seeds: tuple[int, ...] = ()  # one per repeat, as they are; empty: named by the sweep's seed
    source: str = ""  # the code of an outside splitter
    needs_start: bool = False  # leaves out repeats by their initial labels

    def identity_of(self, repeat: int) -> dict[str, Any]:
        """What of it can change a number of one repeat; other repeats' seeds cannot."""
        whole: dict[str, Any] = {"method": self.method, "test": self.test}
        if self.seeds:
            whole["seed"] = self.seeds[repeat]
        if self.source:
            whole["source"] = self.source
        return whole


@dataclass(frozen=True)
class Labelling:
    """How labels are bought."""

    initial: int  # rows
    design: str
    batch: int  # rows a round
    source: str = ""  # the code of an outside design


@dataclass(frozen=True)
class Oracle:
    """Who gives the labels that are bought."""

    noise: float = 0.0  # share of the pool whose labels are wrong (`label_noise.py`)

    @property
    def identity(self) -> dict[str, Any]:
        """What the id of all that reads bought labels holds; nothing where they are right."""
        return {"oracle": vars(self)} if self.noise else {}


@dataclass(frozen=True)
class Validation:
    """What tuning may see."""

    method: str  # cross_validation, holdout_of_labelled (one of its folds) or holdout
    folds: int = 0  # cross_validation, holdout_of_labelled
    rows: int = 0  # holdout: charged to every budget


@dataclass(frozen=True)
class Tuning:
    """How a study searches."""

    trials: int  # trial 0, the defaults, included
    metric: str
    validation: Validation
    acquisition: str  # defaults or tuned: the hyperparameters of the query model
    startup: int  # random trials before TPE begins
    pruning: Rule | None = None  # of hopeless trials, over the folds of cross_validation


@dataclass(frozen=True)
class Neural:
    """What networks compute on and with; the numbers of everything else do not depend on it."""

    device: Kind
    backend: str  # of Keras
    deterministic: bool  # only operations that repeat to the last bit


@dataclass(frozen=True)
class Setting:
    """What the whole sweep shares and a number depends on."""

    seed: int
    split: Split
    labelling: Labelling
    tuning: Tuning
    dtype: str  # float32 or float64
    threads: int  # per task
    neural: Neural = Neural("cpu", "tensorflow", deterministic=True)
    oracle: Oracle = Oracle()

    def identity_of(self, repeat: int) -> dict[str, Any]:
        """What every id of a repeat holds."""
        whole = {
            "protocol": PROTOCOL_VERSION,
            "seed": self.seed,
            "repeat": repeat,
            "split": self.split.identity_of(repeat),
            "dtype": self.dtype,
            "threads": self.threads,
            "device": "cpu",
            "backend": "cpu",
        }
        if self.split.needs_start:
            whole["start"] = {**vars(self.labelling), "holdout": self.tuning.validation.rows}
        return whole

    def device_of(self, needs: str) -> dict[str, Any]:
        """What the id of work with these needs holds instead of a CPU that is always there."""
        return vars(self.neural) if needs == NEURAL else {}


@dataclass(frozen=True)
class Acquisition:
    """The active-learning run of one curve on one repeat."""

    curve: Curve
    repeat: int
    setting: Setting
    budgets: tuple[int, ...]  # ascending, labels bought in total; not in the id unless tuned

    @property
    def is_tuned(self) -> bool:
        """Whether its query model takes over each checkpoint's winner."""
        return self.setting.tuning.acquisition == "tuned"

    @cached_property
    def id(self) -> str:
        """16 hex digits."""
        identity = {
            **self.setting.identity_of(self.repeat),
            **self.setting.device_of(self.curve.needs),
            **self.setting.oracle.identity,
            "kind": "acquisition",
            "labelling": vars(self.setting.labelling),
            "holdout": self.setting.tuning.validation.rows,
            **{axis: getattr(self.curve, axis).identity for axis in self.curve.labels},
        }
        if self.is_tuned:
            identity["tuned"] = {
                "budgets": self.budgets,
                "trials": self.setting.tuning.trials,
                "study": _study_settings(self),
            }
        return digest(identity)


@dataclass(frozen=True)
class Study:
    """The Optuna study of one cell on one repeat."""

    acquisition: Acquisition
    budget: int

    @cached_property
    def space(self) -> Space:
        """What the trials may change, by component.parameter."""
        curve = self.acquisition.curve
        return {
            f"{axis}.{name}": distribution
            for axis, component in (
                ("classifier", curve.classifier),
                ("resampler", curve.resampler),
            )
            for name, distribution in component.space.items()
        }

    @property
    def validation(self) -> Validation:
        """What its trials are judged by: the classifier's own way, or the sweep's."""
        acquisition = self.acquisition
        return acquisition.curve.classifier.validation or acquisition.setting.tuning.validation

    @property
    def pruning(self) -> Rule | None:
        """By which rule trials are left, where they have folds to judge them by."""
        has_folds = self.validation.method == "cross_validation"
        return self.acquisition.setting.tuning.pruning if has_folds else None

    @cached_property
    def n_trials(self) -> int:
        """Trials to run: with nothing to tune, the defaults alone."""
        return self.acquisition.setting.tuning.trials if self.space else 1

    @cached_property
    def id(self) -> str:
        """16 hex digits."""
        return digest(
            {
                "kind": "study",
                "acquisition": self.acquisition.id,
                "budget": self.budget,
                **_study_settings(self.acquisition),
            }
        )


@dataclass(frozen=True)
class Reference:
    """`full_data`: the classifier's defaults on all true labels of the pool, without a study."""

    curve: Curve  # its strategy is `full_data`
    repeat: int
    setting: Setting

    @cached_property
    def id(self) -> str:
        """16 hex digits."""
        axes = [axis for axis in self.curve.labels if axis != "strategy"]
        return digest(
            {
                **self.setting.identity_of(self.repeat),
                **self.setting.device_of(self.curve.needs),
                "kind": "reference",
                **{axis: getattr(self.curve, axis).identity for axis in axes},
            }
        )


FULL_DATA = Component("full_data", "full_data")


def _study_settings(acquisition: Acquisition) -> dict[str, Any]:
    tuning = acquisition.setting.tuning
    study = Study(acquisition, 0)
    space = study.space
    settings: dict[str, Any] = {
        "space": {name: json.loads(distribution_to_json(d)) for name, d in space.items()},
        "sampler": {"name": "tpe", "n_startup_trials": tuning.startup, **SETTINGS},
        "validation": vars(study.validation),
        "metric": tuning.metric,
    }
    if rule := study.pruning:
        settings["pruning"] = {"rule": rule, **PRUNING[rule]}
    return settings


def digest(identity: Mapping[str, Any]) -> str:
    """The first 16 hex digits of the SHA-256 of canonical JSON.

    >>> digest({"b": 1, "a": (1, 2)}) == digest({"a": [1, 2], "b": 1})
    True
    """
    text = json.dumps(identity, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
