"""The beginnings of a new dataset: its module and card, or a card beside a table."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from datasets import rows
from datasets.card import Card, DType
from datasets.card_beside import place
from datasets.choices import check_choice
from datasets.errors import DatasetError
from datasets.generic import TABLES
from datasets.inference import inferred
from datasets.label_copies import LabelCopies
from datasets.remarks import Remarks, alike
from datasets.sources import Source, sources

BARE = re.compile(r"[A-Za-z0-9_-]+")
TELLING = re.compile(
    r"(^|[^a-z])(ip|addr|address|port|host|mac|id|ts|time|date|timestamp)([^a-z]|$)"
)
AMOUNT = re.compile(r"bytes|pkts|packets|len|delta|rate|count")  # of what a telling name tells
MOST_CLASSES = 200

MODULE = '''"""{name}: what it is, in one line."""

from __future__ import annotations

from pathlib import Path

from datasets.card import Card
from datasets.imported import imported_dataset
from datasets.official import Official

CARD = Card.read(Path(__file__).with_suffix(".toml"))
DATASET = imported_dataset(Official(CARD))
'''

HEAD = """\
# Fill in every "". describe prints what stands here.
name = {name}
title = ""    # one line
about = ""    # how it was recorded and by whom, what its classes are, its traps
source = ""   # the page that hands it out
citation = ""
licence = ""  # with its limits
tested_on = "generated files only"
"""

REASONS = """\
# Left out unless a sweep asks for them: columns that tell these very records apart (addresses,
# ports, times), each with the reason: column = "why".
[identifiers]
{telling}
# Features that give something away, which users are warned of.
[leaky]

# Never features: row numbers, columns without meaning.
[useless]
{useless}
# Of a class, where one is spelt in several ways: what a cell says = "the class".
[spellings]
{spellings}"""


TYPES = """\
# Where a column should not be what its cells look like (number where every one is a number,
# category otherwise): column = int64, float64, flag or category.
[columns]
"""


@dataclass(frozen=True, slots=True)
class Seen:
    """What an example of the files says."""

    file: str
    n_bytes: int = 0
    sha256: str = ""
    dtypes: dict[str, DType] | None = None  # column -> what its cells look like
    label: str | None = None
    copies: Sequence[str] = ()  # columns that say it in other words
    classes: Counter[str] = field(default_factory=Counter)
    missing: Sequence[str] = ()
    delimiter: str = ","
    words: Mapping[str, Mapping[str, int]] = field(default_factory=dict)  # in columns of numbers
    one_per_row: Sequence[str] = ()  # columns


def see(path: Path, label: str | None, missing: Sequence[str] = ()) -> Seen:
    """Read the table at `path`: its columns, and the rows of each class where `label` says them.

    Cells that are spelt as one of `missing`, or empty, say nothing about a column's type.

    Raises `DatasetError` where it is no table with a header, or has no such column.
    """
    import pyarrow as pa

    found = sources(path, TABLES)
    if len(found) > 1:
        raise DatasetError(f"{path} holds several files; name one of them")
    source = found[0]
    card = _bare_card(source)
    names = rows.column_names(source, card)
    if label is not None:
        check_choice(f"column of {path}", label, names)
    dtypes = _dtypes(source, card, dict.fromkeys(names, ("", *missing)))
    classes: Counter[str] = Counter()
    copies, remarks = LabelCopies(label or ""), Remarks(tuple(missing))
    with source.opened() as reading:
        for batch in rows.raw_batches(source, card, reading, names):
            texts = rows.without_blank_rows(rows.trimmed(batch), rows.Counts())
            remarks.look(texts)
            if label is not None:
                classes.update(texts[label].to_pylist())
                copies.look(pa.RecordBatch.from_pydict(texts))
        sha256, n_bytes = reading.sha256, reading.n_bytes
    if len(classes) > MOST_CLASSES:
        raise DatasetError(f"{label} has {len(classes):,} different values; that is no label")
    labels = (label, *copies.found())
    return Seen(
        file=source.name,
        n_bytes=n_bytes,
        sha256=sha256,
        dtypes=dtypes,
        label=label,
        copies=copies.found(),
        classes=classes,
        missing=missing,
        delimiter=card.delimiter,
        words={n: words for n, words in remarks.nearly_numbers().items() if n not in labels},
        # A fraction that differs from row to row is a measurement.
        one_per_row=[
            n for n in remarks.one_per_row() if n not in labels and dtypes[n] != "float64"
        ],
    )


def _bare_card(source: Source) -> Card:
    """A card that says nothing but what stands between cells."""
    card = Card(name="", title="", about="", source="", citation="", licence="")
    names = rows.column_names(source, card)
    if len(names) == 1 and (other := next((c for c in ";\t|" if c in names[0]), None)):
        return replace(card, delimiter=other)
    return card


def _dtypes(source: Source, card: Card, missing: Mapping[str, Sequence[str]]) -> dict[str, DType]:
    with source.opened() as reading:
        return inferred(rows.raw_batches(source, card, reading, [*missing]), missing)


def write_module(name: str, folder: Path, seen: Seen | None, taken: Container[str]) -> list[Path]:
    """Write NAME.py and NAME.toml into `folder`; return both.

    Raises `DatasetError` where the name is taken or cannot be one, or a file is there already.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise DatasetError(f"{name!r} is no name: small letters, digits and _, such as my_flows")
    if name in taken:
        raise DatasetError(f"there is a dataset {name} already; choose another name")
    texts = {
        folder / f"{name}.py": MODULE.format(name=name),
        folder / f"{name}.toml": "\n".join(_card(name, seen or Seen(f"{name}.csv"))),
    }
    return _write(texts)


def write_beside(table: Path, seen: Seen) -> list[Path]:
    """Write the card of `table` beside it, for the dataset `generic`.

    Raises `DatasetError` where there is one already.
    """
    lines = [*_labels(seen), "", _reasons(seen), TYPES]
    return _write({place(table): "\n".join(lines)})


def _write(texts: dict[Path, str]) -> list[Path]:
    for path in texts:
        if path.exists():
            raise DatasetError(f"{path} is there already; it is left as it is")
    try:
        for path, text in texts.items():
            with path.open("x", encoding="utf-8") as file:
                file.write(text)
    except OSError as error:
        raise DatasetError(f"{path} cannot be written: {error.strerror}") from error
    return list(texts)


def _card(name: str, seen: Seen) -> Iterator[str]:
    yield HEAD.format(name=_text(name))
    yield from _labels(seen)
    yield ""
    yield "# The forms in which it is handed out, the one to get first; counts as in the file that"
    yield "# you have: say is_certain = false unless it is the official one."
    yield "[[versions]]"
    yield 'name = ""'
    counts = ", ".join(f"{_key(name)} = {n}" for name, n in _classes(seen))
    yield f"classes = {{ {counts} }}" if counts else "classes = {}   # name = rows"
    yield "[[versions.files]]"
    yield f"name = {_text(seen.file)}"
    if seen.sha256:
        yield f"n_bytes = {seen.n_bytes}"
        yield f"sha256 = {_text(seen.sha256)}"
    yield ""
    yield _reasons(seen)
    yield from _types(seen)


def _labels(seen: Seen) -> Iterator[str]:
    yield "# Never features; the one that names the classes comes first."
    labels = [seen.label or "label", *seen.copies]
    yield f"labels = [{', '.join(map(_text, labels))}]"
    classes = [name for name, _ in _classes(seen)]
    normal = next((n for n in classes if n.lower() in ("normal", "benign", "legitimate")), "")
    yield f"normal = {_text(normal)}   # the class that is no attack"
    if classes:
        yield f"# classes: {', '.join(json.dumps(name, ensure_ascii=False) for name in classes)}"
    if seen.delimiter != ",":
        yield f"delimiter = {_text(seen.delimiter)}"
    spelt = ", ".join(map(_text, seen.missing))
    yield f'missing = [{spelt}]   # spellings of no value, in all columns, such as "-"'
    for name, words in seen.words.items():
        shown = ", ".join(f"{_text(word)} ({n:,})" for word, n in words.items())
        yield f"# {_key(name)}: numbers but for {shown}: are these missing?"
    if seen.words:
        proposed = dict.fromkeys(
            [*seen.missing, *(w for words in seen.words.values() for w in words)]
        )
        yield f"# If so: missing = [{', '.join(map(_text, proposed))}]"


def _types(seen: Seen) -> Iterator[str]:
    yield "# In the files' order: int64, float64, flag (a truth value, however spelt) or category."
    yield "[columns]"
    for name, dtype in (seen.dtypes or {}).items():
        yield f"{_key(name)} = {_text('category' if name == seen.label else dtype)}"
    if not seen.dtypes:
        yield 'label = "category"'
    yield ""  # the last line ends


def _reasons(seen: Seen) -> str:
    telling = _telling(seen)
    useless = [name for name in seen.one_per_row if name not in telling]
    return REASONS.format(
        telling="".join(f'# {_key(name)} = ""\n' for name in telling),
        useless="".join(f'# {_key(name)} = "a value per row"\n' for name in useless),
        spellings="".join(
            f"# {_key(spelt)} = {_text(name)}\n" for spelt, name in alike(seen.classes).items()
        ),
    )


def _telling(seen: Seen) -> list[str]:
    names = [name for name in seen.dtypes or {} if not AMOUNT.search(name.lower())]
    return [name for name in names if TELLING.search(name.lower())]


def _classes(seen: Seen) -> list[tuple[str, int]]:
    return sorted(seen.classes.items())


def _key(name: str) -> str:
    return name if BARE.fullmatch(name) else _text(name)


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)
