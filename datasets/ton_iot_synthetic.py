"""Made-up flows with ToN-IoT's classes: the default data, so that everything runs without files."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from datasets.card import Card
from datasets.dataset import Table
from datasets.duplicates import Duplicates, settle
from datasets.errors import DatasetError
from datasets.labels import Labels, Task
from datasets.traffic_modes import MODES, Draw, Mode

GENERATOR = "ton_iot_synthetic 1"  # goes up with every change that alters a row
SEED = 20_190_425  # a constant of the data, as a file's bytes are: no sweep's seed touches it
CARD = Card.read(Path(__file__).with_suffix(".toml"))
DEFAULT_ROWS = 20_000
FEWEST_ROWS = 500  # so that the rarest class has two rows

LIKE_TON_IOT = dict.fromkeys(MODES, 20_000) | {"normal": 50_000, "mitm": 1_043}


def apportion(total: int, weights: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Split `total` in proportion to whole-number `weights`, by largest remainders.

    >>> apportion(10, np.array([1, 1, 1]))
    array([4, 3, 3])
    """
    exact = total * weights
    parts: npt.NDArray[np.int64] = exact // weights.sum()
    largest_first = np.argsort(-(exact % weights.sum()), kind="stable")
    parts[largest_first[: total - parts.sum()]] += 1
    return parts


def prepare(
    *,
    rows: int = DEFAULT_ROWS,
    task: Task = "multiclass",
    duplicates: Duplicates = "keep",
) -> Table:
    """Return `rows` made-up flows, sorted by class as ToN-IoT's file is.

    rows: 500 to 1,000,000, before duplicates are dropped; classes in ToN-IoT's proportions.
    task: `multiclass` has the ten types, sorted by name; `binary` has normal (0) and attack (1).
    duplicates: `drop` keeps the first of the rows that are equal in features and class, and
        counts the others in `removed`.

    The same on every platform: it uses PCG64's doubles and IEEE arithmetic only, no function
    that a library may round in its own way. Raises `DatasetError` for other `rows`.
    """
    if isinstance(rows, bool) or not isinstance(rows, int) or not FEWEST_ROWS <= rows <= 10**6:
        raise DatasetError(
            f"rows: {rows!r} is not a whole number from {FEWEST_ROWS:,} to 1,000,000"
        )
    rng = np.random.Generator(np.random.PCG64(SEED))
    names = sorted(MODES)
    counts = apportion(rows, np.array([LIKE_TON_IOT[name] for name in names]))
    flows = _concatenate(
        [_class_flows(rng, n, MODES[name]) for n, name in zip(counts.tolist(), names, strict=True)]
    )
    number_names = tuple(column.name for column in CARD.features if column.kind == "number")
    category_names = tuple(column.name for column in CARD.features if column.kind == "category")
    coded = [_code(flows[name]) for name in category_names]
    labels = Labels.of(np.repeat(np.arange(len(names)), counts), names, normal="normal", task=task)
    table = Table(
        numbers=np.column_stack([flows[name] for name in number_names]).astype(np.float64),
        number_names=number_names,
        codes=np.column_stack([codes for codes, _ in coded]).astype(np.int32),
        category_names=category_names,
        categories=tuple(spellings for _, spellings in coded),
        y=labels.y,
        classes=labels.classes,
        strata=labels.strata,
        content=hashlib.sha256(f"{GENERATOR}, seed {SEED}, {rows} rows".encode()).hexdigest(),
    )
    return settle(table, duplicates)


Flows = dict[str, npt.NDArray[np.float64] | npt.NDArray[np.str_]]  # column -> (n_flows,)


def _concatenate(parts: list[Flows]) -> Flows:
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _class_flows(rng: np.random.Generator, n: int, modes: tuple[Mode, ...]) -> Flows:
    """Return `n` flows of a class in random order; each mode has its exact share."""
    counts = apportion(n, np.array([mode.share for mode in modes]))
    flows = _concatenate(
        [_mode_flows(rng, k, mode) for k, mode in zip(counts.tolist(), modes, strict=True)]
    )
    order = np.argsort(rng.random(n), kind="stable")
    return {name: column[order] for name, column in flows.items()}


def _mode_flows(rng: np.random.Generator, n: int, mode: Mode) -> Flows:
    """Return `n` flows; an unset category is an empty text, an unset number NaN."""
    src_pkts = _draw(rng, n, mode.src_pkts)
    dst_pkts = _draw(rng, n, mode.dst_pkts)
    header_bytes = _draw(rng, n, mode.header_bytes)
    payload = _draw(rng, n, mode.src_bytes)
    reply = np.floor(payload * _draw(rng, n, mode.reply_permille) / 1000)
    # Zeek sets neither duration nor payload where it saw one direction only.
    seen = np.where((src_pkts > 0) & (dst_pkts > 0), 1.0, np.nan)
    look = mode.lookup
    return {
        "duration": _draw(rng, n, mode.duration_us) / 1e6 * seen,
        "src_bytes": payload * seen,
        "dst_bytes": reply * seen,
        "missed_bytes": _draw(rng, n, mode.missed_bytes),
        "src_pkts": src_pkts,
        "src_ip_bytes": payload + header_bytes * src_pkts,
        "dst_pkts": dst_pkts,
        "dst_ip_bytes": reply + header_bytes * dst_pkts,
        "dns_qtype": _pick(rng, n, look.qtypes if look else ()),
        "dns_rcode": np.full(n, float(look.rcode if look else 0)),
        "http_status_code": _pick(rng, n, mode.status if mode.methods else ()),
        "proto": _words(rng, n, (mode.proto,)),
        "service": _words(rng, n, (mode.service,) if mode.service else ()),
        "conn_state": _words(rng, n, mode.states),
        "dns_query": _words(rng, n, look.queries if look else ()),
        "dns_RD": _words(rng, n, (look.recursion,) if look else ()),
        "dns_rejected": _words(rng, n, (look.rejected,) if look else ()),
        "http_method": _words(rng, n, mode.methods),
        "ssl_version": _words(rng, n, mode.ssl),
        "weird_name": _words(rng, n, mode.weird),
    }


def _draw(rng: np.random.Generator, n: int, draw: Draw) -> npt.NDArray[np.float64]:
    if isinstance(draw, int):
        return np.full(n, float(draw))
    low, high, bend = draw if len(draw) == 3 else (*draw, 1)  # noqa: PLR2004
    u = rng.random(n)
    bent = u
    for _ in range(bend - 1):  # not u**bend: powers are rounded differently by platform
        bent = bent * u
    return low + np.floor(bent * (high - low + 1))


def _pick(rng: np.random.Generator, n: int, options: tuple[int, ...]) -> npt.NDArray[np.float64]:
    if not options:
        return np.zeros(n)
    return np.array(options, dtype=np.float64)[(rng.random(n) * len(options)).astype(np.int64)]


def _words(rng: np.random.Generator, n: int, options: tuple[str, ...]) -> npt.NDArray[np.str_]:
    if len(options) < 2:  # noqa: PLR2004
        return np.full(n, options[0] if options else "")
    return np.array(options)[(rng.random(n) * len(options)).astype(np.int64)]


def _code(words: npt.NDArray[Any]) -> tuple[npt.NDArray[np.int64], tuple[str, ...]]:
    """Return codes (n_rows,) into the sorted spellings; the empty text is -1."""
    found, codes = np.unique(words, return_inverse=True)
    spellings = tuple(found.tolist())
    if spellings[0] == "":
        return codes - 1, spellings[1:]
    return codes, spellings
