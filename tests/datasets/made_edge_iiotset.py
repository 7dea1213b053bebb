"""Made-up files of Edge-IIoTset in their exact layout, with what is odd about them.

CRLF and no byte-order mark; the time untrimmed and cut; an absent field 0 in some captures and 0.0
in others; hexadecimal numbers in raw files, decimal ones in merged files; rows of MITM shifted.
"""

import random
import string

from datasets.edge_iiotset import CARD

NAMES = [column.name for column in CARD.columns]
PLACE = {name: i for i, name in enumerate(NAMES)}
MERGED = "ML-EdgeIIoT-dataset.csv"
HOSTS = ("_googlecast._tcp.local", "DESKTOP-UHF0SF2", "_ipps._tcp.local")
RAW = {"MITM": "MITM_attack.csv", "Fingerprinting": "OS_Fingerprinting_attack.csv"}


def time(rng):
    clock = f"{rng.randrange(24):02}:{rng.randrange(60):02}:{rng.randrange(60):02}"
    return f" 2021 {clock}.{rng.randrange(10**6):06}000 "


def payload(rng):
    return "".join(rng.choices("0123456789abcdef", k=80)) + "ff"


def number(rng, *, is_raw, below=2**16):
    """As tshark spells a checksum (raw), or as the merged files do."""
    value = rng.randrange(below)
    return f"0x{value:08x}" if is_raw else f"{value}.0"


def tcp(rng, is_raw):
    return {
        "frame.time": time(rng),
        "ip.src_host": f"192.168.0.{rng.randrange(100, 104)}",
        "ip.dst_host": "192.168.0.128",
        "tcp.ack_raw": f"{rng.randrange(2**32)}.0",
        "tcp.checksum": number(rng, is_raw=is_raw),
        "tcp.dstport": "1883.0",
        "tcp.flags": number(rng, is_raw=is_raw, below=32),
        "tcp.flags.ack": "1.0",
        "tcp.len": f"{rng.randrange(200)}.0",
        "tcp.options": f"0101080a{rng.randrange(2**31):08x}",
        "tcp.payload": payload(rng),
        "tcp.srcport": f"{rng.randrange(2**16)}.0",
    }


def mqtt(rng, is_raw):
    return tcp(rng, is_raw) | {
        "mqtt.conack.flags": rng.choice(("0", "0x00000000", "1461383")),
        "mqtt.hdrflags": number(rng, is_raw=is_raw, below=256),
        "mqtt.len": f"{rng.randrange(40)}.0",
        "mqtt.msg": payload(rng),
        "mqtt.protoname": rng.choice(("0", "MQTT")),
        "mqtt.topic": rng.choice(("0", "Temperature_and_Humidity")),
        "dns.qry.name.len": "0",
    }


def http(rng, is_raw):
    word = "".join(rng.choices(string.ascii_letters, k=12))
    return tcp(rng, is_raw) | {
        "http.file_data": f'"<a href=""{word}"">a, b</a>"',  # quoted, with a comma
        "http.request.full_uri": f"http://192.168.0.128/{word}",
        "http.request.method": rng.choice(("0", "GET", "TRACE")),
        "http.request.uri.query": f"q={word}",
        "http.request.version": rng.choice(("0", "HTTP/1.1")),
        "http.content_length": f"{rng.randrange(500)}.0",
    }


def icmp(rng, is_raw):
    return {
        "frame.time": time(rng),
        "ip.src_host": "192.168.0.170",
        "ip.dst_host": "192.168.0.128",
        "icmp.checksum": number(rng, is_raw=is_raw),
        "icmp.seq_le": rng.choice(("0.0", "256.0")),
        "icmp.transmit_timestamp": f"{rng.randrange(2**26)}.0",
    }


def shifted(rng, is_raw):
    """A row of MITM: nothing stands in its column. Of raw files, payload may stand for a port."""
    if rng.random() < 0.5:
        return {"frame.time": "6.0", "ip.src_host": "192.168.0.152", "http.request.version": "0"}
    return {
        "frame.time": "0.0",
        "ip.src_host": "0",
        "http.request.version": "0",
        "tcp.connection.fin": number(rng, is_raw=is_raw),
        "tcp.dstport": payload(rng) if is_raw else "0",
        "tcp.options": "5353.0",
        "tcp.seq": f"{rng.random():.6f}",
        "tcp.srcport": rng.choice(HOSTS),
        "udp.port": rng.choice(("22", "15")),
    }


def kind(name):
    if name == "MITM":
        return shifted
    if name == "Normal":
        return mqtt
    return icmp if name in ("Fingerprinting", "DDoS_ICMP", "DDoS_UDP") else http


def lines(name, n, rng, *, is_raw=False):
    """Yield `n` rows of the class `name`; every fourth equals the one before it."""
    row, template = kind(name), ["0.0"] * len(NAMES)
    template[PLACE["Attack_label"]] = str(int(name != "Normal"))
    template[PLACE["Attack_type"]] = f"OS_{name}" if is_raw and name == "Fingerprinting" else name
    line = ""
    for i in range(n):
        if i % 4 != 3:
            cells = template.copy()
            for column, cell in row(rng, is_raw).items():
                cells[PLACE[column]] = cell
            line = ",".join(cells) + "\r\n"
        yield line


def write(path, counts, *, is_raw=False, seed=0):
    """Write a file with so many rows per class, sorted by class."""
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(",".join(NAMES) + "\r\n")
        for name, n in counts.items():
            # A generator per class: raw and merged files of one seed hold the same packets.
            rng = random.Random(f"{name} {seed}")  # noqa: S311
            file.writelines(lines(name, n, rng, is_raw=is_raw))


def edge_iiotset(folder, rows_per_class=12):
    """The merged file for classic learners."""
    write(folder / MERGED, dict.fromkeys(CARD.classes, rows_per_class))


def raw(folder, rows_per_class=12):
    """Two of the raw captures."""
    for name, file in RAW.items():
        write(folder / file, {name: rows_per_class}, is_raw=True)
