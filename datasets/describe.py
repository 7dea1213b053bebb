"""A card as text to read in a terminal."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from textwrap import fill
from typing import Any, Literal, get_args, get_origin, get_type_hints

from datasets.card import Card
from datasets.dataset import Dataset

WIDTH = 88


def describe(dataset: Dataset) -> str:
    """Return what the card says, and the parameters that a sweep may set."""
    return "\n".join([*_card_lines(dataset.card), *_parameter_lines(dataset.prepare)])


def _card_lines(card: Card) -> Iterator[str]:
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
        size = f", {file.n_bytes:,} bytes unpacked" if file.n_bytes else ""
        checksum = f",\n  sha256 {file.sha256}" if file.sha256 else ""
        yield f"file: {file.name}{size}{checksum}"
    if card.classes:
        yield ""
        yield f"classes ({sum(card.classes.values()):,} rows):"
        width = max(12, *(len(name) for name in card.classes))
        for name, n_rows in card.classes.items():
            yield f"  {name:<{width}}{n_rows:>8,}{'  (no attack)' if name == card.normal else ''}"
        if uncounted := card.versions[0].uncounted:
            yield fill(f"and, not counted: {', '.join(uncounted)}", WIDTH)
    elif card.class_names:
        yield ""
        yield fill(f"classes (rows unknown): {', '.join(sorted(card.class_names))}", WIDTH)
    if card.columns:
        yield ""
        for kind in ("number", "category"):
            names = [column.name for column in card.features if column.kind == kind]
            text = f"{kind} columns ({len(names)}): {', '.join(names)}"
            yield fill(text, WIDTH, subsequent_indent="  ")
        yield f"label columns, never features: {', '.join(card.labels)}"
    yield from _reasons("identifiers, left out unless asked for:", card.identifiers)
    yield from _reasons("never features:", card.useless)
    yield from _reasons("beware of:", card.leaky)


def _reasons(title: str, reasons: Mapping[str, str]) -> Iterator[str]:
    if reasons:
        yield ""
        yield title
        for name, reason in reasons.items():
            yield fill(f"  {name}: {reason}", WIDTH, subsequent_indent="    ")


def _parameter_lines(prepare: Callable[..., Any]) -> Iterator[str]:
    yield ""
    yield "parameters that a sweep may set:"
    hints = get_type_hints(prepare)
    for name, parameter in inspect.signature(prepare).parameters.items():
        takes = _taken(hints[name])
        has_default = parameter.default is not parameter.empty
        yield f"  {name}: {takes}" + (f" (default {parameter.default})" if has_default else "")


def _taken(hint: Any) -> str:
    if get_origin(hint) is Literal:
        return " | ".join(get_args(hint))
    return hint.__name__ if isinstance(hint, type) else str(hint)
