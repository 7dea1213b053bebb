"""The made-up ways in which each class of `ton_iot_synthetic` talks.

Shapes and shares are loosely those of ToN-IoT's network flows; every figure here was chosen by
hand so that classes overlap, repeat themselves, and have rare ways that few labels miss.
"""

from __future__ import annotations

from dataclasses import dataclass

Draw = int | tuple[int, int] | tuple[int, int, int]
"""A whole number; one from low to high; or the same with a bend: 1 is flat, more leans low."""


@dataclass(frozen=True, slots=True)
class Lookup:
    """What a flow with DNS in it adds."""

    queries: tuple[str, ...]
    qtypes: tuple[int, ...] = (1,)
    rcode: int = 0
    recursion: str = "T"
    rejected: str = "F"


@dataclass(frozen=True, slots=True)
class Mode:
    """One way in which a class talks: its share of the class's rows, and what Zeek would log."""

    share: int  # in thousandths of the class
    proto: str
    service: str | None
    states: tuple[str, ...]
    duration_us: Draw
    src_bytes: Draw
    reply_permille: Draw  # of src_bytes: a reply's size goes with its request's
    src_pkts: Draw
    dst_pkts: Draw
    header_bytes: Draw = 40  # per packet
    missed_bytes: Draw = 0
    lookup: Lookup | None = None
    methods: tuple[str, ...] = ()  # of HTTP
    status: tuple[int, ...] = (200,)
    ssl: tuple[str, ...] = ()
    weird: tuple[str, ...] = ()  # an empty text is a flow without


DEVICE = Lookup(("broker.device.example", "time.device.example"))
LOCAL = Lookup(("_sleep._udp.local", "_cast._tcp.local"), qtypes=(12, 255), recursion="F")
SEARCH = Lookup(("search", "search.lab.example"), qtypes=(1, 28), rcode=3)
BROWSER = Lookup(("portal.browser.example", "ads.browser.example", "ocsp.browser.example"), (1, 28))
PROXY = Lookup(("wpad", "wpad.hub"), rcode=3, rejected="T")
SHOP = Lookup(("shop.target.example", "shop.target.example.hub"))

WEB = ("SF", "SF", "SF", "S3")

# What a machine does whatever its class: nobody can tell these flows apart.
CHATTER = ("udp", "dns", ("SF", "SHR"), (300, 60_000, 3), (28, 44), (900, 2200), 1, 1, 28)


def _chatter(share: int, lookup: Lookup) -> Mode:
    return Mode(share, *CHATTER, lookup=lookup)


def _refused(share: int, duration_us: Draw, header_bytes: Draw) -> Mode:
    """A connection that was refused at once: one packet each way."""
    return Mode(share, "tcp", None, ("REJ",), duration_us, 0, 0, 1, 1, header_bytes)


def _unanswered(share: int, states: tuple[str, ...], src_pkts: Draw, header_bytes: Draw) -> Mode:
    """Packets that nobody answered: Zeek logs neither duration nor payload."""
    return Mode(share, "tcp", None, states, 0, 0, 0, src_pkts, 0, header_bytes)


MODES: dict[str, tuple[Mode, ...]] = {
    "backdoor": (
        _refused(645, (70, 310), 48),
        _refused(150, (250, 1200, 2), 52),
        Mode(80, "tcp", None, ("OTH", "S1"), (1_000_000, 300_000_000, 2), (9_000, 110_000, 2),
             (10, 60), (40, 160), (20, 60), weird=("data_before_established", "")),
        Mode(60, "tcp", "smb", ("RSTR", "SF"), (9_000, 200_000, 2), (300, 2400, 2), (700, 1500),
             (7, 14), (6, 12)),
        Mode(42, "tcp", None, ("SF",), (20_000, 900_000, 2), (190, 900), (100, 400), (3, 9), (3, 8),
             20),
        _chatter(23, BROWSER),
    ),
    "ddos": (
        Mode(395, "tcp", None, ("S1", "S3", "S1"), (1_000, 60_000_000, 6), (0, 60, 4), (0, 1000),
             (1, 3), (1, 2), (56, 60)),
        Mode(250, "udp", "dns", ("SF", "SHR"), (20, 400_000, 5), (30, 58), (1000, 1600), 1, 1, 28,
             lookup=SHOP),
        Mode(160, "tcp", "http", WEB, (30_000, 3_000_000, 3), (120, 300, 2), (900, 4000, 2), (4, 9),
             (4, 9), 52, methods=("GET",)),
        _unanswered(120, ("S0", "SHR"), (1, 3), 56),
        Mode(50, "tcp", "ssl", ("SF", "S1"), (50_000, 2_000_000, 2), (200, 900), (2500, 6000),
             (5, 12), (5, 12), ssl=("TLSv12",)),
        _chatter(25, PROXY),
    ),
    "dos": (
        _refused(563, (5, 400, 2), 40),
        _refused(160, (300, 20_000, 3), 44),
        Mode(110, "tcp", None, ("RSTO", "S0"), (2_000, 900_000, 3), 0, 0, (4, 190, 4), (1, 6), 40),
        _unanswered(70, ("S0",), (1, 4), 40),
        Mode(50, "udp", "dns", ("SF",), (10, 300_000, 4), (30, 40), (1600, 2400), 1, 1, 28,
             lookup=SHOP),
        Mode(22, "tcp", "ssl", ("RSTO",), (30_000, 800_000, 2), (100, 420), (0, 500), (4, 9),
             (3, 7), ssl=("TLSv12", "TLSv13")),
        _chatter(25, PROXY),
    ),
    "injection": (
        Mode(520, "tcp", "http", WEB, (90_000, 1_500_000, 2), (180, 520), (4000, 22_000, 2), (4, 9),
             (4, 9), 52, methods=("GET",)),
        Mode(190, "tcp", "http", WEB, (60_000, 500_000, 2), (300, 640), (1800, 4600), (4, 8),
             (4, 8), 52, methods=("GET", "POST"), status=(200, 500)),
        Mode(120, "tcp", None, ("SF", "SH", "S2"), (20_000, 2_000_000, 2), (80, 500), (900, 4000),
             (3, 6), (2, 6), 52),
        Mode(60, "tcp", "http", WEB, (1_900_000, 9_000_000, 2), (200, 480), (100, 900), (4, 7),
             (4, 7), 52, methods=("GET",)),
        Mode(75, "tcp", "http", ("SF",), (60_000, 900_000, 2), (900, 2600), (200, 1200), (5, 9),
             (4, 8), 52, (0, 3000, 3), methods=("POST",), status=(302, 500)),
        _chatter(35, SHOP),
    ),
    "mitm": (
        Mode(300, "udp", "dns", ("SF",), (1_000, 90_000, 2), (56, 120), (1900, 6000), (2, 4),
             (1, 2), 28, lookup=BROWSER),
        Mode(280, "tcp", "ssl", ("SF", "RSTR"), (20_000_000, 190_000_000, 2), (900, 9000, 3),
             (1000, 5000), (14, 40), (12, 40), 40, ssl=("TLSv12", "TLSv13")),
        Mode(150, "tcp", "http", ("SF", "RSTO"), (40_000, 2_000_000, 2), (250, 900), (400, 2600),
             (7, 16), (5, 12), 40, methods=("GET",), status=(302, 304)),
        Mode(130, "icmp", None, ("OTH",), (1_000_000, 90_000_000, 3), (56, 4000, 3), (900, 1000),
             (2, 50, 2), (2, 50, 2), 28),
        Mode(90, "tcp", None, ("SF", "S0"), (3_000, 400_000, 2), (40, 400), (500, 2500), (3, 8),
             (2, 7), 40, weird=("active_connection_reuse", "")),
        _chatter(50, BROWSER),
    ),
    "normal": (
        Mode(250, "udp", "dns", ("S0", "SHR"), (0, 500, 3), (46, 52), 0, (1, 3), 0, 28,
             lookup=DEVICE),
        _chatter(110, BROWSER),
        _chatter(35, PROXY),
        _chatter(20, SHOP),
        Mode(100, "udp", "dns", ("S0",), (0, 3_000_000, 4), (40, 120, 2), 0, (1, 6), 0, 28,
             lookup=LOCAL),
        Mode(70, "udp", "dns", ("SF", "SHR"), (300, 40_000, 2), (62, 76), (1000, 1300), 2, (1, 2),
             28, lookup=SEARCH),
        Mode(140, "tcp", None, ("OTH",), 0, 0, 0, 120, 0, 40),
        _unanswered(55, ("S0", "OTH"), (1, 3), (60, 64)),
        Mode(60, "tcp", None, ("SF", "S1"), (100_000, 90_000_000, 3), (60, 3_000, 2), (300, 1600),
             (8, 30, 2), (8, 30, 2), 52,
             weird=("active_connection_reuse", "data_before_established", "", "", "", "")),
        Mode(60, "tcp", "http", WEB, (20_000, 600_000, 3), (200, 900), (30, 500, 2), (4, 10),
             (4, 10), 52, methods=("POST",)),
        Mode(40, "tcp", "ssl", ("SF", "S1"), (100_000, 25_000_000, 3), (400, 6_000, 2),
             (300, 2600), (8, 30), (7, 30), 40, ssl=("TLSv12", "TLSv13")),
        Mode(20, "tcp", "http", ("SF",), (200_000, 400_000_000, 5), (300, 900_000, 9),
             (0, 9_000_000, 9), (9, 9_000, 6), (9, 20_000, 6), 40, (0, 900_000_000, 12),
             methods=("GET",), status=(200, 206)),
        _refused(20, (40, 4_000, 3), 64),
        Mode(20, "icmp", None, ("OTH",), (0, 60_000_000, 4), (48, 200, 3), (0, 1000), (1, 6, 2),
             (0, 6, 2), 28, weird=("bad_checksum", "", "", "")),
    ),
    "password": (
        Mode(525, "tcp", "http", WEB, (2_000, 40_000, 2), (148, 172), (2800, 6500), (4, 6), (4, 6),
             52, methods=("GET", "POST"), status=(200, 302)),
        _refused(200, (15, 260, 2), 60),
        Mode(110, "tcp", "http", WEB, (3_000, 80_000, 3), (150, 420), (600, 2800), (5, 7), (5, 7),
             52, methods=("POST",), status=(200, 401)),
        Mode(70, "tcp", "ftp", ("SF", "S1"), (2_000_000, 12_000_000), (30, 90), (1500, 4500),
             (8, 18), (8, 16), 52),
        Mode(50, "tcp", None, ("SF", "RSTR"), (1_000, 20_000, 2), (0, 170), (0, 1000), (3, 6),
             (2, 5), 52),
        _unanswered(20, ("S0",), (1, 2), 60),
        _chatter(25, BROWSER),
    ),
    "ransomware": (
        _unanswered(540, ("OTH",), 1, (40, 76, 4)),
        _unanswered(150, ("OTH",), 1, (200, 1500)),
        _unanswered(120, ("S0", "SH"), 0, 44),
        Mode(80, "tcp", None, ("RSTRH",), 0, 0, 0, 0, 1, (40, 60)),
        Mode(50, "tcp", "smb", ("SF", "S1"), (4_000, 400_000, 2), (200, 1900), (300, 900), (4, 9),
             (4, 9)),
        Mode(40, "tcp", "gssapi", ("SF", "OTH"), (3_000, 90_000, 2), (300, 3000, 2), (200, 900),
             (4, 12), (4, 10)),
        Mode(20, "udp", None, ("S0",), (0, 9_000), (40, 300), 0, (1, 3), 0, 28),
    ),
    "scanning": (
        _unanswered(615, ("S0",), 1, 44),
        _refused(210, (10, 900, 2), 44),
        _unanswered(60, ("S0", "SH"), 2, (44, 48)),
        Mode(60, "tcp", None, ("SF", "RSTO"), (1_000, 90_000, 3), (0, 52), (0, 1000), (2, 4),
             (1, 3), 44),
        Mode(25, "tcp", "http", WEB, (2_000, 400_000, 3), (18, 140), (500, 4000), (4, 6), (4, 6),
             52, methods=("HEAD", "GET"), status=(404, 200)),
        _chatter(30, PROXY),
    ),
    "xss": (
        _unanswered(470, ("SH", "SH", "SHR"), 1, (50, 52)),
        Mode(210, "tcp", "http", WEB, (60_000, 30_000_000, 3), (520, 2900, 2), (500, 2400), (4, 8),
             (4, 8), 52, methods=("GET", "POST")),
        Mode(130, "tcp", None, ("S3", "RSTR", "S3"), (5_000_000, 60_000_000, 2), (400, 3000),
             (200, 1500), (4, 8), (4, 8), 52),
        _unanswered(110, ("S0", "OTH"), (1, 2), 52),
        Mode(40, "tcp", "http", WEB, (40_000, 400_000), (200, 620), (2000, 9000), (4, 8), (4, 8),
             52, methods=("GET",), status=(200, 500)),
        _chatter(40, SHOP),
    ),
}  # fmt: skip
