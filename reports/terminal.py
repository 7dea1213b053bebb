"""A leaderboard in the terminal: a table on a screen, plain columns in a pipe."""

from __future__ import annotations

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table
from rich.text import Text

from datasets.visible import one_line
from reports.columns import LIMITED, NOTHING, cells
from reports.headline import Headline
from reports.interval import ENOUGH
from reports.leaderboard import PIPELINE, Board
from reports.metric_names import TITLES

MANY = 8  # ranks that are listed


def show(board: Board, top: int, console: Console) -> None:
    """Print the first `top` rows of `board`; on a screen without the columns that say nothing."""
    rows = board.rows.head(top)
    columns = cells(rows, board)
    title, hidden = heading(board), []
    if console.is_terminal:
        idle = [name for name, cells in columns.items() if _says_nothing(name, cells)]
        shared = [f"{name} {columns[name][0]}" for name in PIPELINE if name in idle]
        title += f" ({', '.join(shared)})" if shared else ""
        columns = {name: cells for name, cells in columns.items() if name not in idle}
        hidden = narrowed(columns, console.width)
        table = Table(*columns, title=Text(title, style="bold"), title_justify="left", box=SIMPLE)
        for line in zip(*columns.values(), strict=True):
            table.add_row(*map(Text, line))
        console.print(table)
    else:
        widths = [max(map(len, [name, *cells])) for name, cells in columns.items()]
        lines = [columns, *zip(*columns.values(), strict=True)]
        padded = ["  ".join(map(str.ljust, line, widths)).rstrip() for line in lines]
        console.print(Text("\n".join([title, *padded])), soft_wrap=True)
    if hidden:
        console.print(Text(f"too narrow for: {', '.join(hidden)}"), soft_wrap=True)
    for note in notes(board, shown=len(rows)):
        console.print(Text(note), soft_wrap=True)


def heading(board: Board) -> str:
    """Return what the table shows: `ton: macro-F1 at 500 labels; target 0.861`."""
    title = f"{one_line(board.dataset)}: {TITLES[board.metric]} at {board.at:,} labels"
    if board.budget is None:
        title += ", ranked by labels to the target, then by area under the curve"
    return f"{title}; the best row of each {board.by}" if board.by else title


def notes(board: Board, shown: int) -> list[str]:
    """Return the lines below the table: how to read it, and what is not in it."""
    lines = []
    target = board.target
    if target is None:
        lines.append(one_line(f"no target: {board.no_target}"))
    else:
        lines.append(
            f"target {target.value:.3f}; the reference scores {target.reference:.3f} with all "
            f"{target.n_labels:,} labels ({_repeats(target.n_repeats)})"
        )
    if board.n_repeats < ENOUGH:
        range_ = "; [lowest, highest] instead" if board.n_repeats > 1 else ""
        lines.append(f"no intervals: {_repeats(board.n_repeats)}{range_}")
    else:
        lines.append(
            "± is half of a 95 % Student-t interval over repeats; [lowest, highest] where there "
            f"are fewer than {ENOUGH}"
        )
    if board.rows["is_partial"].any():
        lines.append("* fewer repeats than the dataset has; nothing is imputed")
    if board.rows["latency_row_s"].notna().any():
        lines.append(
            "size, and latency of one row, in Python on the worker: the tuned models' median"
        )
    if board.rows["limited"].any():
        lines.append(
            f"{LIMITED} timeouts, out-of-memory or crashes among them: on another machine its "
            "numbers may be others"
        )
    if (board.rows["saved_n_seen"] > 0).any():
        lines.append(
            "saved: labels until the target, against chance on the same repeats; who never gets "
            "there counts as the largest budget"
        )
    hidden = len(board.rows) - shown
    if hidden:
        lines.append(f"{hidden} more row{'s' * (hidden > 1)}: --top {len(board.rows)}")
    return lines


def headline(found: Headline, board: Board) -> list[str]:
    """Return lines on the winner: scored where it was not chosen, and what may be as good.

    `board` has all rows. Nothing below five repeats, where `notes` says so already.
    """
    if found.n_repeats < ENOUGH:
        return []
    ranks = board.rows.set_index("curve")["rank"]
    what = f"{TITLES[found.metric]}"
    if found.by == "area":
        what = f"area under the {what} curve"
    first = (
        f"winner chosen without one repeat and scored on it: {what} {found.held_out:.3f} ± "
        f"{found.half:.3f} ({found.naive:.3f} on the repeats that chose it); "
        f"{found.chosen.get(found.winner, 0)} of {found.n_repeats} such choices fell on the first"
    )
    lines = [first]
    n, some = len(found.alike), ", ".join(f"{ranks[curve]:.0f}" for curve in found.alike[:MANY])
    if found.alike == (found.winner,):
        lines.append(f"no other row may be the best by {what}, at 95 %")
    elif n == 1:
        lines.append(f"only the row of rank {some} may be the best by {what}, at 95 %")
    elif n > 1:
        more = " ..." if n > MANY else ""
        lines.append(f"{n} rows may be the best by {what}, at 95 %: ranks {some}{more}")
    if found.labels_saved and found.labels_saved.n:
        saved = found.labels_saved
        sure = f" [{saved.low:,.0f}, {saved.high:,.0f}]"
        why = f" (no interval: {saved.why})" if saved.why else sure
        lines.append(f"labels saved against chance by winners so chosen: {saved.mean:,.0f}{why}")
    return lines


def narrowed(columns: dict[str, list[str]], width: int) -> list[str]:
    """Take out columns, the least needed first, until the rest fits; coverage always stays.

    Returns the names of those taken out.
    """
    hidden: list[str] = []
    for name in ("failures", "latency", "AUBC", "size", "no twins", "saved", "default"):
        wide = sum(max(map(len, [head, *cells])) + 3 for head, cells in columns.items())
        if wide > width and name in columns:
            del columns[name]
            hidden.append(name)
    return hidden


def _says_nothing(name: str, column: list[str]) -> bool:
    if name in PIPELINE:
        return len(column) > 1 and len(set(column)) == 1
    return set(column) <= {NOTHING, "0"}


def _repeats(n: int) -> str:
    return f"{n} repeat{'' if n == 1 else 's'}"
