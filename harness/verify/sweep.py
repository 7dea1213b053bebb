"""Whether the sweep that people read is the one that programs read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from harness.errors import DamagedFile, RunFolderError, SweepError
from harness.spec import plain_fields
from harness.store import SWEEP, SWEEP_JSON, RunFolder
from harness.verify.tables import SHOWN

_LONGEST = 60  # characters of a value
_ABSENT = object()


def check_sweep(folder: RunFolder, *, has_rows: bool) -> list[str]:
    """Findings: ids hang on sweep.yaml, reports read sweep.json, and they must say the same."""
    findings = []
    try:
        folder.component_texts()
    except RunFolderError as error:  # of no matter to ids, which are not computed with them
        findings.append(str(error))
    found: dict[str, Mapping[str, Any] | None] = {}
    for name, read in ((SWEEP, _of_people), (SWEEP_JSON, _of_programs)):
        try:
            found[name] = read(folder)
        except RunFolderError as error:
            findings.append(str(error))
    if findings or (not has_rows and not any(found.values())):  # it has just been made
        return findings
    fields, resolved = found[SWEEP], found[SWEEP_JSON]
    missing = [name for name, content in found.items() if content is None]
    findings += [
        f"{folder.shown(folder.root / name)} is missing; run the sweep again" for name in missing
    ]
    if fields is not None and resolved is not None:
        differences = list(_differences(fields, resolved, ""))
        findings += [
            f"{SWEEP} and {SWEEP_JSON} differ: {where} is {_shown(one)} and {_shown(other)}"
            for where, one, other in differences[:SHOWN]
        ]
        if len(differences) > SHOWN:
            findings.append(f"{SWEEP} and {SWEEP_JSON} differ in {len(differences) - SHOWN} more")
    return findings


def _of_people(folder: RunFolder) -> Mapping[str, Any] | None:
    path = folder.shown(folder.root / SWEEP)
    text = folder.sweep_text()
    try:
        return None if text is None else plain_fields(text, path)
    except SweepError as error:
        why = "; ".join(error.problems)
        raise DamagedFile(f"{path} is damaged ({why}); run the sweep again") from None


def _of_programs(folder: RunFolder) -> Mapping[str, Any] | None:
    return folder.sweep() or None


def _differences(one: object, other: object, where: str) -> Iterator[tuple[str, object, object]]:
    """Each place where the two say something else: its path, and both values."""
    if isinstance(one, dict) and isinstance(other, dict):
        for name in dict.fromkeys([*one, *other]):
            inner = f"{where}.{name}" if where else name
            yield from _differences(one.get(name, _ABSENT), other.get(name, _ABSENT), inner)
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for i, (first, second) in enumerate(zip(one, other, strict=True)):
            yield from _differences(first, second, f"{where}[{i}]")
    elif type(one) is not type(other) or one != other:
        yield where, one, other


def _shown(value: object) -> str:
    if value is _ABSENT:
        return "not there"
    text = repr(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
