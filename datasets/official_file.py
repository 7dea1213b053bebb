"""The bytes of an official download, however it lies on disk, if it can be that download at all."""

from __future__ import annotations

import gzip
import zipfile
import zlib
from io import BytesIO
from pathlib import Path, PurePosixPath

from datasets.errors import DatasetError

PACKINGS = ("", ".gz", ".zip")


def read_official(path: Path, name: str) -> bytes:
    """Return the unpacked bytes of `path`: the file itself, gzipped, zipped, or a folder with it.

    The file may have any name; `name`, the official one, is what is looked for in a folder, and
    in a zip that holds several files. What a file is packed in is read from its first bytes.

    Raises `DatasetError` where there is nothing to read, or where the bytes are a stand-in for
    the file: a Git LFS pointer, a web page.
    """
    if not path.exists():
        raise DatasetError(f"there is no {path}")
    if path.is_dir():
        path = _find(path, name)
    try:
        content = _unpack(path.read_bytes(), path, name)
    except (OSError, EOFError, RuntimeError, zlib.error, zipfile.BadZipFile) as error:
        raise DatasetError(
            f"{path} cannot be read ({error}); the download may be incomplete: get it again"
        ) from error
    _refuse_stand_ins(content, path, name)
    return content


def _find(folder: Path, name: str) -> Path:
    wanted = {(name + packing).lower() for packing in PACKINGS}
    found = sorted(p for p in folder.rglob("*") if p.name.lower() in wanted and p.is_file())
    exact = [p for p in found if p.name.startswith(name)]  # an official sibling may differ by case
    found = exact or found
    if not found:
        raise DatasetError(f"{folder} holds no {name}, nor {name}.gz or {name}.zip")
    if len(found) > 1:
        raise DatasetError(f"{folder} holds several: {', '.join(map(str, found[:4]))}; name one")
    return found[0]


def _unpack(content: bytes, path: Path, name: str) -> bytes:
    if content.startswith(b"\x1f\x8b"):
        return gzip.decompress(content)
    if not content.startswith(b"PK\x03\x04"):
        return content
    suffix = PurePosixPath(name).suffix
    with zipfile.ZipFile(BytesIO(content)) as archive:
        files = [
            member
            for member in archive.namelist()
            if member.lower().endswith(suffix) and not member.startswith("__MACOSX/")
        ]
        named = [member for member in files if PurePosixPath(member).name == name]
        match named or files:
            case [member]:
                return archive.read(member)
            case []:
                raise DatasetError(f"{path} holds no {suffix} file")
            case several:
                raise DatasetError(
                    f"{path} holds several {suffix} files ({', '.join(several[:4])}); "
                    f"unpack it and name the one that is {name}"
                )


def _refuse_stand_ins(content: bytes, path: Path, name: str) -> None:
    if not content.strip():
        raise DatasetError(f"{path} is empty")
    if content.startswith(b"version https://git-lfs"):
        raise DatasetError(
            f"{path} is a Git LFS pointer, not {name} itself: a repository that keeps it outside "
            "Git was cloned without it. Run `git lfs pull` there, or download the file"
        )
    if content.lstrip()[:1] == b"<":
        raise DatasetError(
            f"{path} is a web page, not {name}: the site answered with a page (a login, perhaps); "
            "open it in a browser and save the file itself"
        )
