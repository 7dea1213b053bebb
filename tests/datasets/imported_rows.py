"""Imported rows made up in memory: a card and an Arrow table, as the cache would give it."""

import pyarrow as pa

from datasets.card import Card, Column, File, Version


def card(columns, **changes):
    """A card with `columns` (name -> dtype) and the label `type`; "normal" is no attack."""
    whole = {
        "name": "made",
        "title": "Made up",
        "about": "For tests.",
        "source": "a test",
        "citation": "nobody",
        "licence": "none",
        "versions": (Version("", (File("made.csv"),)),),
        "columns": tuple(Column(n, d) for n, d in {**columns, "type": "category"}.items()),
        "labels": ("type",),
        "normal": "normal",
    }
    return Card(**{**whole, **changes})


def rows(columns):
    """An Arrow table; lists of texts become dictionaries."""
    arrays = {name: pa.array(values) for name, values in columns.items()}
    return pa.table(
        {
            name: a.dictionary_encode() if pa.types.is_string(a.type) else a
            for name, a in arrays.items()
        }
    )
