"""Made-up files of BoT-IoT's ten best features in their exact layout, with what is odd about them.

Ports in hexadecimal for ICMP, none for ARP; an official training and a testing file.
"""

import random

from datasets.bot_iot import CARD

NAMES = [column.name for column in CARD.columns]
TRAINING, TESTING = (file.name for file in CARD.files)
FINER = {"DDoS": "UDP", "DoS": "TCP", "Reconnaissance": "Service_Scan", "Theft": "Keylogging"}


def row(name, number, rng):
    proto = rng.choice(("arp", "icmp", "ipv6-icmp", "tcp", "udp"))
    ports = {"arp": ("", ""), "icmp": ("0x0303", f"0x{rng.randrange(2**16):04x}")}.get(
        proto, (str(rng.randrange(2**16)), "80")
    )
    cells = {
        "pkSeqID": number,
        "proto": proto,
        "saddr": f"192.168.100.{rng.randrange(147, 151)}",
        "sport": ports[0],
        "daddr": "fe80::250:56ff:febe:254" if proto == "ipv6-icmp" else "192.168.100.3",
        "dport": ports[1],
        "seq": rng.randrange(2**18),
        "state_number": rng.randrange(1, 12),
        "N_IN_Conn_P_SrcIP": rng.randrange(1, 101),
        "N_IN_Conn_P_DstIP": rng.randrange(1, 101),
        "attack": int(name != "Normal"),
        "category": name,
        "subcategory": FINER.get(name, "Normal"),
    }
    return ",".join(str(cells.get(column, f"{rng.random():.6f}")) for column in NAMES)


def write(path, counts, seed=0):
    """Write a file with so many rows per class."""
    rng = random.Random(seed)  # noqa: S311
    lines = [",".join(NAMES)]
    for name, n in counts.items():
        lines += [row(name, len(lines) + i, rng) for i in range(n)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def bot_iot(folder, rows_per_class=12):
    """Both official files."""
    for seed, name in enumerate((TRAINING, TESTING)):
        write(folder / name, dict.fromkeys(CARD.classes, rows_per_class), seed)
