"""A forecast in words: one screen."""

from __future__ import annotations

from collections.abc import Iterator

from cluster.forecast.forecast import Forecast
from cluster.forecast.setup import Setup
from cluster.forecast.times import Times
from cluster.launch.fit import Fit
from cluster.progress import duration
from cluster.resources import Node, room
from harness.destination import size
from harness.store import FULL_BYTES

HOUR_S = 3600.0
MOST_NOTES = 6
BUSY = 0.8  # of the makespan: then it is what limits


def lines(
    found: Forecast, setup: Setup, fit: Fit, times: Times, bytes_to_come: int
) -> Iterator[str]:
    """All that `plan` says of it."""
    middle = found.middle
    seconds = middle.makespan_s
    yield f"{'forecast':<10} a simulation of the driver and {_machines(setup)}"
    yield (
        f"{'makespan':<10} about {duration(found.makespan_s(0.5))}; in 8 of 10 of "
        f"{len(found.outcomes)} simulations {duration(found.makespan_s(0.1))} to "
        f"{duration(found.makespan_s(0.9))}, from when the driver has Ray"
    )
    yield f"{'limit':<10} {_limit(found, setup)}"
    yield (
        f"{'driver':<10} busy for {100 * middle.driver_s / seconds:.0f} % of it: "
        f"{middle.n_segments:,} segments, {middle.n_trials / seconds:.1f} trials/s; about "
        f"{size(setup.costs.driver_bytes + setup.costs.trial_bytes * middle.n_trials)} of memory"
    )
    for name, node, n in setup.kinds:
        places = max(1, n * max(node.fits(setup.demand.plain), _neural_places(setup, node)))
        share = middle.busy_s[name] / (places * seconds)
        peak = middle.peak_bytes.get(name, 0) / 2**30
        beware = "; more than there is" if peak > node.memory_gb else ""
        yield (
            f"{'nodes':<10} {name}: {n * seconds / HOUR_S:.1f} node hours, {100 * share:.0f} % of "
            f"its places busy; up to {peak:.1f} of {node.memory_gb:.1f} GiB of one{beware}"
        )
    yield (
        f"{'writes':<10} about {size(bytes_to_come)}, some "
        f"{bytes_to_come // FULL_BYTES + len(_TABLES):,} files"
    )
    if setup.deaths_a_day:
        yield (
            f"{'deaths':<10} {middle.n_deaths} of nodes, each back after "
            f"{duration(setup.costs.back_s)}; what they did is done again"
        )
    yield f"{'times':<10} from {', '.join(times.sources)}; other processors take other times"
    notes = [*fit.notes, *times.notes, *found.beyond]
    if times.borrowed:
        shown = ", ".join(sorted(times.borrowed)[:MOST_NOTES])
        notes.append(f"times of another scaler, resampler or trial stand in for {shown}")
    if len(notes) > MOST_NOTES:
        notes = [*notes[:MOST_NOTES], f"and {len(notes) - MOST_NOTES} more of these"]
    for note in notes:
        yield f"{'beware':<10} {note}"


_TABLES = ("acquisitions", "rounds", "trials", "references")


def _neural_places(setup: Setup, node: Node) -> int:
    return node.fits(setup.demand.neural) if setup.is_neural else 0


def _machines(setup: Setup) -> str:
    kinds = ", ".join(f"{n} × {name}" for name, _, n in setup.kinds)
    nodes = [node for _, node, n in setup.kinds for _ in range(n)]
    places = f"{room(nodes, setup.demand.plain):,} tasks on CPUs"
    if setup.is_neural:
        on = "GPUs" if setup.demand.neural.gpus else "CPUs"
        places += f", {room(nodes, setup.demand.neural):,} networks on {on}"
    return f"{kinds}: {places} at the same time"


def _limit(found: Forecast, setup: Setup) -> str:
    """What keeps it from being faster."""
    middle = found.middle
    seconds = middle.makespan_s
    nodes = [node for _, node, n in setup.kinds for _ in range(n)]
    places = room(nodes, setup.demand.plain) + (
        room(nodes, setup.demand.neural) if setup.demand.neural.gpus and setup.is_neural else 0
    )
    bounds = {
        "the driver: more nodes would not help, longer segments (--segment-s) might": (
            middle.driver_s
        ),
        "the longest acquisition and study, whose parts wait for each other: more nodes would not "
        "help": found.critical_s,
        "the work: more nodes would help": middle.work_s / max(places, 1),
    }
    what, most = max(bounds.items(), key=lambda item: item[1])
    if most < BUSY * seconds:
        what = f"nothing alone; nearest is {what}"
    return f"{what} ({duration(most)} at least)"
