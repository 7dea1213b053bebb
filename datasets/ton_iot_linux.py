"""ToN-IoT's Linux logs of processes, memory and disk: rows of atop, with its units.

No official file was at hand. Windows has a file of its own; see docs/ton-iot.md.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from datasets.card import Card
from datasets.cells import Texts
from datasets.imported import imported_dataset
from datasets.official import Official
from datasets.sources import Source

if TYPE_CHECKING:
    import pyarrow as pa

# atop's smallest unit is K, so a bare number is one whose K was cut off.
KIB = {"M": 2.0**10, "G": 2.0**20, "T": 2.0**30}


def card_of(log: str, own: Mapping[str, Any], shared: Mapping[str, Any]) -> Card:
    """Return the card that a log's `own` table makes with what all `shared`.

    Both are as in ton_iot_linux.toml.
    """
    common = {name: value for name, value in shared.items() if name != "classes"}
    unknown = {"uncounted": shared["classes"], "is_certain": False}
    return Card.of(
        {
            **common,
            **own,
            "name": f"ton_iot_linux_{log}",
            "about": f"{own['about']} {shared['about']}",
            "versions": [{**version, **unknown} for version in own["versions"]],
        }
    )


def clean(texts: Texts, source: Source) -> Texts:  # noqa: ARG001 - the hook's signature
    """Write `12K` as 12, `1.5M` as 1536.0 and `5%` as 5; leave what is a plain number or none."""
    return {name: _plain(cells) if name in AMOUNTS else cells for name, cells in texts.items()}


def _plain(cells: pa.StringArray) -> pa.StringArray:
    import pyarrow as pa
    import pyarrow.compute as pc

    cells = pc.replace_substring_regex(cells, r"^([-+]?\d+(?:\.\d+)?)[K%]$", r"\1")
    parts = pc.extract_regex(cells, r"^(?P<amount>[-+]?\d+(?:\.\d+)?)(?P<unit>[MGT])$")
    units = pc.index_in(pc.struct_field(parts, "unit"), pa.array(list(KIB)))
    factors = pc.take(pa.array(list(KIB.values())), units)
    amounts = pc.multiply(pc.cast(pc.struct_field(parts, "amount"), pa.float64()), factors)
    return pc.coalesce(pc.cast(amounts, pa.string()), cells)


def _read(path: Path) -> dict[str, Card]:
    shared = tomllib.loads(path.read_text(encoding="utf-8"))
    logs = shared.pop("logs")
    cards = [card_of(log, own, shared) for log, own in logs.items()]
    return {card.name: card for card in cards}


CARDS = _read(Path(__file__).with_suffix(".toml"))
AMOUNTS = {c.name for card in CARDS.values() for c in card.columns if c.dtype == "float64"}
DATASETS = {name: imported_dataset(Official(card, clean=clean)) for name, card in CARDS.items()}
