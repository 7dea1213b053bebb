"""Every field of a sweep file: its type, its default, what it means (DESIGN.md, section 7)."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from harness import schema
from harness.device import BACKENDS
from harness.pruning import LEAST_FOLDS
from harness.spec.problems import number_hint


def _by_name(value: Any) -> Any:
    """A bare name is short for `{name: ...}`."""
    return {"name": value} if isinstance(value, str) else value


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


def _number(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(  # noqa: TRY004 - pydantic wants it
            f"must be a number, not {value!r}{number_hint(value)}"
        )
    return value


_Number = Annotated[Any, BeforeValidator(_number)]


class Range(_Strict):
    """A range to tune over: `{low: 0.1, high: 10, log: true}` or `{choices: [1, 2, 4]}`."""

    low: _Number | None = Field(None, description="smallest value")
    high: _Number | None = Field(None, description="largest value")
    log: bool = Field(default=False, description="search the logarithm")
    step: _Number | None = Field(None, description="distance between values")
    choices: list[Any] | None = Field(None, description="the values themselves, instead")

    @model_validator(mode="after")
    def _one_kind(self) -> Range:
        if (self.choices is None) == (self.low is None or self.high is None):
            raise ValueError("give low and high, or choices")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError(f"low {self.low} is above high {self.high}")
        if self.log and (self.low is None or self.low <= 0):
            raise ValueError("a logarithmic range needs low above 0")
        return self


class Scaler(_Strict):
    """A scaler."""

    name: str = Field(description="see `fewlabels components`")
    label: str | None = Field(
        None, alias="as", min_length=1, description="name in the tables; default: name"
    )
    params: dict[str, Any] = Field({}, description="fixed parameters")


class Tunable(Scaler):
    """A resampler."""

    space: dict[str, Range] = Field(
        {}, description="ranges that replace or extend the search space that ships"
    )


class Validation(_Strict):
    """What tuning may see."""

    method: Literal["cross_validation", "holdout_of_labelled", "holdout"] = Field(
        "cross_validation",
        description="on the labelled rows, on one fold of them only, or on rows bought for it",
    )
    folds: int | None = Field(
        None, ge=2, description="of cross_validation, default: 5; of holdout_of_labelled: 4"
    )
    rows: int | None = Field(None, ge=2, description="of holdout: charged to every budget")

    @model_validator(mode="after")
    def _fits_its_method(self) -> Validation:
        if self.method == "holdout" and self.rows is None:
            raise ValueError("holdout needs rows: how many to buy")
        if self.method == "holdout" and self.folds is not None:
            raise ValueError("folds belong to cross_validation, not to holdout")
        if self.method != "holdout" and self.rows is not None:
            raise ValueError(f"rows belong to holdout, not to {self.method}")
        if self.method != "holdout" and self.folds is None:
            self.folds = 5 if self.method == "cross_validation" else 4
        return self


class Classifier(Tunable):
    """A classifier."""

    validation: Validation | None = Field(
        None,
        description="of its own studies, instead of `tuning.validation`; default of a neural one: "
        "`{method: holdout_of_labelled, folds: 4}`, unless that is `holdout`",
    )


class Strategy(Scaler):
    """A query strategy."""

    model: Annotated[Tunable, BeforeValidator(_by_name)] | None = Field(
        None, description="a query model of its own, instead of the curve's pipeline"
    )


class Dataset(BaseModel):
    """A dataset; every other field is a parameter of its preparation."""

    model_config = ConfigDict(extra="allow", strict=True)
    name: str = Field(description="see `fewlabels datasets list`")
    label: str | None = Field(
        None, alias="as", min_length=1, description="name in the tables; default: name"
    )


class Exclusion(_Strict):
    """Curves to leave out: all the fields given must match."""

    dataset: str | None = Field(None, description="label")
    classifier: str | None = Field(None, description="label")
    scaler: str | None = Field(None, description="label")
    resampler: str | None = Field(None, description="label")
    strategy: str | None = Field(None, description="label")


def _budget(value: Any) -> Any:
    if isinstance(value, str) and re.fullmatch(r"\d+(\.\d+)?%", value):
        if not 0 < float(value[:-1]) <= 100:  # noqa: PLR2004
            raise ValueError("a share of the pool lies above 0% and is at most 100%")
        return value
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return value
    raise ValueError('a budget is a whole number of labels, or a share of the pool such as "1%"')


_Datasets = list[Annotated[Dataset, BeforeValidator(_by_name)]]
_Tunables = list[Annotated[Tunable, BeforeValidator(_by_name)]]
_Classifiers = list[Annotated[Classifier, BeforeValidator(_by_name)]]
_Scalers = list[Annotated[Scaler, BeforeValidator(_by_name)]]
_Strategies = list[Annotated[Strategy, BeforeValidator(_by_name)]]
_Budgets = list[Annotated[Any, BeforeValidator(_budget)]]


class Axes(_Strict):
    """What is crossed. In a grid, an axis that is not given is the sweep's."""

    datasets: _Datasets | None = Field(None, description="what to detect intrusions in")
    classifiers: _Classifiers | None = Field(None, description="what detects them")
    scalers: _Scalers | None = Field(None, description="fitted on pool features; default: [none]")
    resamplers: _Tunables | None = Field(
        None, description="applied to labelled rows before a fit; default: [none]"
    )
    strategies: _Strategies | None = Field(None, description="what chooses the rows to label")
    budgets: _Budgets | None = Field(
        None, description='labels bought in total; or a share of the pool such as "1%"'
    )
    exclude: list[Exclusion] = Field([], description="curves to leave out")


class Split(_Strict):
    """How rows become pool and test."""

    method: str = Field("stratified", description="see splitters in `fewlabels components`")
    test: float | None = Field(
        None, gt=0, lt=1, description="share of the rows that are test rows; default: 0.2"
    )
    seeds: list[Annotated[int, Field(ge=0, lt=2**32)]] | None = Field(
        None,
        description="of each repeat, taken as it is, and so the number of repeats; "
        "default: drawn from the sweep's seed",
    )


class Labelling(_Strict):
    """How labels are bought."""

    initial: int = Field(50, ge=1, description="rows labelled before the first query")
    design: str = Field(
        "random", description="how those are chosen: see designs in `fewlabels components`"
    )
    batch: int = Field(50, ge=1, description="rows labelled each round")


class Tuning(_Strict):
    """How a study searches."""

    trials: int = Field(
        20, ge=1, le=100_000, description="per cell and repeat; trial 0 has the defaults"
    )
    metric: Literal[tuple(schema.METRICS)] = Field(  # type: ignore[valid-type]
        "macro_f1", description="validation metric that chooses the winner"
    )
    validation: Validation = Field(Validation(), description="what tuning may see")
    acquisition: Literal["defaults", "tuned"] = Field(
        "defaults", description="hyperparameters of the query model"
    )
    startup: int = Field(
        5, ge=1, description="trials before TPE begins: the defaults, then random ones"
    )
    pruning: Literal["median", "wilcoxon"] | None = Field(
        None,
        description="leave trials that their first folds show to be hopeless, by this rule; "
        "of cross_validation; default: none is left",
    )

    @model_validator(mode="after")
    def _has_folds_to_prune_by(self) -> Tuning:
        if self.pruning is None:
            return self
        if self.validation.method != "cross_validation":
            raise ValueError(
                f"pruning goes by the folds of cross_validation, and {self.validation.method} has "
                "none to spare: leave one of them out"
            )
        least, folds = LEAST_FOLDS[self.pruning], self.validation.folds or 0
        if folds < least:
            raise ValueError(f"pruning by {self.pruning} needs {least} folds, not {folds}")
        return self


class Reference(_Strict):
    """The target: a share of what this pipeline scores with all labels of the pool."""

    classifier: str = Field("random_forest", description="label in this sweep, or name")
    scaler: str = Field("none", description="label in this sweep, or name")
    resampler: str = Field("none", description="label in this sweep, or name")
    target: float = Field(0.95, gt=0, le=1, description="share of its score to be reached")
    every_pipeline: bool = Field(
        default=True,
        description="also fit full_data for each classifier × scaler × resampler of the sweep",
    )


class Oracle(_Strict):
    """Who gives the labels that are bought."""

    noise: float = Field(
        0.0, ge=0, lt=1, description="share of them that are wrong: another class, each as likely"
    )


class Limits(_Strict):
    """What work may use. Whatever ends as a `timeout`, `fewlabels retry` does again."""

    trial_s: float | None = Field(
        None,
        gt=0,
        description="seconds of a trial, round, test or reference; then it is a `timeout`",
    )
    study_s: float | None = Field(
        None, gt=0, description="seconds of all trials of a study; the rest are `timeout`s"
    )
    acquisition_s: float | None = Field(
        None, gt=0, description="seconds of all rounds; then the acquisition ends as a `timeout`"
    )
    memory_gb: float | None = Field(
        None,
        gt=0,
        description="GiB that a task's process may have for itself, libraries included; then it is "
        "an `oom` (on Linux; elsewhere only asked of Ray)",
    )


class Neural(_Strict):
    """What networks compute on and with: part of their ids, of no others."""

    device: Literal["auto", "cpu", "gpu"] = Field(
        "auto",
        description="auto: as the run folder began, else a GPU where the cluster has one",
    )
    backend: Literal[BACKENDS] | None = Field(  # type: ignore[valid-type]
        None, description="of Keras; default: what KERAS_BACKEND says, else tensorflow"
    )
    deterministic: bool = Field(
        default=True, description="only operations that repeat to the last bit, if slower"
    )


class Resources(_Strict):
    """By what classifiers need (`neural`): what one task of theirs asks of Ray."""

    gpus: float = Field(
        0.25, ge=0.01, le=1, description="share of a GPU and of its memory, where on GPUs"
    )
    cpus: float = Field(0, ge=0, description="where on GPUs; elsewhere it is threads")
    memory_gb: float | None = Field(
        None, gt=0, description="of the machine, as limits.memory_gb, which is the default"
    )


class SweepFile(Axes):
    """A sweep file."""

    name: str = Field("sweep", pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", description="of the run")
    seed: int = Field(0, ge=0, description="root of every random generator")
    repeats: int = Field(5, ge=1, le=1000, description="splits; intervals are shown from five on")
    split: Split = Field(Split(), description="how rows become pool and test")
    labelling: Labelling = Field(Labelling(), description="how labels are bought")
    oracle: Oracle = Field(Oracle(), description="who gives the labels")
    tuning: Tuning = Field(Tuning(), description="how a study searches")
    reference: Reference = Field(Reference(), description="what labels-to-target is measured by")
    evaluate: Literal["budgets", "every_round"] = Field(
        "budgets", description="when the defaults are tested: at budgets (by trial 0), or always"
    )
    dtype: Literal["float32", "float64"] = Field("float32", description="of features, scaled")
    threads: int = Field(1, ge=1, le=1024, description="per task")
    limits: Limits = Field(Limits(), description="what work may use")
    neural: Neural = Field(Neural(), description="where networks compute")
    resources: dict[str, Resources] = Field({}, description="what networks ask of Ray")
    components: list[str] = Field([], description="Python files with more components; trusted")
    grids: list[Axes] = Field([], description="several grids in one sweep, instead of one")
