"""Components of `gpu_check.py`: a network and a forest that note what they saw at each fit.

A line of JSON per fit goes to $FEWLABELS_GPU_CHECK_LOG. The first fit of a process waits, three
minutes at most, until as many networks as $FEWLABELS_GPU_CHECK_AT_ONCE are at theirs: frameworks
take their time to start, and what runs side by side is to be seen side by side.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

from harness.classifiers.bilstm import bilstm
from harness.classifiers.needs import needs
from harness.classifiers.random_forest import random_forest
from harness.device import in_use

LOG, AT_ONCE = "FEWLABELS_GPU_CHECK_LOG", "FEWLABELS_GPU_CHECK_AT_ONCE"
FRAMEWORKS = {"keras", "tensorflow", "jax", "torch"}
PATIENCE_S = 180.0
EPOCHS = 30  # a fit of some seconds, so that several are seen at once
_met: list[int] = []


class Watched:
    """A classifier, and a note of each of its fits; else it is the classifier."""

    def __init__(self, model, kind):
        self.model = model
        self.kind = kind

    def __getattr__(self, name):
        return getattr(self.model, name)

    def fit(self, X, y, **more):
        if not _met:
            _wait_for_networks(self.kind)
        begun = time.time()
        self.model.fit(X, y, **more)
        note = {
            "kind": self.kind,
            "pid": os.getpid(),
            "from": begun,
            "to": time.time(),
            "rows": len(y),
            "visible": os.environ.get("CUDA_VISIBLE_DEVICES"),
            "frameworks": sorted(FRAMEWORKS & sys.modules.keys()),
        }
        if self.kind == "network":
            note |= _on_the_device() | {"is_first": not _met, "cudnn": _cudnn(self.model)}
        _met.append(1)
        with Path(os.environ[LOG]).open("a", encoding="utf-8") as log:
            log.write(json.dumps(note) + "\n")
        return self


def _wait_for_networks(kind):
    log, begun = Path(os.environ[LOG]), time.monotonic()
    if kind == "network":
        log.with_name(f"network-{os.getpid()}").touch()
    wanted = int(os.environ[AT_ONCE])
    while len([*log.parent.glob("network-*")]) < wanted and time.monotonic() - begun < PATIENCE_S:
        time.sleep(0.1)


def _on_the_device():
    """The GPUs that the framework sees, and the most memory that it held of the first, bytes."""
    backend = in_use().device.backend
    if backend == "tensorflow":
        import tensorflow as tf

        names = [device.name for device in tf.config.list_logical_devices("GPU")]
        peak = tf.config.experimental.get_memory_info("GPU:0")["peak"] if names else 0
    elif backend == "jax":
        import jax

        devices = [device for device in jax.local_devices() if device.platform == "gpu"]
        names = [str(device) for device in devices]
        peak = (devices[0].memory_stats() or {}).get("peak_bytes_in_use", 0) if devices else 0
    else:
        import torch

        names = [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())]
        peak = torch.cuda.max_memory_reserved() if names else 0
    return {"backend": backend, "gpus": names, "peak_bytes": peak}


def _cudnn(model):
    """Whether this very network's graph has cuDNN's kernel; None: asked before, or no graph."""
    if _met or in_use().device.backend != "tensorflow":
        return None
    import tensorflow as tf

    from harness.classifiers.neural.building import build

    network = build(model.shape, on_gpu=True)
    rows = tf.TensorSpec((None, model.shape.n_features), tf.float32)
    graph = tf.function(lambda X: network(X, training=True)[0]).get_concrete_function(rows).graph
    found = {operation.type for operation in graph.get_operations()}
    found |= {node.op for f in graph.as_graph_def().library.function for node in f.node_def}
    return any(name.startswith("CudnnRNN") for name in found)


@needs("neural")
def watched_bilstm(seed: int, threads: int):
    """BiLSTM with its defaults, but for the epochs."""
    return Watched(bilstm(seed, threads, epochs=EPOCHS, patience=0), "network")


def watched_forest(seed: int, threads: int):
    """Random forest with its defaults."""
    return Watched(random_forest(seed, threads), "forest")


COMPONENTS = {"classifiers": {"watched_bilstm": watched_bilstm, "watched_forest": watched_forest}}
