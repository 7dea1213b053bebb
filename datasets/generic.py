"""Any table in CSV or Parquet, with a small TOML card beside it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from datasets import cache, given_path, rows
from datasets.card import Card, DType
from datasets.card_beside import CardBeside
from datasets.cells import Texts
from datasets.dataset import Encoding, Impute, Table
from datasets.duplicates import Duplicates
from datasets.errors import DatasetError
from datasets.inference import inferred
from datasets.label_copies import LabelCopies
from datasets.labels import Task
from datasets.preparation import Asked, FeatureSet, prepared, types_of
from datasets.sampling import Balance
from datasets.sources import Source, sources

TABLES = ("*.csv", "*.txt", "*.parquet")  # in a zip
MOST_CLASSES = 1_000

CARD = Card(
    name="generic",
    title="A CSV or Parquet file, by its path, with a TOML card beside it",
    about=(
        "flows.csv (or .txt, .parquet, packed as .gz or .zip) and flows.toml: `labels` names the "
        "columns that say the class, `normal` the class that is no attack, `missing` the spellings "
        "of no value; `identifiers`, `leaky` and `useless` columns stand there with the reason. "
        "Columns whose type it does not give under `columns` are numbers where every cell is one, "
        "categories otherwise. docs/adding-a-dataset.md shows one."
    ),
    source="the file that `path` names",
    citation="that of the file",
    licence="that of the file",
)


def prepare(  # noqa: PLR0913 - the parameters of a sweep
    *,
    path: str,
    task: Task = "multiclass",
    features: FeatureSet = "no_identifiers",
    duplicates: Duplicates = "keep",
    rows: int | None = None,
    balance: Balance = "none",
    encoding: Encoding = "ordinal",
    impute: Impute = "median",
) -> Table:
    """Return the rows of the table at `path` as its card says, in the file's order.

    path: as given, from the current directory, or else below $FEWLABELS_TEST_DATA (if that is not
    set, ../shared/data beside the checkout). The others are those of `Preparation.prepare`.

    The typed rows are kept in the cache under the checksum of the table and of what the card says,
    so that the next time they are only loaded. Raises `DatasetError`, naming file, line and column,
    for what is no table or does not fit its card.
    """
    asked = Asked(task, features, duplicates, rows, balance, encoding, impute)
    card, stored, content = typed(path)
    return prepared(card, stored, content, asked)


def typed(path: str) -> tuple[Card, cache.Stored, str]:
    """Return the card of the table at `path`, its typed rows and the id of their content.

    Raises `DatasetError` as `prepare` does.
    """
    file = given_path.find(path)
    beside = CardBeside.of(file)
    source = _only(sources(file, TABLES), file)
    source.head()
    with source.opened() as reading:
        whole = reading.sha256
    said = json.dumps([whole, beside.hashed], sort_keys=True)
    content = hashlib.sha256(said.encode()).hexdigest()
    try:
        stored = cache.load(CARD.name, content)
    except DatasetError:  # not there yet, or damaged
        _keep(source, beside, content)
        stored = cache.load(CARD.name, content)
    card = beside.card(str(file), {f.name: _dtype(str(f.type)) for f in stored.table.schema})
    _check_classes(card, stored)
    return card, stored, content


def _only(found: list[Source], file: Path) -> Source:
    if len(found) > 1:
        shown = ", ".join(source.name for source in found[:4])
        raise DatasetError(f"{file} holds several tables ({shown}); unpack it and name one")
    return found[0]


def _keep(source: Source, beside: CardBeside, content: str) -> None:
    """Type the rows and write them into the cache."""
    import pyarrow.compute as pc

    untyped = beside.card(source.where, {})
    found = rows.column_names(source, untyped)
    if not untyped.has_header and not source.is_parquet():
        found = _named(found, beside)
    beside.check(found)
    dtypes = _dtypes(source, beside, found)
    card = beside.card(source.where, dtypes)
    label = card.labels[0]

    def clean(texts: Texts, source: Source) -> Texts:  # noqa: ARG001
        for spelt, name in card.spellings.items():
            texts[label] = pc.if_else(pc.equal(texts[label], spelt), name, texts[label])
        return texts

    of_file = rows.Rows(source, card, clean)
    said = {*card.labels, *card.identifiers, *card.leaky, *card.useless}
    copies = LabelCopies(label, exempt=said)
    with cache.writing(CARD.name) as store, source.opened() as reading:
        for batch in of_file.batches(reading, found):
            store.write(batch)
            copies.look(batch)
        if copied := copies.found():
            raise DatasetError(
                f"{source.where}: each class of {label} has one value of {', '.join(copied[:6])} "
                f"only, which says the class in other words. In {beside.path}, put it under "
                "labels; or, if it is a feature, under leaky with the reason"
            )
        store.keep(content, of_file.counts.removed, is_current=False)


def _named(found: list[str], beside: CardBeside) -> list[str]:
    names = list(beside.read.get("columns", ()))
    if len(names) != len(found):
        raise DatasetError(
            f"{beside.path}: without a header, columns must name all {len(found)} columns of the "
            f"table in their order; it names {len(names)}"
        )
    return names


def _dtypes(source: Source, beside: CardBeside, found: list[str]) -> dict[str, DType]:
    open_ = [name for name in found if name not in beside.dtypes]
    untyped = beside.card(source.where, {})
    guessed: dict[str, DType] = {}
    if open_:
        zero = beside.read.get("zero", {})
        with source.opened() as reading:
            guessed = inferred(
                rows.raw_batches(source, untyped, reading, found),
                {name: (*beside.missing, *zero.get(name, ())) for name in open_},
            )
    return {name: beside.dtypes.get(name) or guessed[name] for name in found}


def _dtype(stored: str) -> DType:
    if stored in ("int64", "double"):
        return "int64" if stored == "int64" else "float64"
    return "category"


def _check_classes(card: Card, stored: cache.Stored) -> None:
    """Whether the label is one."""
    _, names = types_of(stored.table, card)
    label = card.labels[0]
    if len(names) > MOST_CLASSES:
        raise DatasetError(
            f"{card.name}: {label} has {len(names):,} different values; that is no label"
        )
    if card.normal is not None and card.normal not in names:
        raise DatasetError(
            f"{card.name}: no row has {label} {card.normal!r}, which its card calls normal. "
            f"Classes: {', '.join(names[:12])}"
        )
