"""Sweeps by path, or by the name of one that ships."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from importlib import resources
from pathlib import Path

from harness.errors import SweepError
from harness.sweep import Sweep


def shipped() -> list[str]:
    """Names of the sweeps that ship.

    >>> "quickstart" in shipped()
    True
    """
    files = resources.files("harness.sweeps").iterdir()
    return sorted(f.name.removesuffix(".yaml") for f in files if f.name.endswith(".yaml"))


def open_sweep(name_or_path: str, overrides: Sequence[str] = ()) -> Sweep:
    """Read a sweep with its component files, which are code.

    Raises `SweepError` where there is none, or where it is wrong.
    """
    from harness.spec import read_sweep

    path = Path(name_or_path)
    try:
        text = path.read_text(encoding="utf-8-sig") if path.is_file() else None
    except (OSError, UnicodeDecodeError) as error:
        raise SweepError([f"cannot be read: {error}"], name_or_path) from None
    if text is not None:
        return read_sweep(text, str(path), path.parent, overrides)
    if name_or_path in shipped():
        text = (resources.files("harness.sweeps") / f"{name_or_path}.yaml").read_text()
        return read_sweep(text, f"the shipped sweep {name_or_path}", Path(), overrides)
    if path.is_dir():
        raise SweepError(["is a folder; name the sweep file in it"], name_or_path)
    siblings = [str(p) for p in path.parent.glob("*.y*ml")] if path.parent.is_dir() else []
    close = get_close_matches(name_or_path, [*shipped(), *siblings], n=1)
    hint = f"did you mean {close[0]}? " if close else ""
    raise SweepError(
        [f"no such file; {hint}Sweeps that ship: {', '.join(shipped())}"], name_or_path
    )
