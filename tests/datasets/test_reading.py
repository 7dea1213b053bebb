"""A card or code that reads otherwise makes another dataset, and never uses stale rows."""

from dataclasses import replace

import numpy as np
import pytest

from datasets import cache, nsl_kdd
from datasets.card import Card
from datasets.commands import app
from datasets.errors import DatasetError
from datasets.imported import imported_dataset
from datasets.official import Official
from datasets.rows import header
from tests.datasets.conftest import small_of


def otherwise(small, **changes):
    return imported_dataset(Official(replace(small.card, **changes)))


def retyped(card, name, dtype):
    columns = (replace(c, dtype=dtype) if c.name == name else c for c in card.columns)
    return tuple(columns)


@pytest.mark.parametrize(
    "change",
    [
        lambda card: {"columns": retyped(card, "src_port", "category")},
        lambda _: {"spellings": {"never": "dos"}},
        lambda _: {"identifiers": {"src_ip": "x"}},
        lambda _: {"useless": {"duration": "x"}},
        lambda _: {"normal": "dos"},
    ],
)
def test_a_changed_card_wants_the_files_again_and_gives_other_ids(small, change):
    small.import_()
    before = small.prepare()
    changed = otherwise(small, **change(small.card))
    with pytest.raises(DatasetError, match="its card, or the code that reads it, has changed"):
        changed.prepare()
    with pytest.raises(DatasetError, match="import it again"):
        cache.n_rows("ton_iot_network", changed.official.reading)
    changed.import_file(small.path, allow_unknown=True)
    assert changed.prepare().reading != before.reading
    with pytest.raises(DatasetError, match="has changed since the import"):
        small.prepare()


def test_reasons_prose_and_counts_change_nothing(small):
    small.import_()
    before = small.prepare()
    reasons = dict.fromkeys(small.card.identifiers, "another reason")
    same = otherwise(small, identifiers=reasons, title="Another", about="Other words")
    assert same.prepare().reading == before.reading


def test_code_that_repairs_cells_is_part_of_the_reading(small):
    def clean(texts, _source):
        return texts

    assert Official(small.card, clean=clean).reading != Official(small.card).reading


def test_official_bytes_under_the_name_of_others_are_refused(cache_folder):
    folder = cache_folder.parent / "kdd"
    folder.mkdir(parents=True)
    small = small_of(nsl_kdd.CARD, folder)
    train, test = folder / "KDDTrain+.txt", folder / "KDDTest+.txt"
    lines = test.read_bytes().splitlines(keepends=True)
    lines[3:5] = lines[4], lines[3]
    test.write_bytes(b"".join(lines))  # as many rows, other bytes
    small = small_of_files(nsl_kdd.CARD, folder)
    small.import_(folder)
    one, two = train.read_bytes(), test.read_bytes()
    train.write_bytes(two)
    test.write_bytes(one)
    with pytest.raises(DatasetError, match=r"is KDD\w+\+.txt by its checksum, but was taken for"):
        small.import_(folder)


def small_of_files(card, folder):
    """`small_of`, of the files that lie there already."""
    import hashlib

    from datasets.card import File
    from tests.datasets.conftest import Small

    files = tuple(
        File(f.name, None, hashlib.sha256((folder / f.name).read_bytes()).hexdigest(), f.side)
        for f in card.versions[0].files
    )
    version = replace(card.versions[0], files=files, is_certain=False)
    small = replace(card, versions=(version,))
    return Small(small, imported_dataset(Official(small)), folder / files[0].name)


def test_every_flipped_byte_of_the_cache_is_noticed(small, cache_folder):
    small.import_()
    (stored,) = cache_folder.glob("datasets/ton_iot_network/*/table.parquet")
    whole = stored.read_bytes()
    places = np.linspace(0, len(whole) - 1, 60).astype(int)
    for place in [*places, *range(len(whole) - 40, len(whole))]:
        flipped = bytearray(whole)
        flipped[place] ^= 0x10
        stored.write_bytes(flipped)
        with pytest.raises(DatasetError, match="is damaged"):
            small.prepare()
    stored.write_bytes(whole)
    assert len(small.prepare()) == 120


def test_what_killed_imports_left_is_swept_after_a_day(small, cache_folder):
    import os

    folder = cache_folder / "datasets" / "ton_iot_network"
    folder.mkdir(parents=True)
    (folder / ".incoming.old").write_bytes(b"half")
    (folder / ".incoming.new").write_bytes(b"half")
    os.utime(folder / ".incoming.old", (0, 0))
    small.import_()
    assert not (folder / ".incoming.old").exists()
    assert (folder / ".incoming.new").exists()


@pytest.mark.parametrize(
    ("line", "names"),
    [
        (b"a,a,a.1,label", ["a", "a.2", "a.1", "label"]),
        (b"a.1,a,a,a", ["a.1", "a", "a.2", "a.3"]),
        (b"a,b,a", ["a", "b", "a.1"]),
    ],
)
def test_no_two_columns_share_a_name(line, names):
    assert header(line + b"\n1,2,3,4\n") == names


def test_whole_numbers_that_would_be_rounded_are_refused(small):
    lines = small.path.read_bytes().split(b"\r\n")
    cells = lines[4].split(b",")
    cells[7] = b"9007199254740993"
    lines[4] = b",".join(cells)
    path = small.path.with_name("large.csv")
    path.write_bytes(b"\r\n".join(lines))
    with pytest.raises(DatasetError, match=r"line 5: src_bytes is 9007199254740993, too large"):
        small.import_(path, allow_unknown=True)


def test_lines_are_counted_with_the_blank_ones(small):
    lines = small.path.read_bytes().split(b"\r\n")
    cells = lines[9].split(b",")
    cells[7] = b"1_000"
    blank = b"," * 43
    path = small.path.with_name("blank.csv")
    path.write_bytes(b"\r\n".join([*lines[:3], blank, blank, *lines[3:9], b",".join(cells)]))
    with pytest.raises(DatasetError, match="line 12: src_bytes is '1_000', which is no whole"):
        small.import_(path, allow_unknown=True)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"mising": ["-"]}, "no key 'mising'; did you mean 'missing'"),
        ({"identifiers": {"prot": "x"}}, "identifiers: no column 'prot'; did you mean 'proto'"),
        ({"normal": "Normal"}, "normal: no class 'Normal'; did you mean 'normal'"),
        ({"spellings": {"x": "do"}}, "spellings: no class 'do'; did you mean 'dos'"),
        ({"title": ""}, "title: fill it in"),
    ],
)
def test_a_card_that_speaks_of_what_is_not_there_is_refused(change, message):
    whole = {
        **dict.fromkeys(("name", "title", "about", "source", "citation", "licence"), "t"),
        "labels": ["type"],
        "normal": "normal",
        "columns": {"proto": "category", "type": "category"},
        "versions": [{"classes": {"normal": 2, "dos": 1}}],
    }
    Card.of(whole)
    with pytest.raises(DatasetError, match=message):
        Card.of({**whole, **change})


def test_list_says_that_a_card_has_changed(small, monkeypatch):
    from typer.testing import CliRunner

    from datasets import DATASETS

    small.import_()
    changed = otherwise(small, useless={"duration": "x"})
    monkeypatch.setitem(DATASETS, "ton_iot_network", changed)
    said = CliRunner().invoke(app, ["list"], catch_exceptions=False).output
    assert "read by another card or version: import it again" in said
