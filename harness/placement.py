"""Where the networks of a sweep compute: as it asks, as its run folder began, as the cluster can.

The answer is part of their ids, so it is settled once, before anything is planned, and written
into the run folder's sweep. The driver alone asks; workers are told with each task.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from importlib.util import find_spec
from typing import Any

from harness.cell import Neural
from harness.device import KERAS_BACKEND, Kind, backend
from harness.errors import ClusterError, DeviceError, RunFolderError
from harness.store import RunFolder
from harness.sweep import Asked, Sweep


def adopted(sweep: Sweep, folder: RunFolder | None) -> Sweep:
    """`sweep` with the backend settled, and the device of `folder` where that has one.

    What says `auto` and finds nothing adopted is still to be settled by the cluster; until then
    its ids are those of a CPU. Raises `RunFolderError` where sweep and folder contradict each
    other, and `DeviceError` where the environment names no backend.
    """
    stored = began_with(folder) if folder else {}
    if not stored:
        if not sweep.is_neural:
            return sweep
        return _with(sweep, sweep.device, _asked_backend(sweep) or backend())
    if sweep.is_neural and folder:
        _must_agree("device", sweep.device, stored["device"], folder, "neural.device")
        asked, said = _asked_backend(sweep), os.environ.get(KERAS_BACKEND)
        if asked or said:
            where = "neural.backend" if asked else KERAS_BACKEND
            _must_agree("backend", asked or backend(), stored["backend"], folder, where)
    return _with(sweep, stored["device"], stored["backend"])


def settled(sweep: Sweep, offered: str, *, has_gpu: bool, require_gpu: bool = False) -> Sweep:
    """`adopted`'s answer on a cluster: `auto` means a GPU where it `has_gpu`, else a CPU.

    `offered` says for messages what there is. Raises `ClusterError` where the device is a GPU, or
    has to be one, and there is none, and `DeviceError` where the backend is not installed.
    """
    if require_gpu:
        _must_be_gpu(sweep, offered, has_gpu=has_gpu)
    if not sweep.is_neural:
        return sweep
    neural = sweep.setting.neural
    if sweep.device == "gpu" and not has_gpu:
        raise ClusterError(
            f"the networks of this sweep compute on a GPU (neural.device, or as the run folder "
            f"began), and there is none: {offered}. Numbers of a GPU and of a CPU are never mixed "
            f"in one folder; for a CPU give --set neural.device=cpu and another --out."
        )
    if find_spec(neural.backend) is None:
        raise DeviceError(
            f"the networks of this sweep need {neural.backend}, which is not installed here. "
            f"fewlabels brings tensorflow with its extras '.[cpu]' and '.[gpu]', and jax, for "
            f"neural.backend or {KERAS_BACKEND}, with '.[jax]' beside one of them."
        )
    if sweep.device != "auto":
        return sweep
    return _with(sweep, "gpu" if has_gpu else "cpu", neural.backend)


def began_with(folder: RunFolder) -> Mapping[str, Any]:
    """`device` and `backend` that the networks of a run computed with; empty: it had none."""
    stored: Mapping[str, Any] = folder.sweep().get("neural") or {}
    is_settled = stored.get("device") in {"cpu", "gpu"} and "backend" in stored
    return stored if is_settled else {}


def _must_be_gpu(sweep: Sweep, offered: str, *, has_gpu: bool) -> None:
    if not has_gpu:
        raise ClusterError(f"--require-gpu, but there is none: {offered}")
    if not sweep.is_neural:
        raise ClusterError("--require-gpu, but nothing of this sweep would use one: no network")
    if sweep.device == "cpu":
        raise ClusterError(
            "--require-gpu, but the networks of this sweep compute on a CPU (neural.device, or as "
            "the run folder began); give --set neural.device=gpu and another --out"
        )


def _asked_backend(sweep: Sweep) -> str | None:
    found: str | None = sweep.resolved["neural"].get("backend")
    return found


def _must_agree(what: str, now: str, stored: str, folder: RunFolder, where: str) -> None:
    if now not in {"auto", stored}:
        raise RunFolderError(
            f"{folder.shown()} began with the {what} {stored}, "
            f"and {where} says {now}. Numbers of the "
            f"two are never mixed in one folder: leave {where} out, or choose another --out."
        )


def _with(sweep: Sweep, device: Asked, backend_: str) -> Sweep:
    """The sweep with these; `auto` stays what it was."""
    kind: Kind = "gpu" if device == "gpu" else "cpu"
    neural = Neural(kind, backend_, sweep.setting.neural.deterministic)
    stored = {**sweep.resolved["neural"], "device": device, "backend": backend_}
    return replace(
        sweep,
        setting=replace(sweep.setting, neural=neural),
        device=device,
        resolved={**sweep.resolved, "neural": stored},
    )
