"""Recorded times: laws by dataset, classifier, scaler, resampler and, of rounds, strategy."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from cluster.forecast.law import Law
from cluster.forecast.work import Key, kind_of_trial
from harness.errors import NoTimes
from harness.placement import began_with
from harness.schema import AXES
from harness.states import ROUND_S
from harness.store import RunFolder
from harness.sweep import Sweep

PIPELINE = ("dataset", "classifier", "scaler", "resampler")
MOST_SHOWN = 8  # of what has no times
_NAMED = {
    "default": "the first trials",
    "random": "random trials",
    "trial": "trials that TPE proposes",
    "design": "first rounds",
    "round": "rounds",
    "shared_round": "rounds",  # without the fit, which the test before it has made
    "fit": "rounds",
    "evaluation": "tests after rounds",
    "reference": "full_data references",
}
_TRIALS = ("trial", "random", "default")  # any stands in for another, in this order


@dataclass
class Times:
    """What earlier runs took."""

    sources: list[str] = field(default_factory=list)  # run folders, in words
    laws: dict[Key, Law] = field(default_factory=dict)
    peaks: dict[tuple[str, str], int] = field(default_factory=dict)  # dataset, classifier: bytes
    notes: list[str] = field(default_factory=list)
    borrowed: set[str] = field(default_factory=set)  # whose times are those of another pipeline

    @classmethod
    def of(cls, folders: Sequence[RunFolder], sweep: Sweep, *, on_gpus: bool = False) -> Times:
        """All that `folders` recorded of components that `sweep` has with the same parameters."""
        times = cls()
        parts: defaultdict[Key, list[tuple[Any, Any]]] = defaultdict(list)
        for folder in folders:
            known = _same(folder, sweep, times.notes)
            _same_device(folder, sweep, times.notes, on_gpus=on_gpus)
            for table, wanted in _TABLES.items():
                frame = _recorded(folder, table, known)
                for key, group in wanted.grouped(frame, _startup(folder)):
                    if key[0] == "round":
                        without = group["seconds"] - group["fit_s"]
                        shared: Key = ("shared_round", *key[1:])
                        parts[shared].append((group["labels"].to_numpy(), without.to_numpy()))
                        fit: Key = ("fit", *key[1:])
                        parts[fit].append((group["labels"].to_numpy(), group["fit_s"].to_numpy()))
                    parts[key].append((group["labels"].to_numpy(), group["seconds"].to_numpy()))
                times.note_peaks(frame)
            times.sources.append(_described(folder))
        for key, found in parts.items():
            labels, seconds = (np.concatenate(column) for column in zip(*found, strict=True))
            times.laws[key] = Law.of(labels.astype(float), seconds.astype(float))
        return times

    def note_peaks(self, frame: pd.DataFrame) -> None:
        """Keep the largest processes, by dataset and classifier."""
        if "peak_bytes" not in frame:
            return
        for dataset, classifier, peak in zip(
            frame["dataset"], frame["classifier"], frame["peak_bytes"], strict=True
        ):
            names = (dataset, classifier)
            self.peaks[names] = max(int(peak), self.peaks.get(names, 0))

    def law(self, key: Key) -> Law | None:
        """That of `key`; else that of the same classifier and data behind another scaler, then
        behind another resampler, then that of another kind of trial.
        """  # noqa: D205
        if key in self.laws:
            return self.laws[key]
        kind, dataset, classifier, *_ = key
        others = [other for other in _TRIALS if other != kind] if kind in _TRIALS else []
        for close in (3, 4):  # the place in a key that may differ; then both may
            for known, law in self.laws.items():
                if known[:3] != (kind, dataset, classifier) or known[5:] != key[5:]:
                    continue
                if close == 4 or known[4] == key[4]:  # noqa: PLR2004
                    self.borrowed.add(f"{classifier} on {dataset}")
                    self.laws[key] = law
                    return law
        for other in others:
            if (other, *key[1:]) in self.laws:
                self.borrowed.add(f"{classifier} on {dataset}")
                self.laws[key] = self.laws[(other, *key[1:])]
                return self.laws[key]
        return None

    def must_have(self, keys: Iterable[Key], how: str) -> None:
        """Raise `NoTimes` with all that has none; `how` says how to get them."""
        lacking = sorted({_words(key) for key in keys if self.law(key) is None})
        if lacking:
            shown = "\n".join(f"  {line}" for line in lacking[:MOST_SHOWN])
            more = f"\n  and {len(lacking) - MOST_SHOWN} more" if len(lacking) > MOST_SHOWN else ""
            where = ", ".join(self.sources) or "no run"
            notes = "".join(f"\n{note}" for note in self.notes)
            raise NoTimes(
                f"no times are recorded (looked in: {where}) of\n{shown}{more}{notes}\n{how}"
            )


@dataclass(frozen=True)
class _Table:
    columns: tuple[str, ...]
    more: tuple[str, ...]
    axes: tuple[str, ...]
    kind: str

    def grouped(self, frame: pd.DataFrame, startup: int) -> Iterable[tuple[Key, pd.DataFrame]]:
        frame = _with_labels(frame, self.kind)
        kinds: Any = self.kind
        if self.kind == "trial":
            kinds = [kind_of_trial(number, startup) for number in frame["number"]]
        elif self.kind == "round":  # the first fits nothing: no point of the others' curve
            kinds = np.where(frame["round"] == 0, "design", "round")
        frame = frame.assign(kind=kinds)
        axes = [axis for axis in self.axes if axis != "strategy" or self.kind == "round"]
        for key, group in frame.groupby(["kind", *axes]):
            yield tuple(key), group


_TABLES = {
    "rounds": _Table((*AXES, "acquisition_id"), ("round", "n_labels", *ROUND_S), AXES, "round"),
    "evaluations": _Table(AXES, ("n_labels", "status", "wall_s", "peak_bytes"), AXES, "evaluation"),
    "trials": _Table(AXES, ("budget", "number", "status", "wall_s", "peak_bytes"), AXES, "trial"),
    "references": _Table(
        PIPELINE, ("n_labels", "status", "wall_s", "peak_bytes"), PIPELINE, "reference"
    ),
}


def _recorded(folder: RunFolder, table: str, known: Mapping[str, set[str]]) -> pd.DataFrame:
    """Rows of work that was done, of components that are `known`."""
    wanted = _TABLES[table]
    frame = folder.frame(table, [*wanted.columns, *wanted.more])
    for axis in wanted.axes:
        frame = frame[frame[axis].isin(known[axis])]
    return frame[frame["status"] != "skipped"] if "status" in frame else frame


def _startup(folder: RunFolder) -> int:
    """Trials of each study before TPE begins."""
    return int(_at(folder.sweep(), "tuning").get("startup", 1))  # without a sweep: no trials


def _same_device(folder: RunFolder, sweep: Sweep, notes: list[str], *, on_gpus: bool) -> None:
    device, now = began_with(folder).get("device"), "gpu" if on_gpus else "cpu"
    if sweep.is_neural and device and device != now:
        notes.append(
            f"networks of {folder.shown()} computed on a {device.upper()}, "
            f"these on a {now.upper()}: times differ"
        )


def _with_labels(frame: pd.DataFrame, kind: str) -> pd.DataFrame:
    """With the columns `labels`, that a unit was fitted on, and `seconds`."""
    if kind == "round":  # the model is fitted on what was bought before
        frame = frame.sort_values(["acquisition_id", "round"])
        before = frame.groupby("acquisition_id")["n_labels"].shift(fill_value=0)
        return frame.assign(labels=before, seconds=frame[list(ROUND_S)].sum(axis=1))
    if kind == "reference":  # of one size: the pool's
        return frame.assign(labels=0, seconds=frame["wall_s"])
    column = "budget" if kind == "trial" else "n_labels"
    return frame.assign(labels=frame[column], seconds=frame["wall_s"])


def _same(folder: RunFolder, sweep: Sweep, notes: list[str]) -> Mapping[str, set[str]]:
    """Labels, by axis, that stand for the same in `folder` as in `sweep`."""
    now, then = _components(sweep.resolved), _components(folder.sweep())
    known: dict[str, set[str]] = {axis: set() for axis in AXES}
    for (axis, label), one in now.items():
        if (other := then.get((axis, label))) is None:
            continue
        if _meant(other) == _meant(one):
            known[axis].add(label)
        else:
            notes.append(
                f"{folder.shown()} has another {label}: {_params(other)} there, {_params(one)} here"
            )
    resolved = folder.sweep()
    notes.extend(
        f"{folder.shown()} ran with {name} {resolved.get(name)}, the sweep says "
        f"{sweep.resolved.get(name)}: times differ"
        for name in ("threads", "dtype")
        if resolved.get(name) != sweep.resolved.get(name)
    )
    folds = [_at(one, "tuning", "validation") for one in (resolved, sweep.resolved)]
    if folds[0] != folds[1]:
        notes.append(f"{folder.shown()} validated by {folds[0]}, the sweep by {folds[1]}")
    return known


def _components(resolved: Mapping[str, Any]) -> dict[tuple[str, str], Mapping[str, Any]]:
    found = {}
    for grid in [resolved, *resolved.get("grids", ())]:
        for axis in AXES:
            plural = "strategies" if axis == "strategy" else f"{axis}s"
            for entry in grid.get(plural, ()):
                found[axis, str(entry.get("as", entry["name"]))] = entry
    found["strategy", "full_data"] = {}
    reference = resolved.get("reference", {})
    for axis in ("classifier", "scaler", "resampler"):
        if label := reference.get(axis):
            found.setdefault((axis, label), {"name": label})
    return found


def _meant(entry: Mapping[str, Any]) -> tuple[Any, ...]:
    """What of an entry decides how long its work takes."""
    return entry.get("name"), dict(entry.get("params", {})), dict(entry.get("space") or {})


def _params(entry: Mapping[str, Any]) -> str:
    shown = {
        **entry.get("params", {}),
        **({"space": space} if (space := entry.get("space")) else {}),
    }
    return str(shown) if shown else "the defaults"


def _at(resolved: Mapping[str, Any], *path: str) -> Any:
    for part in path:
        resolved = resolved.get(part, {})
    return dict(resolved)


def _words(key: Key) -> str:
    kind, dataset, classifier, scaler, resampler, *rest = map(str, key)
    behind = " × ".join([dataset, classifier, scaler, resampler, *rest])
    return f"{_NAMED[kind]} of {behind}"


def _described(folder: RunFolder) -> str:
    """Its path and the processors that its times come from."""
    found = folder.read("environments", ["cpu"]).column("cpu").to_pylist()
    return f"{folder.shown()} ({', '.join(dict.fromkeys(map(str, found))) or 'no machine noted'})"
