"""Which nodes are there: looked at every few seconds, by a thread.

A look may block for ever, and Ray itself ends the driver's process without a word when the head
has been silent for a minute. So somebody else looks, and the driver notices when there is no news.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping

from cluster.resources import Node
from harness.errors import ClusterError

EVERY_S = 2.0
SILENT_S = 30.0  # of the head, after which it counts as gone; Ray gives up after 60
AGAIN = "What was finished is stored. Run again to continue."


class Lookout:
    """Looks until it is closed."""

    def __init__(self, look: Callable[[], Mapping[str, Node]]) -> None:
        """`look` gives the nodes that are alive by id; the first look is taken here."""
        self._look = look
        self._nodes = look()
        self._at = time.monotonic()
        self._why = ""
        self._gone: dict[str, float] = {}
        self._hurry, self._news = threading.Event(), threading.Condition()
        self._is_closed = False
        threading.Thread(target=self._run, name="lookout", daemon=True).start()

    def nodes(self) -> Mapping[str, Node]:
        """The nodes at the last look, by id.

        Raises `ClusterError` where none is left, and where the head has not answered for long.
        """
        silent_s = time.monotonic() - self._at
        if silent_s > SILENT_S:
            why = f" ({self._why})" if self._why else ""
            raise ClusterError(
                f"the head of the cluster has not answered for {silent_s:.0f} s{why}. {AGAIN}"
            )
        if not self._nodes:
            raise ClusterError(f"no node of the cluster is left. {AGAIN}")
        return self._nodes

    def gone(self) -> Mapping[str, float]:
        """The nodes that were there once, by id, and for how many seconds they have been gone."""
        now = time.monotonic()
        return {node: now - at for node, at in self._gone.items()}

    def look_again(self) -> Mapping[str, Node]:
        """`nodes`, after a look that began later than this call. Raises what `nodes` does."""
        asked = time.monotonic()
        self._hurry.set()
        with self._news:
            while self._at <= asked:
                self._news.wait(timeout=EVERY_S)
                self.nodes()
        return self.nodes()

    def close(self) -> None:
        """Look no more."""
        self._is_closed = True
        self._hurry.set()

    def _run(self) -> None:
        while not self._is_closed:
            self._hurry.wait(EVERY_S)
            self._hurry.clear()
            if self._is_closed:
                return
            began = time.monotonic()
            try:
                nodes = self._look()
            except Exception as error:  # noqa: BLE001 - Ray raises all sorts once its head is gone
                self._why = str(error).partition("\n")[0]
                continue
            with self._news:
                for node in self._nodes.keys() - nodes.keys():
                    self._gone[node] = began
                self._nodes, self._at, self._why = nodes, began, ""
                self._news.notify_all()
