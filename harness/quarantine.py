"""Files that do not hold what they should: set aside, so that a run can go on without them."""

from __future__ import annotations

from pathlib import Path

from harness import durable, parquet
from harness.errors import DamagedFile
from harness.table_files import OURS, TableFiles, visible

FOLDER = "quarantine"


def clear(files: TableFiles) -> list[str]:
    """Set aside each file of a table that cannot be used; a line for each, saying why.

    An empty file takes its place, so a kill in between leaves the damaged one to be found again,
    and numbers stay without gaps. Files of an older version are written again as of today. Raises
    `OSError`, and `RunFolderError` for a file of a newer fewlabels: that one is not damaged.
    """
    if not files.folder.is_dir():
        return []
    lines = []
    numbers = set()
    for name in visible(files.folder):
        if OURS.fullmatch(name):
            numbers.add(int(name[:6]))
        else:
            path = files.folder / name
            durable.rename(path, target := _place(files.root, path))
            lines.append(f"{path} is no file of this table; it is now {target}")
    empty = parquet.encode(parquet.table_of(files.table, []))
    for number in range(1, 1 + max(numbers, default=0)):
        path = files.path(number)
        if number not in numbers:
            files.put({number: empty})
            lines.append(f"{path} is missing; what it held is computed again")
            continue
        try:
            content, is_older = parquet.decode_any(path, files.table)
        except DamagedFile as error:
            target = copied(files.root, path)
            files.put({number: empty})
            why = str(error).partition("; ")[0]
            lines.append(f"{why}; it is now {target}, and what it held is computed again")
        else:
            if is_older:
                files.put({number: parquet.encode(content)})
    return lines


def copied(root: Path, path: Path) -> Path:
    """Put the file `path` of the run folder `root` among those set aside, too; return where."""
    target = _place(root, path)
    durable.link(path, target)
    durable.sync_folder(target.parent)
    return target


def _place(root: Path, path: Path) -> Path:
    """A free name for `path` among those set aside, in a folder that is there."""
    folder = root / FOLDER / path.relative_to(root).parent
    folder.mkdir(parents=True, exist_ok=True)
    taken = {path.name for path in folder.iterdir()}
    names = (f"{path.stem}.{n}{path.suffix}" if n else path.name for n in range(len(taken) + 1))
    return folder / next(name for name in names if name not in taken)
