"""What is wrong with a sweep: gathered, each with its path, and raised together."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ValidationError

Path = tuple[str | int, ...]

_INSTEAD_OF_MODELS = {
    "model_type": "must be a mapping",
    "model_attributes_type": "must be a mapping",
}


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
    """`; did you mean 'x'?`, or nothing."""
    close = get_close_matches(name, list(known), n=1)
    return f"; did you mean {close[0]!r}?" if close else ""


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
    if kind in _INSTEAD_OF_MODELS:
        return f"{_INSTEAD_OF_MODELS[kind]}, not {_shown(value)}"
    if kind == "literal_error" and isinstance(value, str):
        hint = nearest(value, str(found["ctx"]["expected"]).replace("'", "").split(", "))
        return f"must be {found['ctx']['expected']}, not {value!r}{hint}"
    text = str(found["msg"]).removeprefix("Input should be ").removeprefix("Value error, ")
    hint = "; the component is spelt none" if value is None else ""
    return f"must be {text}, not {_shown(value)}{hint}"


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
        inner = _models_in(field.annotation) if field else []
        if not inner:
            return []
        current = inner[0]
    return [field.alias or name for name, field in current.model_fields.items()]


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    parts = getattr(annotation, "__args__", ())
    return [model for part in parts for model in _models_in(part)]
