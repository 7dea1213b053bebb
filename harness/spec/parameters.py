"""Are these parameters that the component takes? By the annotations of its factory."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import ConfigDict, PydanticUserError, TypeAdapter, ValidationError

from harness.spec.problems import Path, Problems, nearest, number_hint


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
    wrong: dict[str, str] = {}
    whole: dict[str, Any] = {}
    for key, value in given.items():
        if key not in parameters:
            takes = ", ".join(parameters) or "nothing"
            hint = nearest(key, parameters) or "."
            wrong[key] = f"{name} takes no {key!r}{hint} It takes: {takes}"
        else:
            try:
                whole[key] = read(parameters[key], value)
            except ValueError as error:
                wrong[key] = str(error)
    for key, parameter in parameters.items():
        if key in given:
            continue
        if parameter.default is inspect.Parameter.empty:
            wrong[key] = f"{name} needs it"
        elif not _is_plain(parameter.default):
            wrong[key] = f"its default {parameter.default!r} is none that a sweep could give"
        else:
            whole[key] = parameter.default
    for key, message in wrong.items():
        problems.add((*path, key), message)
    if wrong:
        return None
    return {key: whole[key] for key in parameters}


def _is_plain(default: Any) -> bool:
    try:
        json.dumps(default, allow_nan=False)
    except (TypeError, ValueError):
        return False
    return True


def read(parameter: inspect.Parameter, value: Any) -> Any:
    """`value` as the parameter has it: 1 is 1.0 where a float is wanted, so that ids agree.

    Raises `ValueError`, saying what is wanted, if it is not of the parameter's type. Where no type
    is given, or one that only its factory can check, anything will do.
    """
    if parameter.annotation is inspect.Parameter.empty:
        return value
    try:
        adapter = TypeAdapter(parameter.annotation, config=ConfigDict(strict=True))
    except PydanticUserError:
        return value
    try:
        return adapter.validate_python(value)
    except ValidationError as error:
        wanted = " or ".join(
            dict.fromkeys(str(e["msg"]).removeprefix("Input should be ") for e in error.errors())
        )
        raise ValueError(f"must be {wanted}, not {value!r}{number_hint(value)}") from None


def mismatch(parameter: inspect.Parameter, value: Any) -> str | None:
    """Why `value` is not of the parameter's type; None if it is, or if no type is given."""
    try:
        read(parameter, value)
    except ValueError as error:
        return str(error)
    return None
