"""N-BaIoT: a dataset per device, whose classes are told by the names of files and folders."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from datasets.card import Card
from datasets.errors import DatasetError
from datasets.imported import imported_dataset
from datasets.official import Official
from datasets.sources import Source

ATTACKS = {
    "gafgyt": ("combo", "junk", "scan", "tcp", "udp"),
    "mirai": ("ack", "scan", "syn", "udp", "udpplain"),
}


@dataclass(frozen=True, slots=True)
class Device:
    """One of the nine."""

    name: str  # of its folder at UCI
    number: int  # in the names of Kaggle's files
    benign: int  # rows
    has_mirai: bool = True

    @property
    def classes(self) -> Mapping[str, Mapping[str, str]]:
        """Layout -> official file -> class."""
        attacks = [
            (botnet, attack)
            for botnet, names in ATTACKS.items()
            for attack in names
            if self.has_mirai or botnet != "mirai"
        ]
        uci = {f"{self.name}/{b}_attacks/{attack}.csv": f"{b}_{attack}" for b, attack in attacks}
        kaggle = {f"{self.number}.{b}.{attack}.csv": f"{b}_{attack}" for b, attack in attacks}
        return {
            "UCI's names": {f"{self.name}/benign_traffic.csv": "benign", **uci},
            "Kaggle's names": {f"{self.number}.benign.csv": "benign", **kaggle},
        }

    def card(self, shared: Mapping[str, Any]) -> Card:
        """Return its card: what is `shared` by all devices, and its own files."""
        versions = [
            {
                "name": layout,
                "files": [{"name": file} for file in classes],
                "classes": {"benign": self.benign},
                "uncounted": [name for name in classes.values() if name != "benign"],
                "is_certain": False,
            }
            for layout, classes in self.classes.items()
        ]
        title = shared["title"].format(device=self.name.replace("_", " "))
        name = f"n_baiot_{self.name.lower()}"
        return Card.of({**shared, "name": name, "title": title, "versions": versions})

    def label_of(self, source: Source) -> str:
        """Return the class of all rows of `source`.

        Raises `DatasetError` where its name and folders do not say this device and a class.
        """
        for classes in self.classes.values():
            for file, label in classes.items():
                if source.is_called(file):
                    return label
        uci, kaggle = (list(classes)[1] for classes in self.classes.values())
        raise DatasetError(
            f"{source.where}: only its name and folders can say that it is of {self.name}, and of "
            f"which class, and they do not; it should be called like {uci} or {kaggle}"
        )


SHARED = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
DEVICES = tuple(
    Device(number=number, **each) for number, each in enumerate(SHARED.pop("devices"), start=1)
)
OFFICIALS = [Official(device.card(SHARED), label_of=device.label_of) for device in DEVICES]
DATASETS = {official.card.name: imported_dataset(official) for official in OFFICIALS}
