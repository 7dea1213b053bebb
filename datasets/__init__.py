"""The datasets: a card and a `prepare` each, in one plain dict.

A new one is a file here (with its card in a TOML file beside it) and a line below.
"""

from __future__ import annotations

from datasets import (
    bot_iot,
    cic_ids2017,
    cic_ids2017_sample,
    edge_iiotset,
    generic,
    kddcup99,
    libsvm,
    n_baiot,
    npz,
    nsl_kdd,
    ton_iot_linux,
    ton_iot_network,
    ton_iot_synthetic,
    ton_iot_telemetry,
    ton_iot_windows_10,
    unsw_nb15,
    wdbc,
    x_iiotid,
)
from datasets.dataset import Dataset

DATASETS: dict[str, Dataset] = {
    "bot_iot": bot_iot.DATASET,
    "cic_ids2017": cic_ids2017.DATASET,
    "cic_ids2017_sample": cic_ids2017_sample.DATASET,
    "edge_iiotset": edge_iiotset.DATASET,
    "generic": Dataset(generic.CARD, generic.prepare),
    "kddcup99": kddcup99.DATASET,
    "libsvm": Dataset(libsvm.CARD, libsvm.prepare),
    **n_baiot.DATASETS,
    "npz": Dataset(npz.CARD, npz.prepare),
    "nsl_kdd": nsl_kdd.DATASET,
    **ton_iot_linux.DATASETS,
    "ton_iot_network": ton_iot_network.DATASET,
    "ton_iot_synthetic": Dataset(ton_iot_synthetic.CARD, ton_iot_synthetic.prepare),
    **ton_iot_telemetry.DATASETS,
    "ton_iot_windows_10": ton_iot_windows_10.DATASET,
    "unsw_nb15": unsw_nb15.DATASET,
    "wdbc": Dataset(wdbc.CARD, wdbc.prepare),
    "x_iiotid": x_iiotid.DATASET,
}
