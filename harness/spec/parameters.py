"""Are these parameters that the component takes? By the annotations of its factory."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import ConfigDict, PydanticUserError, TypeAdapter, ValidationError

from harness.spec.problems import Path, Problems, nearest


def taken(factory: Callable[..., Any]) -> dict[str, inspect.Parameter]:
    """The parameters that a sweep may set: those that are given by name only."""
    signature = inspect.signature(factory, eval_str=True)
    return {
        name: parameter
        for name, parameter in signature.parameters.items()
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY
    }


def check(
    factory: Callable[..., Any], given: Mapping[str, Any], path: Path, name: str, problems: Problems
) -> dict[str, Any] | None:
    """Every parameter of `factory`, the defaults filled in; None where something is wrong."""
    parameters = taken(factory)
    before = len(problems.lines)
    for key, value in given.items():
        if key not in parameters:
            takes = ", ".join(parameters) or "nothing"
            hint = nearest(key, parameters) or "."
            problems.add((*path, key), f"{name} takes no {key!r}{hint} It takes: {takes}")
        elif message := _mismatch(parameters[key].annotation, value):
            problems.add((*path, key), message)
    for key, parameter in parameters.items():
        if parameter.default is inspect.Parameter.empty and key not in given:
            problems.add((*path, key), f"{name} needs it")
    if len(problems.lines) > before:
        return None
    return {key: given.get(key, parameter.default) for key, parameter in parameters.items()}


def _mismatch(annotation: Any, value: Any) -> str | None:
    if annotation is inspect.Parameter.empty:
        return None
    try:
        adapter = TypeAdapter(annotation, config=ConfigDict(strict=True))
    except PydanticUserError:
        return None  # an outside component's own type: its factory will say
    try:
        adapter.validate_python(value)
    except ValidationError as error:
        wanted = " or ".join(
            dict.fromkeys(str(e["msg"]).removeprefix("Input should be ") for e in error.errors())
        )
        return f"must be {wanted}, not {value!r}"
    return None
