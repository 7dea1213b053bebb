"""Values that a column's type allows and no reader can use are damage, named by table and row."""

import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from harness.errors import RunFolderError
from harness.store import RunFolder
from harness.verify import verify
from reports.results import read

GOLDEN = Path(__file__).parents[1] / "golden" / "runs"


@pytest.fixture
def folder(tmp_path):
    shutil.copytree(GOLDEN / "version_2", tmp_path / "run")
    return RunFolder.open(tmp_path / "run")


def put(folder, table, column, value):
    """Give the last row of `table` another value in `column`, whatever the store would say."""
    path = folder.root / table / "000001.parquet"
    stored = pq.read_table(path)
    values = [*stored.column(column).to_pylist()[:-1], value]
    field = stored.schema.field(column)
    if isinstance(value, bytes):
        raw = [v if isinstance(v, bytes) else v.encode() for v in values]
        array = pa.Array.from_buffers(pa.string(), len(raw), pa.array(raw, pa.binary()).buffers())
    else:
        array = pa.array(values, field.type)
    at = stored.column_names.index(column)
    changed = stored.set_column(at, field.with_nullable(True), array)
    pq.write_table(changed, path)
    return path, len(stored) - 1


VALUES = {  # table, column, value, what is said
    "no json": ("environments", "versions", "numpy 2", "row {}: versions is no JSON object"),
    "a list": ("environments", "versions", "[1]", "row {}: versions is no JSON object"),
    "deep": ("environments", "versions", "[" * 200_000, "row {}: versions is no JSON object"),
    "no preparation": ("datasets", "preparation", "null", "row {}: preparation is no JSON object"),
    "nothing removed": ("datasets", "removed", "", "row {}: removed is no JSON object"),
    "fewer classes": ("datasets", "classes", ["normal"], "row {}: 1 classes and 10 counts"),
    "no name of a class": (
        "datasets",
        "classes",
        [*"abcdefghi", None],
        "row {}: a class without a",
    ),
    "no count": (
        "datasets",
        "counts",
        [1, None, *range(8)],
        "row {}: a class without a name or a count",
    ),
    "no such metric": ("trials", "metric", "nope", "row {}: no metric is called 'nope'"),
    "a null": ("trials", "metric", None, "Casting field 'metric' with null values"),
    "no text": ("datasets", "title", b"\xff", "title: "),
}


@pytest.mark.parametrize("kind", VALUES)
def test_a_value_that_no_reader_can_use_is_damage_that_names_table_and_row(folder, kind):
    table, column, value, says = VALUES[kind]
    path, row = put(folder, table, column, value)
    says = f"{path} is damaged ({says.format(row)}"
    with pytest.raises(RunFolderError) as refused:
        read(folder.root)
    assert str(refused.value).startswith(says)
    (line,) = verify(folder).findings
    assert line.startswith(says)
    with folder.writing() as (line,):
        assert line.startswith(says)
    read(folder.root)


def test_a_component_file_that_is_no_text_is_named(folder):
    (folder.root / "components").mkdir()
    path = folder.root / "components" / "m.py"
    path.write_bytes(b"COMPONENTS = '\xff'")
    with pytest.raises(RunFolderError, match=f"{path} is damaged .*utf-8"):
        read(folder.root)
    (line,) = verify(folder).findings
    assert line.startswith(f"{path} is damaged (")
