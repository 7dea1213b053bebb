"""How a run is shown while it goes on: a live line on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.live import Live
from rich.text import Text

from datasets.visible import one_line
from harness.run import Progress

LIVE_EVERY_S, PLAIN_EVERY_S = 0.5, 10.0
MOST = 0.05  # of the driver's time, which counting a million trials takes more of


@contextmanager
def shown(console: Console) -> Iterator[Callable[[Callable[[], Progress]], None]]:
    """Give a function that shows what its argument gives; it asks only as often as it shows."""
    every_s = LIVE_EVERY_S if console.is_terminal else PLAIN_EVERY_S
    due = time.monotonic() + every_s

    def tell(progress: Callable[[], Progress]) -> None:
        nonlocal due
        if (began := time.monotonic()) >= due:
            show(line(progress()))
            due = began + max(every_s, (time.monotonic() - began) / MOST)

    if console.is_terminal:
        with Live(console=console, auto_refresh=False, transient=True) as live:

            def show(text: str) -> None:
                live.update(Text(one_line(text)), refresh=True)

            yield tell
    else:

        def show(text: str) -> None:
            console.print(Text(one_line(text)), soft_wrap=True)

        yield tell


def line(progress: Progress) -> str:
    """One line that says it all."""
    standing = progress.standing
    parts = [
        _share("references", standing.references),
        _share("acquisitions", standing.acquisitions),
        _share("studies", standing.studies),
        _share("trials", standing.trials),
        f"{progress.trials_per_s:.1f} trials/s",
    ]
    if standing.badly:
        parts.append(", ".join(f"{n} {status}" for status, n in standing.badly.items()))
    parts.append(f"{duration(progress.elapsed_s)} gone")
    if progress.left_s is not None and standing.trials[0] < standing.trials[1]:
        parts.append(f"about {duration(progress.left_s)} left")
    return " · ".join(parts)


def _share(what: str, counts: tuple[int, int]) -> str:
    return f"{what} {counts[0]}/{counts[1]}"


def duration(seconds: float) -> str:
    """As a person would say it.

    >>> duration(59.4), duration(61), duration(3720)
    ('59 s', '1 min 01 s', '1 h 02 min')
    """
    whole = round(seconds)
    if whole < 60:  # noqa: PLR2004
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:  # noqa: PLR2004
        return f"{minutes} min {rest:02d} s"
    return f"{minutes // 60} h {minutes % 60:02d} min"
