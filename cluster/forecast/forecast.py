"""A forecast: the plan simulated several times, each with times drawn from the recorded ones."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cluster.forecast.law import Law, Reals
from cluster.forecast.setup import Setup
from cluster.forecast.simulate import Outcome, Simulation
from cluster.forecast.times import Times
from cluster.forecast.work import Chain, Key

SEED = 7  # of all draws: the same question gets the same answer
DRAWS = 20
MANY = 200_000  # units; from there on fewer draws will do, since sums hardly vary
FEW_DRAWS = 5


@dataclass(frozen=True)
class Forecast:
    """What the simulations said."""

    outcomes: tuple[Outcome, ...]  # by makespan, ascending
    critical_s: float  # of the longest chain of work that waits for each other
    beyond: tuple[str, ...]  # what was taken from beyond the recorded labels, in words

    @property
    def middle(self) -> Outcome:
        """The one whose makespan is the median."""
        return self.outcomes[len(self.outcomes) // 2]

    def makespan_s(self, share: float) -> float:
        """That `share` of the simulated runs do not exceed."""
        return float(np.quantile([one.makespan_s for one in self.outcomes], share))


_Drawn = tuple[Law, Reals, npt.NDArray[np.intp]]  # labels and places of the units of a law


class Seconds:
    """Draws the seconds of every unit of a plan."""

    def __init__(self, chains: Sequence[Chain], times: Times) -> None:
        """`times` must have all that `keys` lists."""
        labels: defaultdict[Key, list[int]] = defaultdict(list)
        places: defaultdict[Key, list[int]] = defaultdict(list)
        again: dict[Key, None] = {}
        at = 0
        for chain in chains:
            for unit in chain.units:
                parts = list(unit.parts)
                if unit.refitted:
                    again[unit.refitted] = None
                    parts.append((unit.refitted, unit.n_labels))
                for key, n_labels in parts:
                    labels[key].append(n_labels)
                    places[key].append(at)
                at += 1
        self.n_units = at
        self._drawn: list[_Drawn] = []
        self._again: list[_Drawn] = []  # what a segment that begins with a unit takes on top
        beyond: dict[str, tuple[int, int]] = {}
        for key, of in labels.items():
            law = times.law(key)
            assert law  # noqa: S101 - asked for before
            drawn = (law, np.array(of, dtype=float), np.array(places[key]))
            (self._again if key in again else self._drawn).append(drawn)
            if max(of) > law.most_labels and key[0] != "reference":
                name = f"{key[2]} on {key[1]}"
                before, most = beyond.get(name, (law.most_labels, 0))
                beyond[name] = (min(before, law.most_labels), max(most, *of))
        self.beyond = tuple(
            f"{name}: recorded up to {known} labels, extrapolated to {most}"
            for name, (known, most) in beyond.items()
        )

    def drawn(self, rng: np.random.Generator) -> tuple[Reals, Reals]:
        """Seconds of all units, and on top where a segment begins with one; chain after chain."""
        seconds, again = np.zeros(self.n_units), np.zeros(self.n_units)
        for whole, laws in ((seconds, self._drawn), (again, self._again)):
            for law, labels, places in laws:
                np.add.at(whole, places, law.drawn(labels, rng))
        return seconds, again


def keys(chains: Sequence[Chain]) -> set[Key]:
    """All laws that a plan needs."""
    return {
        key
        for chain in chains
        for unit in chain.units
        for key in (unit.key, unit.tested, unit.refitted)
        if key
    }


def forecast(chains: Sequence[Chain], times: Times, setup: Setup) -> Forecast:
    """Simulate. `times` must have all that `keys` lists."""
    seconds = Seconds(chains, times)
    n_draws = FEW_DRAWS if seconds.n_units > MANY else DRAWS
    outcomes = []
    for number in range(n_draws):
        rng = np.random.default_rng([SEED, number])
        drawn, again = seconds.drawn(rng)
        outcome = Simulation(chains, drawn, setup, number, again).run(chains)
        outcomes.append((outcome, critical_s(chains, drawn)))
    outcomes.sort(key=lambda found: found[0].makespan_s)
    _, longest = outcomes[n_draws // 2]
    return Forecast(tuple(one for one, _ in outcomes), longest, seconds.beyond)


def critical_s(chains: Sequence[Chain], seconds: Sequence[float] | Reals) -> float:
    """Of the longest acquisition with a study at its end: no cluster is faster."""
    sums = np.concatenate([[0.0], np.cumsum(seconds)])
    starts, at = {}, 0
    for chain in chains:
        starts[id(chain)] = at
        at += len(chain.units)

    def took(chain: Chain, n: int | None = None) -> float:
        first = starts[id(chain)]
        return float(sums[first + (len(chain.units) if n is None else n)] - sums[first])

    longest = 0.0
    for chain in chains:
        waited = 0.0
        longest = max(longest, took(chain))
        for n, study in chain.opens:
            longest = max(longest, waited + took(chain, n) + took(study))
            if chain.gates:
                waited += took(study)
        longest = max(longest, waited + took(chain))
    return longest
