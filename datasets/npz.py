"""Any table of numbers in an .npz file (NumPy), such as ADBench's."""

from __future__ import annotations

import hashlib
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from datasets import given_path
from datasets.card import Card
from datasets.dataset import Table
from datasets.errors import DatasetError
from datasets.plain_table import plain_table

CARD = Card(
    name="npz",
    title="A NumPy .npz file, by its path",
    about="Arrays X (rows x numbers) and y (labels), as numpy.savez writes them.",
    source="the file that `path` names",
    citation="that of the file",
    licence="that of the file",
)


def prepare(*, path: str) -> Table:
    """Return arrays X and y of the .npz file at `path`; all columns are numbers, NaN is missing.

    path: as given, from the current directory, or else below $FEWLABELS_TEST_DATA (if that is not
    set, ../shared/data beside the checkout).

    Pickled arrays are not read: they can run code. Raises `DatasetError`, naming the file, where
    it or an array is missing, or the arrays are no table.
    """
    file, content = given_path.read(path)
    try:
        X, y = _arrays(content, file)
    except DatasetError:
        raise
    except Exception as error:  # zipfile, zlib, lzma and tokenize have all their own
        raise DatasetError(f"{file} cannot be read as .npz: {error!s:.200}") from error
    return plain_table(X, y, hashlib.sha256(content).hexdigest(), str(file))


def _arrays(content: bytes, file: Path) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    arrays = np.load(BytesIO(content), allow_pickle=False)
    if not isinstance(arrays, np.lib.npyio.NpzFile):
        raise DatasetError(f"{file} holds a bare array; write it with numpy.savez(X=..., y=...)")
    missing = [name for name in ("X", "y") if name not in arrays]
    if missing:
        raise DatasetError(
            f"{file} holds no array {' and no array '.join(missing)}; "
            f"it holds: {', '.join(arrays.files) or 'nothing'}"
        )
    X, y = arrays["X"], arrays["y"]
    for name, array in (("X", X), ("y", y)):
        if not isinstance(array, np.ndarray):  # NumPy hands out the bytes of what is no .npy
            raise DatasetError(f"{file}: {name} is not an array as numpy.savez writes it")
    return X, y
