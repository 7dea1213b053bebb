"""How many bytes a model keeps, for one that does not say it itself."""

from __future__ import annotations

import pickle
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any

import numpy as np

_CODE = (type, FunctionType, BuiltinFunctionType, ModuleType)


def pickled_bytes(model: Any) -> int | None:
    """Bytes of the arrays and byte strings that pickling `model` would write.

    None where it cannot be pickled, or has none of them and keeps what it knows in another way.

    Each array is counted once, as large as it is (`nbytes`). Names, settings, plain numbers and
    code are not: how long they are when pickled hangs on which strings happen to be one object,
    so that two equal models may differ.
    """
    scale = _Scale()
    try:
        scale.dump(model)
    except Exception:  # noqa: BLE001 - whatever a foreign object raises, its size is not known
        return None
    return scale.n_bytes or None


class _Nowhere:
    def write(self, data: Any) -> int:
        return len(data)


class _Scale(pickle.Pickler):
    """Walks through an object as pickling does, weighs its arrays and writes nothing."""

    def __init__(self) -> None:
        super().__init__(_Nowhere(), protocol=5)
        self.n_bytes = 0
        self._weighed: dict[int, Any] = {}  # by id, kept so that no id is used twice

    def persistent_id(self, obj: Any) -> str | None:
        """Take arrays, bytes and code out of the pickle's hands."""
        if isinstance(obj, _CODE):
            return "code"
        is_array = isinstance(obj, np.ndarray) and not obj.dtype.hasobject
        if not is_array and not isinstance(obj, (bytes, bytearray)):
            return None
        if id(obj) not in self._weighed:
            self._weighed[id(obj)] = obj
            self.n_bytes += obj.nbytes if is_array else len(obj)
        return "weighed"

    def reducer_override(self, obj: Any) -> Any:
        """Take an array of objects for a list of them: numpy would add a byte of its own."""
        if isinstance(obj, np.ndarray) and obj.dtype.hasobject:
            return list, (obj.tolist(),)
        return NotImplemented
