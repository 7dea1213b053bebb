"""ToN-IoT's seven devices: what each sensor said, in normal use and under attack.

The cards share one TOML file, because the files differ in their sensors and counts only.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from datasets.card import Card
from datasets.cells import Texts
from datasets.imported import imported_dataset
from datasets.official import Official
from datasets.sources import Source

NORMAL_ROWS = 15_000
NORMAL_ROWS_WITH_TS = 35_000  # of the other version, which has the same attacks


def card_of(device: str, own: Mapping[str, Any], shared: Mapping[str, Any]) -> Card:
    """Return the card that a device's `own` table makes with what all `shared`.

    Both are as in ton_iot_telemetry.toml.
    """
    columns, file = shared["columns"], own["file"]
    labels = {name: dtype for name, dtype in columns.items() if name in shared["labels"]}
    stamps = {name: dtype for name, dtype in columns.items() if name not in labels}
    without_ts = {
        "name": f"{NORMAL_ROWS:,} normal rows",
        "without": ["ts"],
        "classes": {"normal": NORMAL_ROWS, **own["attacks"]},
        "files": [file],
    }
    with_ts = {
        "name": f"{NORMAL_ROWS_WITH_TS:,} normal rows",
        "classes": {"normal": NORMAL_ROWS_WITH_TS, **own["attacks"]},
        "is_certain": False,
        "files": [{"name": file["name"]}],
    }
    return Card.of(
        {
            **shared,
            "name": f"ton_iot_{device}",
            "title": own["title"],
            "about": f"{shared['about']} {own['about']}",
            "columns": {**stamps, **own["columns"], **labels},
            "versions": [without_ts, with_ts],
        }
    )


def clean(texts: Texts, source: Source) -> Texts:  # noqa: ARG001 - the hook's signature
    """Write every time as HH:MM:SS: an hour without its zero stands in attack rows only."""
    import pyarrow.compute as pc

    texts["time"] = pc.utf8_lpad(texts["time"], 8, "0")
    return texts


def _read(path: Path) -> dict[str, Card]:
    shared = tomllib.loads(path.read_text(encoding="utf-8"))
    devices = shared.pop("devices")
    cards = [card_of(device, own, shared) for device, own in devices.items()]
    return {card.name: card for card in cards}


CARDS = _read(Path(__file__).with_suffix(".toml"))
DATASETS = {name: imported_dataset(Official(card, clean=clean)) for name, card in CARDS.items()}
