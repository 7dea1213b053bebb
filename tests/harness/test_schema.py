import re

import pyarrow as pa
import pytest

from harness import parquet
from harness.errors import RunFolderError
from harness.schema import (
    AXES,
    LOWER_IS_BETTER,
    METRICS,
    SCHEMA_VERSION,
    STATUSES,
    TABLES,
    TIMING_AND_HOST,
    null_metrics,
    schema,
)

FIELDS = {f"{table}.{field.name}": field for table in TABLES for field in schema(table)}


def value_of(kind):
    if pa.types.is_list(kind):
        return [value_of(kind.value_type)]
    if pa.types.is_dictionary(kind):
        return "name"
    if pa.types.is_binary(kind):
        return b"\0\1"
    return pa.array([1]).cast(kind)[0].as_py() if not pa.types.is_string(kind) else "text"


@pytest.mark.parametrize("field", FIELDS.values(), ids=FIELDS)
def test_every_column_says_what_it_means(field):
    assert re.fullmatch(r"[a-z][a-z0-9_]*", field.name)
    assert len(field.metadata[b"description"]) > 3
    text = field.metadata[b"description"].decode()
    if "seconds" in text:
        assert field.name.endswith("_s")
        assert field.type == pa.float64()


@pytest.mark.parametrize("table", TABLES)
def test_every_table_says_its_name_and_version_and_has_each_column_once(table):
    metadata = schema(table).metadata
    assert metadata[b"fewlabels_table"] == table.encode()
    assert metadata[b"fewlabels_schema_version"] == str(SCHEMA_VERSION).encode()
    assert len(set(schema(table).names)) == len(schema(table).names)


@pytest.mark.parametrize("fill", ["null where it may be", "full"])
@pytest.mark.parametrize("table", TABLES)
def test_every_table_survives_parquet_with_its_types_and_meanings(table, fill, tmp_path):
    row = {
        field.name: None if field.nullable and fill != "full" else value_of(field.type)
        for field in schema(table)
    }
    sensible = {"metric": "mcc", "versions": "{}", "preparation": "{}", "removed": "{}"}
    row |= {name: value for name, value in sensible.items() if name in row}
    written = parquet.table_of(table, [row, row])
    (tmp_path / "x.parquet").write_bytes(parquet.encode(written))
    read = parquet.decode(tmp_path / "x.parquet", table)
    assert read.schema.equals(schema(table), check_metadata=True)
    assert read.to_pylist() == [row, row]


@pytest.mark.parametrize("prefix", ["val", "test", "test_novel"])
def test_trials_have_every_metric_of_every_kind_of_row(prefix):
    for name in METRICS:
        field = schema("trials").field(f"{prefix}_{name}")
        assert field.nullable
        assert field.type == pa.float64()


def test_work_that_did_not_end_well_has_every_metric_null():
    row = null_metrics("val", "test")
    assert set(row.values()) == {None}
    assert set(row) == {f"{prefix}_{name}" for prefix in ("val", "test") for name in METRICS}
    assert row.keys() <= set(schema("trials").names)


def test_the_metrics_where_less_is_better_are_metrics():
    assert set(METRICS) >= LOWER_IS_BETTER


def test_every_duration_is_a_timing_column_and_every_timing_column_is_somewhere():
    names = {field.name for field in FIELDS.values()}
    assert {name for name in names if name.endswith("_s")} <= TIMING_AND_HOST <= names


@pytest.mark.parametrize("table", ["acquisitions", "evaluations", "references", "trials"])
def test_outcomes_name_every_status(table):
    described = schema(table).field("status").metadata[b"description"].decode()
    assert described == "one of " + ", ".join(STATUSES)


@pytest.mark.parametrize("table", ["acquisitions", "rounds", "evaluations", "trials"])
def test_rows_of_a_curve_carry_the_names_of_all_axes(table):
    assert set(schema(table).names) >= {*AXES, "repeat", "acquisition_id"}


def test_an_unknown_table_is_a_key_error(tmp_path):
    with pytest.raises(KeyError):
        schema("results")
    (tmp_path / "x.parquet").write_bytes(parquet.encode(pa.table({"a": [1]})))
    with pytest.raises(RunFolderError, match="was not written by fewlabels"):
        parquet.decode(tmp_path / "x.parquet", "trials")
