"""A file of components, as a sweep names it: networks that are none, and a tree that looks about.

Every fit notes in LOG what it saw. The first one of a process waits until as many processes as
ALL_OF are at their first fit, for a minute at most: so they are seen to run at the same time. The
module `tensorflow` that a network "imports" is empty.
"""

import json
import os
import sys
import time
import types
from pathlib import Path

from sklearn.tree import DecisionTreeClassifier

from harness.classifiers.needs import needs
from harness.device import in_use

LOG = Path("log")
ALL_OF = 1
_begun: list[bool] = []
_kept: list[bytes] = []


class _Noted(DecisionTreeClassifier):
    kind = "tree"

    def fit(self, X, y):
        begun, has_framework = time.time(), "tensorflow" in sys.modules
        self.prepare()
        if not _begun:
            _begun.append(True)
            _wait_for_the_others()
        fitted = super().fit(X, y)
        device = in_use().device
        note = {
            "kind": self.kind,
            "pid": os.getpid(),
            "from": begun,
            "to": time.time(),
            "had_framework": has_framework,
            "cuda": os.environ.get("CUDA_VISIBLE_DEVICES"),
            "device": [device.kind, device.gpus, device.backend],
            "backend": os.environ.get("KERAS_BACKEND"),
        }
        with LOG.open("a") as log:
            log.write(json.dumps(note) + "\n")
        return fitted

    def prepare(self):
        pass


def _wait_for_the_others():
    begun = time.monotonic()
    LOG.with_name(f"here-{os.getpid()}").touch()
    while len([*LOG.parent.glob("here-*")]) < ALL_OF and time.monotonic() - begun < 60:
        time.sleep(0.05)


class _Network(_Noted):
    kind = "network"

    def prepare(self):
        sys.modules.setdefault("tensorflow", types.ModuleType("tensorflow"))
        if self.max_depth == 2:
            raise MemoryError("the GPU has no room for this")
        if self.max_depth == 4:
            _kept.append(b"x" * 150 * 2**20)
        if self.max_depth == 6:
            time.sleep(600)
        if self.max_depth == 3 and not LOG.with_name("died").exists():
            LOG.with_name("died").touch()
            os._exit(9)


def tree(seed: int, _threads: int, *, max_depth: int = 5):
    """A tree."""
    return _Noted(random_state=seed, max_depth=max_depth)


@needs("neural")
def network(seed: int, _threads: int, *, max_depth: int = 5):
    """As slow to import as a network, one would think."""
    return _Network(random_state=seed, max_depth=max_depth)


COMPONENTS = {"classifiers": {"tree": tree, "network": network}}
