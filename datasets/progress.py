"""How far long work has come, on a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from datasets.visible import one_line


@contextmanager
def progress(title: str) -> Iterator[Callable[[str], None]]:
    """Give a function that shows a text beside `title`; it does nothing without a terminal.

    The line goes to stderr, and goes away at the end.
    """
    from rich.console import Console
    from rich.markup import escape

    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda _: None
        return
    with console.status(escape(title)) as status:
        yield lambda text: status.update(escape(one_line(f"{title}: {text}")))
