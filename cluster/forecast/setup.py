"""What a simulation needs to know of the data and the machines."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from cluster.forecast.costs import COSTS, Costs
from cluster.forecast.times import Times
from cluster.launch.fit import Fit, demand_of
from cluster.resources import Demand, Node
from harness.corpus import Prepared
from harness.errors import HarnessError
from harness.plan_command import Planned
from harness.problem import ProblemKey, prepare


@dataclass(frozen=True)
class Setup:
    """What a simulation assumes, beside the plan."""

    kinds: Sequence[tuple[str, Node, int]]  # of nodes: name, what one offers, how many
    demand: Demand
    is_neural: bool
    segment_s: float
    deaths_a_day: float = 0.0  # of each node
    costs: Costs = COSTS
    prepare_s: Mapping[tuple[str, str], float] = field(default_factory=dict)  # dataset, scaler
    problem_bytes: Mapping[tuple[str, str], int] = field(default_factory=dict)
    dataset_bytes: Mapping[str, int] = field(default_factory=dict)
    peak_bytes: Mapping[tuple[str, str], int] = field(default_factory=dict)  # dataset, classifier


def setup_of(
    planned: Planned, fit: Fit, times: Times, *, segment_s: float, deaths_a_day: float
) -> Setup:
    """Measure here what a new process and preparing each dataset take; the rest is known."""
    sweep = planned.plan.sweep
    prepare_s, problem_bytes = {}, {}
    for key in _problems(planned):
        started = time.perf_counter()
        try:
            problem = prepare(key, planned.corpus[key.dataset.label], sweep.registry)
        except HarnessError:  # a repeat that the split leaves out: nothing is done on it
            continue
        names = (key.dataset.label, key.scaler.label)
        prepare_s[names] = time.perf_counter() - started
        problem_bytes[names] = problem.nbytes
    return Setup(
        kinds=[(nodes.name, nodes.node, nodes.most) for nodes in fit.nodes],
        demand=demand_of(sweep, on_gpus=fit.on_gpus),
        is_neural=sweep.is_neural,
        segment_s=segment_s,
        deaths_a_day=deaths_a_day,
        costs=replace(COSTS, process_s=process_s()),
        prepare_s=prepare_s,
        problem_bytes=problem_bytes,
        dataset_bytes={label: _n_bytes(of) for label, of in planned.corpus.items()},
        peak_bytes=times.peaks,
    )


ROOT = Path(__file__).parents[2]  # wherever the user stands: another `cluster` may lie there
_IMPORTS = "import sys; sys.path.insert(0, sys.argv[1]); import cluster.worker"


def process_s() -> float:
    """Until a new process could begin with its first task: what it imports."""
    started = time.perf_counter()
    subprocess.run([sys.executable, "-P", "-c", _IMPORTS, str(ROOT)], check=True)  # noqa: S603
    return time.perf_counter() - started


def _problems(planned: Planned) -> Iterator[ProblemKey]:
    """One of each dataset and scaler."""
    seen = set()
    for acquisition in planned.plan.acquisitions:
        curve = acquisition.curve
        if (names := (curve.dataset.label, curve.scaler.label)) not in seen:
            seen.add(names)
            yield ProblemKey(curve.dataset, curve.scaler, acquisition.repeat, acquisition.setting)


def _n_bytes(prepared: Prepared) -> int:
    table = prepared.table
    return int(table.numbers.nbytes + table.codes.nbytes + table.y.nbytes + prepared.twins.nbytes)
