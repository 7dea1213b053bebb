import hashlib

import numpy as np
import pytest

from datasets import ton_iot_network, ton_iot_synthetic
from datasets.errors import DatasetError
from datasets.traffic_modes import MODES


@pytest.fixture(scope="module")
def table():
    return ton_iot_synthetic.prepare()


def test_its_rows_never_change(table):
    """Fails when a row changes: then GENERATOR goes up, as every result on it is another."""
    digest = hashlib.sha256()
    for array in (table.numbers, table.codes, table.y):
        digest.update(array.astype(array.dtype.newbyteorder("<")).tobytes())
    digest.update(repr(table.categories).encode())
    assert ton_iot_synthetic.GENERATOR == "ton_iot_synthetic 1"
    assert digest.hexdigest() == "40210f183774bc9e44c3d9cc7063684412322b4a537ee42e18d0b57f636c8eef"


def test_has_the_classes_and_the_proportions_of_ton_iot(table):
    assert set(table.classes) == set(ton_iot_network.CARD.classes)
    assert ton_iot_network.CARD.classes == ton_iot_synthetic.LIKE_TON_IOT
    share = np.bincount(table.y) / len(table)
    official = np.array([ton_iot_network.CARD.classes[name] for name in table.classes])
    np.testing.assert_allclose(share, official / official.sum(), atol=1 / len(table))


def test_the_card_counts_its_classes(table):
    counts = dict(zip(table.classes, np.bincount(table.y).tolist(), strict=True))
    assert counts == ton_iot_synthetic.CARD.classes


def test_its_columns_are_named_as_ton_iots():
    official = {column.name: column.kind for column in ton_iot_network.CARD.features}
    ours = {column.name: column.kind for column in ton_iot_synthetic.CARD.features}
    assert ours.items() <= official.items()


def test_over_two_fifths_of_the_rows_repeat_an_earlier_one(table):
    dropped = ton_iot_synthetic.prepare(duplicates="drop")
    assert dropped.removed["duplicates"] + len(dropped) == len(table)
    assert 0.40 < dropped.removed["duplicates"] / len(table) < 0.60


def test_has_missing_numbers_and_missing_categories(table):
    assert 0.05 < np.isnan(table.numbers).mean() < 0.5
    assert 0.05 < (table.codes == -1).mean() < 0.9


def test_has_heavy_tails(table):
    src_bytes = table.numbers[:, table.number_names.index("src_bytes")]
    assert np.nanmax(src_bytes) > 1000 * np.nanmedian(src_bytes)


def test_some_rows_belong_to_two_classes(table):
    rows = np.column_stack([np.nan_to_num(table.numbers, nan=-1), table.codes])
    _, group = np.unique(rows, axis=0, return_inverse=True)
    kinds = np.unique(np.column_stack([group.ravel(), table.y]), axis=0)
    assert np.bincount(kinds[:, 0]).max() > 1


def test_the_shares_of_each_class_add_up():
    assert {name: sum(mode.share for mode in modes) for name, modes in MODES.items()} == (
        dict.fromkeys(MODES, 1000)
    )


@pytest.mark.parametrize("rows", [500, 1_234, 30_000])
def test_any_number_of_rows_holds_every_class(rows):
    table = ton_iot_synthetic.prepare(rows=rows)
    assert len(table) == rows
    assert np.bincount(table.y, minlength=10).min() >= 2


@pytest.mark.parametrize("rows", [499, 1_000_001, 2_000.0, True, "all"])
def test_refuses_other_numbers_of_rows(rows):
    with pytest.raises(DatasetError, match="is not a whole number from 500 to 1,000,000"):
        ton_iot_synthetic.prepare(rows=rows)


def test_content_tells_sizes_apart_but_not_views(table):
    assert ton_iot_synthetic.prepare(task="binary").content == table.content
    assert ton_iot_synthetic.prepare(rows=600).content != table.content


def test_a_forest_learns_most_of_it_but_not_all(table):
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.metrics import f1_score
    from sklearn.model_selection import train_test_split

    X = np.column_stack([np.nan_to_num(table.numbers, nan=-1), table.codes])
    train, test = train_test_split(
        np.arange(len(table)), test_size=0.2, stratify=table.y, random_state=0
    )
    forest = RandomForestClassifier(40, random_state=0).fit(X[train], table.y[train])
    assert 0.90 < f1_score(table.y[test], forest.predict(X[test]), average="macro") < 0.97


def test_says_that_it_is_made_up():
    about = ton_iot_synthetic.CARD.about
    assert about.startswith("Synthetic: made by fewlabels")
    assert "says nothing about real traffic" in about
