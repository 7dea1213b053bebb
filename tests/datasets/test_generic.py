"""`generic`: any table with a card beside it."""

import gzip
import hashlib
import zipfile
from itertools import product
from typing import Literal, get_args, get_origin, get_type_hints

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import csv as arrow_csv
from pyarrow import parquet

from datasets import DATASETS, cache, generic, rows, unsw_nb15
from datasets.errors import DatasetError
from datasets.imported import imported_dataset
from datasets.remarks import categories_of_numbers
from harness import corpus
from harness.plan import make_plan
from harness.spec import read_sweep
from tests.datasets.official_files import made_official

FLOWS = """\
ip,n,share,proto,state,kind,attack
10.0.0.1,1,0.5,tcp,-,normal,0
10.0.0.2,2,inf,udp,up,dos,1
10.0.0.1,-,nan,tcp,,normal,0
10.0.0.3, 4 ,1e3,17,down ,xss,1
"""
CARD = """\
labels = ["kind", "attack"]
normal = "normal"
missing = ["-"]
[identifiers]
ip = "the attackers are few"
"""

pytestmark = pytest.mark.usefixtures("cache_folder")


@pytest.fixture
def put(tmp_path):
    """Write a table and its card; return the table's path."""

    def put(table=FLOWS, card=CARD, name="flows.csv"):
        (tmp_path / "flows.toml").write_text(card)
        path = tmp_path / name
        path.write_bytes(table if isinstance(table, bytes) else table.encode())
        return path

    return put


def prepare(path, **params):
    return generic.prepare(path=str(path), **params)


def refusal(path, **params):
    with pytest.raises(DatasetError) as caught:
        prepare(path, **params)
    return str(caught.value)


def test_a_column_is_a_number_where_every_cell_is_one_and_a_category_otherwise(put):
    table = prepare(put())
    assert table.number_names == ("n", "share")
    np.testing.assert_array_equal(
        table.numbers, [[1, 0.5], [2, np.nan], [np.nan, np.nan], [4, 1000]]
    )
    assert table.category_names == ("proto", "state")
    assert table.categories == (("17", "tcp", "udp"), ("down", "up"))
    np.testing.assert_array_equal(table.codes, [[1, -1], [2, 1], [1, -1], [0, 0]])


def test_the_first_label_names_the_classes_and_no_label_is_a_feature(put):
    table = prepare(put(), features="all")
    assert table.classes == ("dos", "normal", "xss")
    np.testing.assert_array_equal(table.y, [1, 0, 1, 2])
    assert not {"kind", "attack"} & {*table.number_names, *table.category_names}


def test_identifiers_are_left_out_unless_asked_for(put):
    assert "ip" not in prepare(put()).category_names
    assert "ip" in prepare(put(), features="all").category_names


def test_what_is_useless_is_never_a_feature(put):
    path = put(card=CARD + '[useless]\nn = "the number of the row"\n')
    assert prepare(path, features="all").number_names == ("share",)


def test_the_card_may_type_some_columns_and_spell_labels_and_zeros(put):
    card = CARD + (
        '[columns]\nn = "category"\n[spellings]\nxss = "web"\ndos = "flood"\n'
        '[zero]\nstate = ["-", "", "down", "up"]\n'
    )
    table = prepare(put(card=card))
    assert table.classes == ("flood", "normal", "web")
    assert table.number_names == ("share", "state")
    np.testing.assert_array_equal(table.numbers[:, 1], 0)
    assert table.categories[0] == ("1", "2", "4")


def test_a_file_without_a_header_has_the_columns_of_its_card(put):
    body = FLOWS.partition("\n")[2]
    names = FLOWS.partition("\n")[0].split(",")
    columns = "".join(f'{name} = "category"\n' for name in names)
    table = prepare(put(body, card=f"has_header = false\n{CARD}[columns]\n{columns}"))
    assert len(table) == 4
    assert table.category_names == ("n", "share", "proto", "state")
    short = put(body, card=f'has_header = false\n{CARD}[columns]\nip = "category"\n')
    assert refusal(short).endswith(
        "flows.toml: without a header, columns must name all 7 columns of the table in their "
        "order; it names 1"
    )


def test_the_delimiter_and_the_encoding_may_be_others(put):
    table = FLOWS.replace(",", ";").replace("up", "öffen").encode("cp1252")
    path = put(table, card=f'delimiter = ";"\nencoding = "cp1252"\n{CARD}')
    assert prepare(path).categories[1] == ("down", "öffen")
    assert "cannot be read as CSV" in refusal(put(table, card=f'delimiter = ";"\n{CARD}'))


def test_text_gzip_zip_and_parquet_hold_the_same_rows(put, tmp_path):
    whole = prepare(put())
    put(gzip.compress(FLOWS.encode()), name="flows.csv.gz")
    put(name="flows.txt")
    with zipfile.ZipFile(tmp_path / "flows.zip", "w") as archive:
        archive.writestr("inside/any.csv", FLOWS)
        archive.writestr("__MACOSX/inside/._any.csv", b"\0")
    for name in ("flows.csv.gz", "flows.txt", "flows.zip"):
        table = prepare(tmp_path / name)
        assert table.content == whole.content
        np.testing.assert_array_equal(table.codes, whole.codes)
    parquet.write_table(arrow_csv.read_csv(tmp_path / "flows.csv"), tmp_path / "flows.parquet")
    table = prepare(tmp_path / "flows.parquet")
    assert table.content != whole.content
    np.testing.assert_array_equal(table.numbers, whole.numbers)
    np.testing.assert_array_equal(table.codes, whole.codes)


def test_the_content_is_that_of_the_table_and_of_what_the_card_makes_of_it(put, tmp_path):
    content = prepare(put()).content
    (tmp_path / "moved").mkdir()
    moved = tmp_path / "moved" / "other.csv"
    moved.write_text(FLOWS)
    moved.with_name("other.toml").write_text(CARD)
    assert prepare(moved).content == content
    for same in (CARD.replace("few", "many"), f'title = "Flows"\n{CARD}'):
        assert prepare(put(card=same)).content == content
    others = [
        prepare(put(card=CARD.replace('"-"', '"?"'))).content,
        prepare(put(card=CARD.partition("[identifiers]")[0] + '[useless]\nip = "x"\n')).content,
        prepare(put(FLOWS.replace("17", "icmp"))).content,
    ]
    assert len({content, *others}) == 4


def test_the_second_time_nothing_is_parsed(put, monkeypatch):
    first = prepare(put())
    monkeypatch.setattr(rows, "Rows", None)
    again = prepare(put())
    np.testing.assert_array_equal(again.numbers, first.numbers)
    assert prepare(put(), task="binary").classes == ("normal", "attack")


def test_what_is_damaged_in_the_cache_is_made_again(put):
    first = prepare(put())
    kept = cache.root() / "generic" / first.content / "table.parquet"
    kept.write_bytes(kept.read_bytes()[:-20])
    again = prepare(put())
    np.testing.assert_array_equal(again.numbers, first.numbers)
    assert cache.current("generic") is None


def choices():
    hints = get_type_hints(generic.prepare)
    options = {name: get_args(hint) for name, hint in hints.items() if get_origin(hint) is Literal}
    return [dict(zip(options, chosen, strict=True)) for chosen in product(*options.values())]


@pytest.fixture
def both_ways(tmp_path):
    """One made-up file as a dataset with a card of its own, and as generic."""
    official, path = made_official(unsw_nb15.CARD, tmp_path)
    known = imported_dataset(official)
    known.import_file(path)
    columns = "".join(f'{c.name} = "{c.dtype}"\n' for c in official.card.columns)
    path.with_suffix(".toml").write_text(
        'labels = ["attack_cat", "label"]\nnormal = "Normal"\nmissing = ["-"]\n'
        f'[useless]\nid = "row"\n[columns]\n{columns}'
    )
    return known.prepare, lambda **params: prepare(path, **params)


def test_every_preparation_is_that_of_an_imported_dataset(both_ways):
    imported, by_path = both_ways
    assert len(choices()) == 2 * 2 * 3 * 2 * 2 * 3
    for params in choices():
        one, other = imported(**params), by_path(**params)
        if params["balance"] == "none":  # rows are drawn by content, which differs
            np.testing.assert_array_equal(one.numbers, other.numbers)
            np.testing.assert_array_equal(one.codes, other.codes)
            np.testing.assert_array_equal(one.y, other.y)
        for name in ("number_names", "category_names", "classes", "encoding", "impute", "badges"):
            assert getattr(one, name) == getattr(other, name)
    for rows_ in (20, 60):
        assert len(imported(rows=rows_)) == len(by_path(rows=rows_)) == rows_


def test_it_takes_the_parameters_of_imported_datasets_and_a_path():
    of_generic = get_type_hints(generic.prepare)
    of_imported = get_type_hints(DATASETS["nsl_kdd"].prepare)
    assert of_generic == {**of_imported, "path": str}


@pytest.mark.parametrize(
    ("card", "message"),
    [
        ("labels = ", "flows.toml is no TOML: Invalid value (at end of document)"),
        ("", "flows.toml: labels is missing: the columns that name the class"),
        (
            'label = "kind"',
            (
                "flows.toml: no key 'label'; did you mean 'labels'?; labels is missing: the "
                "columns that name the class"
            ),
        ),
        (
            'labels = "kind"\nmissing = [1]\nencoding = "latin-99"\ndelimiter = "ab"',
            (
                'flows.toml: labels must be a list of columns, such as ["type", "label"], not '
                "'kind'; missing must be a list of spellings, such as [\"-\", \"?\"], not '[1]'; "
                "delimiter must be one character, not 'ab'; encoding must be the name of an "
                "encoding that extends ASCII, such as \"cp1252\", not 'latin-99'"
            ),
        ),
        (
            'labels = ["kind"]\n[columns]\nn = "number"',
            (
                "flows.toml: columns must be a table from column to int64, float64, flag, "
                "category, not \"{'n': 'number'}\""
            ),
        ),
        (
            'labels = ["Kind", "attack"]\n[identifiers]\nsrc_ip = "few"',
            (
                "flows.toml: labels: the table has no column 'Kind'; did you mean 'kind'?; "
                "identifiers: the table has no column 'src_ip'"
            ),
        ),
        (
            CARD.replace('"normal"', '"benign"'),
            (
                "flows.csv: no row has kind 'benign', which its card calls normal. Classes: dos, "
                "normal, xss"
            ),
        ),
        (
            CARD + '[columns]\nproto = "int64"',
            "flows.csv, line 2: proto is 'tcp', which is no whole number",
        ),
    ],
)
def test_a_card_that_does_not_fit_is_refused_with_all_that_is_wrong(put, card, message):
    path = put(card=card)
    assert refusal(path) == f"{path.parent}/{message}"


def test_a_table_without_a_card_says_how_to_begin_one(put, tmp_path):
    path = put()
    (tmp_path / "flows.toml").unlink()
    assert refusal(path) == (
        f"{path} has no card: write {tmp_path}/flows.toml beside it, or begin with: "
        f"fewlabels datasets new generic --from {path}"
    )
    spaced = path.rename(tmp_path / "my flows.csv")
    assert refusal(spaced).endswith(f"fewlabels datasets new generic --from '{spaced}'")


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (b"", " is empty"),
        (b"version https://git-lfs.github.com/spec/v1\n", " is a Git LFS pointer, not the file"),
        (b"<!DOCTYPE html>", " is a web page, not data"),
        ("ip,n,kind,attack\n", " holds no rows"),
        (FLOWS + "1,2\n", " cannot be read as CSV: CSV parse error: "),
        (FLOWS + "1,2\n", "Expected 7 columns, got 2: 1,2; the download may have broken off"),
        (FLOWS + "10.0.0.1,1,1,tcp,up,,1\n", ", line 6: no kind"),
        (
            FLOWS.replace(",", ";"),
            ": the header has one column: is the delimiter ';'? the card says ','",
        ),
        (gzip.compress(FLOWS.encode(), mtime=0)[:-12], " cannot be read ("),
        (b"PAR1" + FLOWS.encode(), " cannot be read as Parquet ("),
        (FLOWS.replace("ip,", ",", 1), "; the table has a column without a name, as pandas writes"),
    ],
)
def test_what_is_no_table_is_refused_and_nothing_is_kept(put, table, message):
    path = put(table)
    said = refusal(path)
    assert message in said
    assert str(path.parent) in said
    assert "\n" not in said
    assert not list(cache.root().rglob("*.parquet"))


def test_a_zip_of_several_tables_is_refused(put, tmp_path):
    put()
    with zipfile.ZipFile(tmp_path / "flows.zip", "w") as archive:
        archive.writestr("a.csv", FLOWS)
        archive.writestr("b.csv", FLOWS)
    path = tmp_path / "flows.zip"
    assert refusal(path) == f"{path} holds several tables (a.csv, b.csv); unpack it and name one"


def test_parquet_with_lists_is_refused(put, tmp_path):
    put()
    table = pa.table({"kind": ["a", "b"], "attack": [[1], [2]], "ip": ["x", "y"]})
    parquet.write_table(table, tmp_path / "flows.parquet")
    assert "flows.parquet cannot be read as Parquet: " in refusal(tmp_path / "flows.parquet")


def test_binary_needs_a_normal_class(put):
    path = put(card='labels = ["kind", "attack"]')
    assert refusal(path, task="binary") == (
        f"{path}: no class is normal, so there is no task normal against attack"
    )


def test_one_class_alone_is_refused(put):
    path = put("n,kind\n1,dos\n2,dos\n", card='labels = ["kind"]')
    assert refusal(path) == "all rows are of one class, dos; there is nothing to tell apart"


def test_a_label_with_too_many_values_is_none(put):
    rows_ = "".join(f"{i},{i}\n" for i in range(2000))
    path = put(f"n,kind\n{rows_}", card='labels = ["kind"]')
    assert refusal(path) == f"{path}: kind has 2,000 different values; that is no label"


def test_a_second_label_among_the_features_is_found(put):
    cells = [(i, i % 3, ["normal", "dos", "xss"][i % 3], int(i % 3 > 0)) for i in range(60)]
    table = "n,m,kind,attack\n" + "".join(f"{n},{n % 7},{kind},{y}\n" for n, _, kind, y in cells)
    card = 'labels = ["kind"]\n'
    path = put(table, card)
    assert refusal(path) == (
        f"{path}: each class of kind has one value of attack only, which says the class in other "
        f"words. In {path.with_suffix('.toml')}, put it under labels; or, if it is a feature, "
        "under leaky with the reason"
    )
    assert "attack" in prepare(put(table, card + '[leaky]\nattack = "why not"\n')).number_names


def test_the_place_of_the_table_is_no_part_of_an_id(sweeps, tmp_path):
    rng = np.random.default_rng(1)
    lines = [
        f"{a:.3f},{b}" for a, b in zip(rng.random(300), rng.choice(["a", "b"], 300), strict=True)
    ]
    content = "x,kind\n" + "\n".join(lines) + "\n"
    ids = []
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        path = tmp_path / folder / f"{folder}.csv"
        path.write_text(content)
        path.with_suffix(".toml").write_text('labels = ["kind"]\n')
        text = sweeps.text(datasets=[{"name": "generic", "path": str(path), "as": "mine"}])
        sweep = read_sweep(text)
        plan = make_plan(sweep, corpus.load(sweep))
        ids.append([acquisition.id for acquisition in plan.acquisitions])
    assert ids[0] == ids[1]
    assert hashlib.sha256(content.encode()).hexdigest() not in str(ids)


def test_lines_may_end_in_a_lone_carriage_return(put):
    table = prepare(put(FLOWS.replace("\n", "\r")))
    assert table.number_names == ("n", "share")
    assert len(table) == 4


def test_parquet_with_texts_that_are_no_utf8_is_refused(put, tmp_path):
    put()
    texts = pa.array([b"a\xff", b"b"]).view(pa.string())
    table = pa.table({"kind": ["a", "b"], "attack": ["0", "1"], "ip": texts})
    parquet.write_table(table, tmp_path / "flows.parquet")
    assert "Invalid UTF8" in refusal(tmp_path / "flows.parquet")


def test_a_category_nearly_all_of_whose_cells_are_numbers_is_found(put):
    cells = ["?" if i == 3 else f"{i}.5" for i in range(30)]
    body = "".join(f"{cell},{'tcp' if i % 2 else '6'},k{i % 2}\n" for i, cell in enumerate(cells))
    table = "pm,proto,kind\n" + body
    card = 'labels = ["kind"]\n[leaky]\nproto = "made so"\n'
    assert categories_of_numbers(prepare(put(table, card))) == {"pm": ["?"]}
    assert categories_of_numbers(prepare(put(table, f'missing = ["?"]\n{card}'))) == {}


def test_a_full_disk_is_no_fault_of_the_table(put, monkeypatch):
    from pyarrow import parquet

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(parquet.ParquetWriter, "write_batch", full)
    said = refusal(put())
    assert "cannot be written ([Errno 28] No space left on device)" in said
    assert "download" not in said
