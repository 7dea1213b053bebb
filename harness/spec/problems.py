"""What is wrong with a sweep: gathered, each with its path, and raised together."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ValidationError

Path = tuple[str | int, ...]


class Problems:
    """Lines such as `classifiers[1].nmae: unknown field; did you mean 'name'?`."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def add(self, path: Path, message: str) -> None:
        """Note `message` about what stands at `path`; the same thing is said once."""
        line = f"{written(path)}: {message}" if path else message
        if line not in self.lines:
            self.lines.append(line)

    def add_invalid(self, error: ValidationError, model: type[BaseModel]) -> list[Path]:
        """Note all of pydantic's errors, and return their paths."""
        paths = []
        for found in error.errors(include_url=False):
            path: Path = tuple(found["loc"])
            self.add(path, _message(found, path, model))
            paths.append(path)
        return paths


def written(path: Path) -> str:
    """A path as a person would write it.

    >>> written(("classifiers", 1, "params", "C"))
    'classifiers[1].params.C'
    """
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".")


def nearest(name: str, known: Iterable[str]) -> str:
    """`; did you mean 'x'?`, or nothing.

    >>> nearest("c", ["C", "class_weight"])
    "; did you mean 'C'?"
    """
    spelt = {one.casefold(): one for one in known}
    close = get_close_matches(name.casefold(), spelt, n=1)
    return f"; did you mean {spelt[close[0]]!r}?" if close else ""


def _message(found: Any, path: Path, model: type[BaseModel]) -> str:
    kind, value = found["type"], found["input"]
    if kind == "extra_forbidden":
        known = _fields_at(model, path[:-1])
        hint = nearest(str(path[-1]), known) or f". There are: {', '.join(known)}"
        return f"unknown field{hint}"
    if kind == "missing":
        return "is required"
    if kind == "value_error":
        return str(found["ctx"]["error"])
    if kind in ("model_type", "model_attributes_type"):
        is_entry = bool(path) and isinstance(path[-1], int)
        hint = "; the component is spelt none" if value is None and is_entry else ""
        return f"must be a mapping, not {_shown(value)}{hint}"
    if kind == "literal_error" and isinstance(value, str):
        hint = nearest(value, re.findall("'([^']*)'", str(found["ctx"]["expected"])))
        return f"must be {found['ctx']['expected']}, not {value!r}{hint}"
    text = str(found["msg"]).removeprefix("Input should be ").removeprefix("Value error, ")
    return f"must be {text}, not {_shown(value)}{number_hint(value)}"


def number_hint(value: Any) -> str:
    """What to write where YAML took a number for text.

    >>> number_hint("1e-3")
    '; YAML takes this for text, write 1.0e-3'
    """
    if not isinstance(value, str) or not re.fullmatch(r"[-+]?\d+[eE][-+]?\d+", value):
        return ""
    mantissa, exponent = re.split("[eE]", value)
    sign = "" if exponent[0] in "+-" else "+"
    return f"; YAML takes this for text, write {mantissa}.0e{sign}{exponent}"


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."  # noqa: PLR2004


def _fields_at(model: type[BaseModel], path: Path) -> list[str]:
    """The names that may stand at `path`, as a user writes them."""
    current: Any = model
    for part in path:
        if isinstance(part, int):
            continue
        field = current.model_fields.get(part) or next(
            (f for f in current.model_fields.values() if f.alias == part), None
        )
        if field is None:  # a name within a mapping of models, such as `space`
            continue
        inner = models_in(field.annotation)
        if not inner:
            return []
        current = inner[0]
    return [field.alias or name for name, field in current.model_fields.items()]


def models_in(annotation: Any) -> list[type[BaseModel]]:
    """The models that an annotation such as `list[Model] | None` holds."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    parts = getattr(annotation, "__args__", ())
    return [model for part in parts for model in models_in(part)]
