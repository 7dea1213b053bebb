"""Columns that say the class in other words, such as 0 and 1 beside the name of the attack."""

from __future__ import annotations

from collections.abc import Container
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

ROWS_PER_CLASS = 10  # on average; with fewer, a column may be constant in each class by chance


class LabelCopies:
    """Looks for columns that have one value in all rows of a class, but not in all rows."""

    def __init__(self, label: str, exempt: Container[str] = ()) -> None:
        self._label = label
        self._exempt = exempt
        self._values: dict[str, dict[Any, Any]] | None = None  # column -> class -> its value
        self._n_rows = 0

    def look(self, batch: pa.RecordBatch) -> None:
        """Take the rows of `batch` into account; all batches have the same columns."""
        import pyarrow as pa

        if self._values is None:
            others = [n for n in batch.schema.names if n != self._label and n not in self._exempt]
            self._values = {name: {} for name in others}
        self._n_rows += batch.num_rows
        label = batch.column(self._label)
        for name, values in list(self._values.items()):
            pairs = pa.table({"class": label, "value": batch.column(name)})
            distinct = pairs.group_by(["class", "value"]).aggregate([]).to_pylist()
            if not all(values.setdefault(p["class"], p["value"]) == p["value"] for p in distinct):
                del self._values[name]

    def found(self) -> list[str]:
        """The columns that are such copies, as far as enough rows were seen to tell."""
        return [
            name
            for name, values in (self._values or {}).items()
            if len(set(values.values())) > 1 and self._n_rows >= ROWS_PER_CLASS * len(values)
        ]
