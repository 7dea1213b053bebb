"""ToN-IoT's network flows: the official 211,043-row file."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, get_args

from datasets import cache, columns, official_csv
from datasets.card import Card
from datasets.choices import check_choice
from datasets.dataset import Table
from datasets.duplicates import Duplicates, settle
from datasets.errors import DatasetError
from datasets.labels import Labels, Task
from datasets.official_file import read_official

CARD = Card.read(Path(__file__).with_suffix(".toml"))

FeatureSet = Literal["no_identifiers", "all"]


def import_file(path: Path) -> str:
    """Read the official file at `path` into the cache, and say what was found.

    `path` is train_test_network.csv, gzipped or zipped or not, or a folder that holds it. Raises
    `DatasetError` for anything that is not, byte for byte, what the authors publish.
    """
    content = read_official(path, CARD.files[0].name)
    _refuse_longer_version(content, path)
    official_csv.check_columns(content, CARD, str(path))
    sha256 = official_csv.check_bytes(content, CARD, str(path))
    table = official_csv.read(content, CARD, str(path))
    stored = cache.store(CARD.name, sha256, table)
    return (
        f"{CARD.name}: {table.num_rows:,} rows, {len(CARD.features)} features, "
        f"{len(CARD.classes)} classes; the official file (sha256 {sha256[:8]}), cached as {stored}"
    )


def prepare(
    *,
    task: Task = "multiclass",
    features: FeatureSet = "no_identifiers",
    duplicates: Duplicates = "keep",
) -> Table:
    """Return the imported file as a `Table`, its rows in the file's order (sorted by class).

    task: `multiclass` has the ten types, sorted by name; `binary` has normal (0) and attack (1).
    features: `no_identifiers` leaves out addresses and ports, which say who attacked in this
        testbed; with `all`, addresses are categories and ports numbers.
    duplicates: `drop` keeps the first of the rows that are equal in the chosen features and the
        chosen task's class, and counts the others in `removed`.

    Zeek's `-` is a missing category, and 0 in http_trans_depth, which counts. Raises
    `DatasetError` where the file was not imported yet.
    """
    check_choice("features", features, get_args(FeatureSet))
    content = cache.current(CARD.name)
    if content is None:
        raise DatasetError(
            f"{CARD.name} is not imported yet; get {CARD.files[0].name} from {CARD.source} and "
            f"run: fewlabels datasets import {CARD.name} PATH"
        )
    rows = cache.load(CARD.name, content)
    left_out = CARD.identifiers if features == "no_identifiers" else {}
    chosen = [column for column in CARD.features if column.name not in left_out]
    number_names = tuple(column.name for column in chosen if column.kind == "number")
    category_names = tuple(column.name for column in chosen if column.kind == "category")
    codes, categories = columns.categories(rows, category_names)
    types, (names,) = columns.categories(rows, ["type"])
    labels = Labels.of(types[:, 0], names, normal="normal", task=task)
    table = Table(
        numbers=columns.numbers(rows, number_names),
        number_names=number_names,
        codes=codes,
        category_names=category_names,
        categories=categories,
        y=labels.y,
        classes=labels.classes,
        strata=labels.strata,
        content=content,
    )
    return settle(table, duplicates)


def _refuse_longer_version(content: bytes, path: Path) -> None:
    found = official_csv.header(content)
    if found[0] == "ts" and len(found) in {45, 46}:
        raise DatasetError(
            f"{path} looks like another version of ToN-IoT's network data: {len(found)} columns, "
            "with timestamps (the 461,043-row file, or a raw capture), which this version of "
            f"fewlabels does not read yet. It reads {CARD.files[0].name}, of {len(CARD.columns)} "
            f"columns, from {CARD.source}"
        )
