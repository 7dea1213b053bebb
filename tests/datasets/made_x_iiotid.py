"""A made-up file of X-IIoTID in its exact layout, with what is odd about it.

Misspelt columns, an untrimmed date, six spellings of nothing, truth values in mixed case.
"""

import random

from datasets.x_iiotid import CARD

NAMES = [column.name for column in CARD.columns]
FILE = CARD.files[0].name
JUNK = ("-", "?", " ", "#DIV/0!", "aza", "excel")
TRUTH = ("TRUE", "FALSE", "True", "False", "true", "false")
FIXED = {
    "Date": " 9/01/2020 ",
    "Timestamp": "1578522486",
    "Scr_IP": "172.24.1.80",
    "Des_IP": "172.24.1.1",
    "Protocol": "udp",
    "Service": "dns",
    "Conn_state": "1",
    "Scr_port": "59050",
    "Des_port": "53",
}


def row(name, rng):
    labels = {
        "class1": f"some {name}",
        "class2": name,
        "class3": "Normal" if name == "Normal" else "Attack",
    }
    cells = []
    for column in CARD.columns:
        if column.name in labels:
            cells.append(labels[column.name])
        elif rng.random() < 0.1:
            cells.append(rng.choice(JUNK))
        elif column.name in FIXED:
            cells.append(FIXED[column.name])
        elif column.dtype == "flag" or column.name == "is_privileged":
            cells.append(rng.choice(TRUTH))
        else:
            cells.append(str(rng.randrange(100) if column.dtype == "int64" else rng.random()))
    return ",".join(cells)


def x_iiotid(folder, rows_per_class=12, seed=0):
    """The one file."""
    rng = random.Random(seed)  # noqa: S311
    lines = [",".join(NAMES)]
    for name in CARD.classes:
        spelt = "Lateral _movement" if name == "Lateral_movement" else name
        lines += [row(spelt, rng) for _ in range(rows_per_class - 1)]
        lines.append(lines[-1])
    (folder / FILE).write_text("\r\n".join(lines) + "\r\n", encoding="utf-8", newline="")
