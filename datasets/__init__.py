"""The datasets: a card and a `prepare` each, in one plain dict.

A new one is a file here (with its card in a TOML file beside it) and a line below.
"""

from __future__ import annotations

from datasets import libsvm, npz, ton_iot_network, ton_iot_synthetic, wdbc
from datasets.dataset import Dataset

DATASETS: dict[str, Dataset] = {
    "libsvm": Dataset(libsvm.CARD, libsvm.prepare),
    "npz": Dataset(npz.CARD, npz.prepare),
    "ton_iot_network": Dataset(
        ton_iot_network.CARD, ton_iot_network.prepare, ton_iot_network.import_file
    ),
    "ton_iot_synthetic": Dataset(ton_iot_synthetic.CARD, ton_iot_synthetic.prepare),
    "wdbc": Dataset(wdbc.CARD, wdbc.prepare),
}
