"""Every imported dataset's made-up official files: `MADE[name](folder)` writes them."""

from functools import partial

from datasets import DATASETS, cic_ids2017, n_baiot
from tests.datasets import made_ton_iot
from tests.datasets.made import plain
from tests.datasets.made_bot_iot import bot_iot
from tests.datasets.made_cic_ids2017 import cic_ids2017 as made_cic
from tests.datasets.made_edge_iiotset import edge_iiotset
from tests.datasets.made_n_baiot import n_baiot as made_n_baiot
from tests.datasets.made_x_iiotid import x_iiotid


def _plain(name, **quirks):
    return partial(plain, DATASETS[name].card, **quirks)


MADE = {
    "bot_iot": bot_iot,
    "cic_ids2017": partial(made_cic, version=cic_ids2017.CARD.versions[0]),
    "cic_ids2017_sample": _plain("cic_ids2017_sample"),
    "edge_iiotset": edge_iiotset,
    "kddcup99": _plain("kddcup99", bom=False, newline="\n"),
    **{
        f"n_baiot_{device.name.lower()}": partial(made_n_baiot, device=device.name)
        for device in n_baiot.DEVICES
    },
    "nsl_kdd": _plain("nsl_kdd", bom=False, newline="\n"),
    **made_ton_iot.MADE,
    "ton_iot_network": _plain("ton_iot_network"),
    "unsw_nb15": _plain("unsw_nb15"),
    "x_iiotid": x_iiotid,
}
