"""npz and libsvm: files by path."""

import hashlib

import numpy as np
import pytest

from datasets import libsvm, npz
from datasets.errors import DatasetError


@pytest.fixture
def saved(tmp_path):
    """Save arrays and return the path as a text."""

    def save(**arrays):
        np.savez(tmp_path / "table.npz", **arrays)
        return str(tmp_path / "table.npz")

    return save


def refusal(prepare, path):
    with pytest.raises(DatasetError) as caught:
        prepare(path=str(path))
    return str(caught.value)


def test_npz_holds_numbers_and_names_classes_after_their_labels(saved, tmp_path):
    path = saved(X=np.array([[1, 2], [3, 4], [5, 6]]), y=np.array([1.0, -1.0, 1.0]))
    table = npz.prepare(path=path)
    np.testing.assert_array_equal(table.numbers, [[1, 2], [3, 4], [5, 6]])
    assert table.number_names == ("x1", "x2")
    assert table.codes.shape == (3, 0)
    assert table.classes == ("-1", "1")
    np.testing.assert_array_equal(table.y, [1, 0, 1])
    assert table.content == hashlib.sha256((tmp_path / "table.npz").read_bytes()).hexdigest()


@pytest.mark.parametrize(
    ("y", "classes"),
    [
        ([2, 10, 2], ("2", "10")),
        ([0.5, 0.25, 0.5], ("0.25", "0.5")),
        ([True, False, True], ("False", "True")),
        (["xss", "dos", "xss"], ("dos", "xss")),
        ([[3], [4], [3]], ("3", "4")),
    ],
)
def test_classes_are_in_the_order_of_their_labels(saved, y, classes):
    assert npz.prepare(path=saved(X=np.eye(3), y=np.array(y))).classes == classes


def test_nan_in_features_is_missing(saved):
    table = npz.prepare(path=saved(X=np.array([[np.nan], [1.0]]), y=np.array([0, 1])))
    assert np.isnan(table.numbers[0, 0])


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"data": np.eye(2)}, "holds no array X and no array y; it holds: data"),
        ({"X": np.eye(2)}, "holds no array y; it holds: X"),
        ({"X": np.eye(2), "y": np.array([1.0, np.nan])}, "1 of 2 labels are NaN or infinite"),
        ({"X": np.eye(2), "y": np.array([1, 1])}, "all labels are 1; it takes two classes"),
        ({"X": np.array([["a"], ["b"]]), "y": np.array([0, 1])}, "X must hold numbers, not <U1"),
        ({"X": np.array([[1j], [2]]), "y": np.array([0, 1])}, "X must hold numbers, not complex"),
        ({"X": np.eye(2), "y": np.array([1j, 2])}, "y must hold numbers or texts, not complex"),
        ({"X": np.eye(3), "y": np.array([0, 1])}, "X is (3, 3), y is (2,)"),
        ({"X": np.ones(2), "y": np.array([0, 1])}, "X is (2,), y is (2,)"),
        ({"X": np.ones((2, 0)), "y": np.array([0, 1])}, "X is (2, 0), y is (2,)"),
        ({"X": np.array([[1.0, 2], [3, np.inf]]), "y": np.array([0, 1])}, "X[1, 1] is infinite"),
    ],
)
def test_refuses_what_is_no_table_and_says_why(saved, arrays, message):
    path = saved(**arrays)
    said = refusal(npz.prepare, path)
    assert said.startswith(path)
    assert message in said


def test_never_unpickles(saved):
    path = saved(X=np.eye(2), y=np.array([0, None], dtype=object))
    assert "cannot be read as .npz: Object arrays cannot be loaded" in refusal(npz.prepare, path)


def test_refuses_other_files(tmp_path):
    np.save(tmp_path / "bare.npy", np.eye(2))
    assert "holds a bare array" in refusal(npz.prepare, tmp_path / "bare.npy")
    (tmp_path / "text.npz").write_text("not an archive")
    assert "cannot be read as .npz" in refusal(npz.prepare, tmp_path / "text.npz")
    (tmp_path / "torn.npz").write_bytes(b"PK\x03\x04 torn")
    assert "cannot be read as .npz" in refusal(npz.prepare, tmp_path / "torn.npz")


def test_libsvm_fills_what_lines_leave_out_with_zero(tmp_path):
    path = tmp_path / "table.libsvm"
    path.write_text("+1 1:0.5 3:2\n-1 2:1\n")
    table = libsvm.prepare(path=str(path))
    np.testing.assert_array_equal(table.numbers, [[0.5, 0, 2], [0, 1, 0]])
    assert table.classes == ("-1", "1")
    np.testing.assert_array_equal(table.y, [1, 0])
    assert table.content == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("text", ["a,b\n1,2\n", "nan 1:1\n1 1:1\n", "1 1:1\n1 1:2\n", ""])
def test_libsvm_refuses_other_texts_and_names_the_file(tmp_path, text):
    path = tmp_path / "table.libsvm"
    path.write_text(text)
    assert refusal(libsvm.prepare, path).startswith(str(path))


def test_libsvm_refuses_what_is_too_wide_to_be_dense(tmp_path):
    path = tmp_path / "wide.libsvm"
    path.write_text("1 2000000000:1\n0 1:1\n")
    assert "2 x 2,000,000,000 values are too many" in refusal(libsvm.prepare, path)


@pytest.mark.parametrize("prepare", [npz.prepare, libsvm.prepare])
def test_a_missing_file_is_sought_in_two_places(prepare, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FEWLABELS_TEST_DATA", str(tmp_path / "data"))
    said = refusal(prepare, "x/table.npz")
    there, below = tmp_path / "x" / "table.npz", tmp_path / "data" / "x" / "table.npz"
    assert said == f"path: there is no file {there} nor {below}"
    monkeypatch.delenv("FEWLABELS_TEST_DATA")
    said = refusal(prepare, "x/table.npz")
    assert said.startswith(f"path: there is no file {there} ($FEWLABELS_TEST_DATA, where")


def test_a_relative_path_may_lie_below_the_test_data(tmp_path, monkeypatch):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "t.libsvm").write_text("1 1:1\n0 1:2\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FEWLABELS_TEST_DATA", str(tmp_path / "data"))
    assert len(libsvm.prepare(path="t.libsvm")) == 2
