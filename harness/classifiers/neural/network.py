"""From an architecture to a classifier factory that a sweep can name."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, get_type_hints

from harness.classifiers.classifier import Classifier
from harness.classifiers.continues import continues
from harness.classifiers.needs import needs
from harness.classifiers.neural.classifier import NeuralClassifier
from harness.classifiers.neural.training import Training

Architecture = Callable[..., Any]  # (Net, *, parameters...) -> the last hidden layer, (n, units)


@dataclass(frozen=True)
class Blueprint:
    """The shape of a network: all that a compiled one can be used again for."""

    factory: Callable[..., Classifier]  # of the architecture: what a pickle finds by its name
    params: tuple[tuple[str, Any], ...]
    n_features: int
    n_classes: int

    @property
    def architecture(self) -> Architecture:
        """The function that lays its hidden layers."""
        found: Architecture = inspect.unwrap(self.factory)
        return found


def neural(architecture: Architecture) -> Callable[..., Classifier]:
    """Make a classifier factory: the architecture's own parameters, then those of `Training`.

    A sweep's reader takes a component's parameters off its signature, so the factory gets one.
    """
    own = [
        parameter
        for parameter in inspect.signature(architecture, eval_str=True).parameters.values()
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY
    ]
    if taken := {p.name for p in own} & {field.name for field in fields(Training)}:
        raise ValueError(
            f"{architecture.__name__} has parameters that the training has, too: "
            f"{', '.join(sorted(taken))}; leave them out (net.dropout knows the rate)"
        )
    types = get_type_hints(Training, include_extras=True)
    shared = [
        inspect.Parameter(
            field.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=field.default,
            annotation=types[field.name],
        )
        for field in fields(Training)
    ]
    first = [
        inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=int)
        for name in ("seed", "threads")
    ]
    signature = inspect.Signature([*first, *own, *shared], return_annotation=Classifier)

    @functools.wraps(architecture)
    def factory(*args: Any, **params: Any) -> Classifier:
        given = signature.bind(*args, **params)
        given.apply_defaults()
        values = given.arguments
        shape = tuple((parameter.name, _hashable(values[parameter.name])) for parameter in own)
        if values.get("window") and values["input"] != "window":
            raise ValueError("window is for input: window; leave it out")
        training = Training(**{field.name: values[field.name] for field in fields(Training)})

        blueprint = functools.partial(Blueprint, factory, shape)
        return NeuralClassifier(values["seed"], values["threads"], blueprint, training)

    factory.__signature__ = signature  # type: ignore[attr-defined]
    factory.__annotations__ = {
        **{name: parameter.annotation for name, parameter in signature.parameters.items()},
        "return": Classifier,
    }
    return needs("neural")(continues(unless={"refit": "cold"})(factory))


def _hashable(value: Any) -> Any:
    return tuple(map(_hashable, value)) if isinstance(value, list) else value
