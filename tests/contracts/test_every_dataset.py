"""What every entry of DATASETS promises. A new dataset is tested by being listed.

One that is imported is tested on small made-up files in its official layout (`MADE`); one that
takes a path needs an entry in PATHS.
"""

from typing import Literal, get_args, get_origin, get_type_hints

import numpy as np
import pytest

from datasets import DATASETS
from tests.datasets.made_every import MADE


def libsvm_file(folder):
    path = folder / "table.libsvm"
    path.write_text("2 1:0.5 3:2\n-1 2:1\n2 1:0.5 3:2\n0.5 1:3\n")
    return path


def npz_file(folder):
    path = folder / "table.npz"
    np.savez(path, X=np.array([[1.0, np.nan], [2, 3], [1, np.nan]]), y=np.array([1, 0, 1]))
    return path


def table_with_card(folder):
    path = folder / "table.csv"
    rows = ["80,tcp,normal", "53,udp,normal", ",udp,dos", "1,-,dos", "1,-,dos", "22,-,xss"]
    path.write_text("\n".join(["port,proto,kind", *rows]) + "\n")
    path.with_suffix(".toml").write_text('labels = ["kind"]\nnormal = "normal"\nmissing = ["-"]\n')
    return path


PATHS = {"generic": table_with_card, "libsvm": libsvm_file, "npz": npz_file}


def choices(dataset):
    """Return what its parameters may be: each value alone, and each with the binary task."""
    hints = get_type_hints(dataset.prepare)
    options = {name: get_args(hint) for name, hint in hints.items() if get_origin(hint) is Literal}
    alone = [{name: value} for name, values in options.items() for value in values]
    binary = [{"task": "binary"} | one for one in alone] if "task" in options else []
    return [{}, *alone, *binary]


@pytest.fixture(params=DATASETS, scope="module")
def dataset(request, folder):
    """An entry of DATASETS, ready to be prepared with its choices."""
    name = request.param
    entry = DATASETS[name]
    if entry.import_file is not None:
        (folder / name).mkdir()
        assert name in MADE, f"add {name} to MADE in tests/datasets/made_every.py"
        MADE[name](folder / name)
        entry.import_file(folder / name, allow_unknown=True)
    return entry


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Where files and the cache lie."""
    made = tmp_path_factory.mktemp("official")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FEWLABELS_CACHE", str(made / "cache"))
        yield made


@pytest.fixture(scope="module")
def prepare(dataset, folder):
    """Its `prepare`, with a path where it needs one."""
    if dataset.card.name not in PATHS:
        return dataset.prepare
    path = str(PATHS[dataset.card.name](folder))
    return lambda **params: dataset.prepare(path=path, **params)


@pytest.fixture(scope="module")
def tables(dataset, prepare):
    return [prepare(**params) for params in choices(dataset)]


def test_its_card_is_filed_under_its_name(dataset):
    card = dataset.card
    assert DATASETS[card.name] is dataset
    assert all([card.title, card.about, card.source, card.citation, card.licence])


def test_shapes_and_dtypes_agree(tables):
    for table in tables:
        n = len(table)
        assert table.numbers.shape == (n, len(table.number_names))
        assert table.codes.shape == (n, len(table.category_names))
        assert table.y.shape == table.strata.shape == (n,)
        assert len(table.categories) == len(table.category_names)
        assert table.numbers.dtype == np.float64
        assert table.codes.dtype == np.int32
        assert table.y.dtype == table.strata.dtype == np.int64
        assert table.numbers.flags.c_contiguous
        assert table.codes.flags.c_contiguous
        assert not np.isinf(table.numbers).any()


def test_codes_lie_within_sorted_categories(tables):
    for table in tables:
        for codes, spellings in zip(table.codes.T, table.categories, strict=True):
            assert list(spellings) == sorted(set(spellings))
            assert codes.min() >= -1
            assert set(range(len(spellings))) == set(codes) - {-1}


def test_every_class_has_rows(tables):
    for table in tables:
        assert len(set(table.classes)) == len(table.classes) >= 2
        assert set(table.y) == set(range(len(table.classes)))


def test_no_label_is_among_the_columns(dataset, tables):
    for table in tables:
        names = [*table.number_names, *table.category_names]
        assert len(set(names)) == len(names)
        assert not set(names) & set(dataset.card.labels)


def test_rows_of_one_stratum_have_one_class(tables):
    for table in tables:
        pairs = set(zip(table.strata.tolist(), table.y.tolist(), strict=True))
        assert len(pairs) == len(set(table.strata.tolist()))


def test_kept_rows_have_the_same_strata_whatever_is_asked_of_them(dataset, prepare):
    kept = [
        prepare(**params)
        for params in choices(dataset)
        if params.get("duplicates", "keep") == "keep" and params.get("balance", "none") == "none"
    ]
    for table in kept[1:]:
        np.testing.assert_array_equal(table.strata, kept[0].strata)


def test_all_preparations_have_one_content(tables):
    assert {table.content for table in tables} == {tables[0].content}
    assert len(tables[0].content) == 64
    assert set(tables[0].content) <= set("0123456789abcdef")


def test_what_is_removed_is_counted(dataset, prepare):
    for params in choices(dataset):
        if params.get("duplicates") == "drop" and params.get("balance", "none") == "none":
            table, whole = prepare(**params), prepare(**{**params, "duplicates": "keep"})
            assert len(table) + table.removed["duplicates"] == len(whole)
            rows = np.column_stack([np.nan_to_num(table.numbers, nan=-1), table.codes, table.y])
            assert len(np.unique(rows, axis=0)) == len(table)


def test_the_same_is_prepared_twice(dataset, prepare):
    for params in choices(dataset):
        first, again = prepare(**params), prepare(**params)
        for name in ("numbers", "codes", "y", "strata"):
            np.testing.assert_array_equal(getattr(first, name), getattr(again, name))
        for name in ("number_names", "category_names", "categories", "classes", "removed"):
            assert getattr(first, name) == getattr(again, name)
