"""Made-up files of ToN-IoT's telemetry, Linux and Windows datasets, with the quirks of the real.

Real telemetry: padding, spelling of flags and a missing zero of the hour tell normal from attack.
"""

import numpy as np

from datasets import ton_iot_linux, ton_iot_telemetry, ton_iot_windows_10

SPELLINGS = {  # column -> cells of normal rows, and of attacks
    "date": (["31-Mar-19", "2-Apr-19"], ["23-Apr-19", "29-Apr-19"]),
    "temp_condition": (["high ", "high  ", "low ", "low  "], ["high", "low"]),
    "door_state": (["closed", "open"], ["closed", "open"]),
    "sphone_signal": (["false  ", "true  "], ["0", "1"]),
    "motion_status": (["0", "1"], ["0", "1"]),
    "light_status": ([" off", " on"], [" off", " on"]),
    "thermostat_status": (["0", "1"], ["0", "1"]),
}
DEVICES = sorted(ton_iot_telemetry.CARDS)
LOGS = sorted(ton_iot_linux.CARDS)
LINUX = {
    "POLI": ["norm", "-"],
    "Status": ["--", "NE"],
    "EXC": ["-", "0"],
    "State": ["S", "R", "E"],
    "CPU": ["0%", "12%"],
    "MEM": ["0%", "3%"],
    "DSK": ["0%", "5%", "100%"],
    "NICE": ["0", "-"],
    "CMD": ["atop", "Xorg", "<bash>", "kworker/0:1"],
    "VGROW": ["0K", "-12K", "1.5M"],
    "WCANCL": ["0K", "-"],
}
SIZES = ["0K", "12K", "1.5M", "2.0G"]


def telemetry(name):
    """The writer of that device's file."""
    card = ton_iot_telemetry.CARDS[name]

    def write(folder, rows_per_class=12, *, version=0, seed=0):
        rng = np.random.default_rng(seed)
        chosen = card.versions[version]
        columns = card.columns_of(chosen)
        lines = [",".join(column.name for column in columns)]
        for kind in sorted(chosen.classes):
            rows = [
                ",".join(_reading(column, kind, n, rng) for column in columns)
                for n in range(rows_per_class - 1)
            ]
            lines += [*rows, rows[-1]]
        _written(folder / chosen.files[0].name, lines)

    return write


def _reading(column, kind, n, rng):
    is_normal = kind == "normal"
    if column.name == "ts":
        return str(1_554_000_000 + n + 2_000_000 * (not is_normal))
    if column.name == "time":
        hour = "9" if kind == "injection" else "09"
        padding = ("", "   ") if is_normal else (" ", " ")
        return f"{padding[0]}{hour}:{n // 60:02d}:{n % 60:02d}{padding[1]}"
    if column.name in SPELLINGS:
        cells = SPELLINGS[column.name][0 if is_normal else 1]
        return cells[n % len(cells)]
    if column.name in ("label", "type"):
        return kind if column.name == "type" else str(int(not is_normal))
    return str(rng.integers(65_536) if column.dtype == "int64" else round(rng.normal(30, 5), 8))


def linux(name):
    """The writer of that log's file."""
    card = ton_iot_linux.CARDS[name]

    def write(folder, rows_per_class=12, *, version=0, seed=0):
        rng = np.random.default_rng(seed)
        chosen = card.versions[version]
        columns = card.columns_of(chosen)
        lines = [",".join(column.name for column in columns)]
        for kind in sorted(chosen.uncounted):
            label = {"type": kind, **dict.fromkeys(card.labels[1:], str(int(kind != "normal")))}
            rows = [
                ",".join(label.get(c.name) or _logged(c, n, rng) for c in columns)
                for n in range(rows_per_class - 1)
            ]
            lines += [*rows, rows[-1]]
        _written(folder / chosen.files[0].name, lines, bom=False)

    return write


def _logged(column, n, rng):
    if column.dtype == "int64" and column.name not in LINUX:
        return str(rng.integers(1, 5_000))
    spellings = LINUX.get(column.name, SIZES)
    return spellings[n % len(spellings)]


def windows_10(folder, rows_per_class=12, *, seed=0):
    """Counters to eight places; one in twenty is blank."""
    rng = np.random.default_rng(seed)
    card = ton_iot_windows_10.CARD
    lines = [",".join(column.name for column in card.columns)]
    n_counters = len(card.columns) - 2
    for name in sorted(card.classes):
        counters = [
            " " if rng.random() < 0.05 else str(round(rng.lognormal(), 8))
            for _ in range(n_counters * (rows_per_class - 1))
        ]
        rows = [
            ",".join([*counters[k : k + n_counters], str(int(name != "normal")), name])
            for k in range(0, len(counters), n_counters)
        ]
        lines += [*rows, rows[-1]]
    _written(folder / card.files[0].name, lines, bom=False)


def _written(path, lines, *, bom=True):
    text = "\r\n".join([*lines, ""])
    path.write_bytes((("\ufeff" if bom else "") + text).encode())


MADE = {
    **{name: telemetry(name) for name in DEVICES},
    **{name: linux(name) for name in LOGS},
    "ton_iot_windows_10": windows_10,
}
