"""What two runs must have in common for their numbers to be compared.

One split, one way to buy and to validate, one meaning for each label, one set of libraries.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from harness.schema import FRAMEWORKS, NUMERIC, SEES_LABELS

SHARED = ("seed", "split", "labelling", "tuning", "dtype", "threads")
NOISE = "oracle.noise"
FREE = ("tuning.trials",)  # more of them may be added to either run; the page says how many
AXES = ("datasets", "classifiers", "scalers", "resamplers", "strategies")


def terms(
    sweep: Mapping[str, Any], files: Mapping[str, str], versions: Mapping[str, str]
) -> dict[str, Any]:
    """Return those of a resolved sweep, its component `files` (name -> text) and libraries.

    >>> terms({"seed": 1, "classifiers": [{"name": "knn", "as": "k", "params": {"p": 1}}]}, {}, {})
    {'seed': 1, 'classifiers k': '{"name": "knn", "params": {"p": 1}}'}
    """
    found = dict(_flat({name: sweep[name] for name in SHARED if name in sweep}, ""))
    found = {path: value for path, value in found.items() if path not in FREE}
    for place in (sweep, *sweep.get("grids", ())):
        for axis in AXES:
            for entry in place.get(axis, ()):
                meaning = {k: v for k, v in entry.items() if k not in {"as", "path"}}
                label = entry.get("as", entry["name"])
                found[f"{axis} {label}"] = json.dumps(meaning, sort_keys=True)
    if noise := (sweep.get("oracle") or {}).get("noise"):  # older sweeps do not say that it is 0
        found[NOISE] = noise
    found |= {f"components {name}": text for name, text in files.items()}
    neural = sweep.get("neural", {})
    numeric = (*NUMERIC, *FRAMEWORKS.get(neural.get("backend"), ()))
    if neural.get("device") in {"cpu", "gpu"}:  # else there are no networks
        found |= {f"networks on {name}": value for name, value in neural.items()}
    return found | {f"{name} version": versions[name] for name in numeric if name in versions}


def seeing(terms: Mapping[str, Any]) -> frozenset[str]:
    """Return the labels of strategies that see hidden labels, of a run with these terms.

    >>> sorted(seeing({"strategies best": '{"name": "oracle"}', "strategies margin": '{}'}))
    ['best', 'oracle']
    """
    own = {
        label: json.loads(meaning).get("name")
        for path, meaning in terms.items()
        for axis, _, label in [path.partition(" ")]
        if axis == "strategies"
    }
    # A strategy that the sweep no longer has may still have rows: most are called by their name.
    gone = {name for name in SEES_LABELS if own.get(name, name) in SEES_LABELS}
    return frozenset({label for label, name in own.items() if name in SEES_LABELS} | gone)


def difference(one: Mapping[str, Any], other: Mapping[str, Any]) -> str | None:
    """Return the first term that differs, with both values; None: the runs may be compared.

    Labels and files that only one run has are its own. Of two lists of seeds the shorter one may
    be the start of the longer: it has fewer repeats. A run without a sweep has no terms.

    >>> difference({"seed": 1, "split.seeds": [4]}, {"seed": 2, "split.seeds": [4, 5]})
    'seed (1 and 2)'
    """
    if not one or not other:
        return None
    for path in [*one, *(path for path in other if path not in one)]:
        first, second = one.get(path), other.get(path)
        if " " in path and (first is None or second is None):
            continue
        if path == "split.seeds" and first and second:
            n = min(len(first), len(second))
            first, second = first[:n], second[:n]
        if first != second:
            is_short = len(f"{first}{second}") < 60  # noqa: PLR2004 - fits a line
            return f"{path} ({first} and {second})" if is_short else path
    return None


def _flat(value: Mapping[str, Any], path: str) -> Iterator[tuple[str, Any]]:
    for name, inner in value.items():
        if isinstance(inner, Mapping):
            yield from _flat(inner, f"{path}{name}.")
        else:
            yield f"{path}{name}", inner
