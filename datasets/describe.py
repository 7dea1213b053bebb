"""A card as text to read in a terminal."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from textwrap import fill

from datasets.card import Card
from datasets.dataset import Dataset

WIDTH = 88


def describe(dataset: Dataset) -> str:
    """Return what the card says, and the parameters that a sweep may set."""
    return "\n".join(_lines(dataset.card, inspect.signature(dataset.prepare)))


def _lines(card: Card, signature: inspect.Signature) -> Iterator[str]:
    yield f"{card.name}: {card.title}"
    yield ""
    yield fill(card.about, WIDTH)
    yield ""
    for word, text in (
        ("source", card.source),
        ("cite", card.citation),
        ("licence", card.licence),
    ):
        yield fill(f"{word}: {text}", WIDTH, subsequent_indent="  ")
    for file in card.files:
        size = f", {file.n_bytes:,} bytes" if file.n_bytes else ""
        checksum = f", sha256 {file.sha256}" if file.sha256 else ""
        yield f"file: {file.name}{size} unpacked{checksum}"
    yield ""
    yield "parameters:"
    for parameter in signature.parameters.values():
        default = "" if parameter.default is parameter.empty else f" = {parameter.default!r}"
        yield f"  {parameter.name}: {parameter.annotation}{default}"
    if card.classes:
        yield ""
        yield f"classes ({sum(card.classes.values()):,} rows):"
        for name, n_rows in card.classes.items():
            yield f"  {name:<12}{n_rows:>8,}{'  (no attack)' if name == card.normal else ''}"
    if card.columns:
        yield ""
        for kind in ("number", "category"):
            names = [column.name for column in card.features if column.kind == kind]
            text = f"{kind} columns ({len(names)}): {', '.join(names)}"
            yield fill(text, WIDTH, subsequent_indent="  ")
        yield f"label columns, never features: {', '.join(card.labels)}"
    yield from _reasons("identifiers, left out unless asked for:", card.identifiers)
    yield from _reasons("beware of:", card.leaky)


def _reasons(title: str, reasons: Mapping[str, str]) -> Iterator[str]:
    if reasons:
        yield ""
        yield title
        for name, reason in reasons.items():
            yield fill(f"  {name}: {reason}", WIDTH, subsequent_indent="    ")
