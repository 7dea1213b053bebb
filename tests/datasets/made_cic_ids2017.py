"""CIC-IDS2017's eight files in both layouts, made up, with their quirks."""

import numpy as np

from datasets.cic_ids2017 import CARD

DAYS = {  # file -> classes, as the files spell them; %s is the dash
    "Monday-WorkingHours": ["BENIGN"],
    "Tuesday-WorkingHours": ["BENIGN", "FTP-Patator", "SSH-Patator"],
    "Wednesday-workingHours": [
        *("BENIGN", "DoS GoldenEye", "DoS Hulk", "DoS Slowhttptest", "DoS slowloris", "Heartbleed")
    ],
    "Thursday-WorkingHours-Morning-WebAttacks": [
        *("BENIGN", "Web Attack %s Brute Force", "Web Attack %s Sql Injection", "Web Attack %s XSS")
    ],
    "Thursday-WorkingHours-Afternoon-Infilteration": ["BENIGN", "Infiltration"],
    "Friday-WorkingHours-Morning": ["BENIGN", "Bot"],
    "Friday-WorkingHours-Afternoon-PortScan": ["BENIGN", "PortScan"],
    "Friday-WorkingHours-Afternoon-DDos": ["BENIGN", "DDoS"],
}
UNSPACED = {
    *("Flow ID", "Total Length of Fwd Packets", "Bwd Packet Length Max", "Flow Bytes/s"),
    *("Fwd IAT Total", "Bwd IAT Total", "Fwd PSH Flags", "Fwd Packets/s", "FIN Flag Count"),
    *("Fwd Avg Bytes/Bulk", "Bwd Avg Bulk Rate", "Subflow Fwd Packets", "Init_Win_bytes_forward"),
    *("Active Mean", "Idle Mean"),
}
SENTINELS = {"Init_Win_bytes_forward": -1, "Init_Win_bytes_backward": -1, "Flow IAT Min": -1}


def header(version):
    """The names with their spaces; that of Fwd Header Length stands twice."""
    names = [column.name.removesuffix(".1") for column in CARD.columns_of(version)]
    return ",".join(name if name in UNSPACED else f" {name}" for name in names)


def cic_ids2017(folder, version, rows_per_class=12, *, dash=b"\x96", n_blank=5):
    """Write all days. In each class the first row has no window and infinite rates, the next NaN.

    The last two rows of a class are alike. Thursday's web attacks end in lines of commas.
    """
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(0)
    columns = CARD.columns_of(version)
    for day, classes in DAYS.items():
        lines = [header(version).encode()]
        for name in classes:
            rows = [_row(rng, columns, name) for _ in range(rows_per_class - 1)]
            rows[0] |= {"Flow Bytes/s": "Infinity", "Flow Packets/s": "Infinity", **SENTINELS}
            rows[1] |= {"Flow Bytes/s": "NaN", "Flow Packets/s": "Infinity"}
            rows.append(rows[-1])
            cells = [",".join(str(row[c.name]) for c in columns) for row in rows]
            lines += [line.encode().replace(b"%s", dash) for line in cells]
        if "WebAttacks" in day:
            lines += [b"," * (len(columns) - 1)] * n_blank
        (folder / f"{day}.pcap_ISCX.csv").write_bytes(b"\r\n".join([*lines, b""]))


def _row(rng, columns, label):
    made = {"int64": lambda: rng.integers(1, 2000), "float64": lambda: rng.integers(1, 999) / 8}
    row = {c.name: made[c.dtype]() for c in columns if c.dtype in made}
    texts = {
        "Flow ID": "192.168.10.5-104.16.28.216-55054-80-6",
        "Source IP": "104.16.28.216",
        "Destination IP": "192.168.10.5",
        "Protocol": rng.choice([0, 6, 17]),
        "Timestamp": "7/7/2017 3:30",
        "Label": label,
    }
    return {**row, **texts, "Fwd Header Length.1": row["Fwd Header Length"]}
