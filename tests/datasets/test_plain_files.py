"""npz and libsvm: files by path."""

import hashlib
import io
import zipfile
from pathlib import Path

import numpy as np
import pytest

from datasets import given_path, libsvm, npz
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


@pytest.fixture
def packed(tmp_path):
    """Pack members, X.npy and y.npy where not given, into an archive; return its path."""

    def pack(compression=zipfile.ZIP_DEFLATED, **members):
        path = tmp_path / "packed.npz"
        with zipfile.ZipFile(path, "w", compression) as archive:
            for name, array in (("X", np.arange(60.0).reshape(20, 3)), ("y", np.arange(20) % 2)):
                written = io.BytesIO()
                np.save(written, array)
                archive.writestr(f"{name}.npy", members.get(name, written.getvalue()))
        return path

    return pack


METHODS = [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]


@pytest.mark.parametrize("method", METHODS)
def test_a_damaged_npz_is_refused_or_read_but_never_a_traceback(packed, method):
    path, rng = packed(method), np.random.default_rng(method)
    whole = path.read_bytes()
    said = []
    for _ in range(100):
        damaged = bytearray(whole)
        damaged[rng.integers(len(whole))] ^= rng.integers(1, 256)
        path.write_bytes(damaged)
        try:
            npz.prepare(path=str(path))
        except DatasetError as error:
            said.append(str(error))
    assert len(said) > 10
    assert [line for line in said if "\n" in line or not line.startswith(str(path))] == []


def header(text):
    return b"\x93NUMPY\x01\x00\x76\x00" + text.encode().ljust(0x76)


@pytest.mark.parametrize(
    ("member", "message"),
    [
        (b"1,2,3", "X is not an array as numpy.savez writes it"),
        (header("(("), "cannot be read as .npz: "),
        (header("{[]: 1}"), "cannot be read as .npz: "),
        (
            header("{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000000, 1)}"),
            "cannot be read as .npz: Unable to allocate 7.11 PiB",
        ),
    ],
)
def test_an_array_that_is_none_is_refused(packed, member, message):
    path = packed(X=member)
    said = refusal(npz.prepare, path)
    assert said.startswith(str(path))
    assert message in said


@pytest.mark.parametrize(
    ("offset", "value", "message"),
    [
        (8, 1, "File 'X.npy' is encrypted, password required for extraction"),
        (10, 9, "That compression method is not supported"),
    ],
)
def test_an_npz_that_is_oddly_packed_is_refused(packed, offset, value, message):
    path = packed()
    content = bytearray(path.read_bytes())
    listed = content.index(b"PK\x01\x02")  # the entry of X.npy in the archive's directory
    content[listed + offset] = value
    path.write_bytes(content)
    assert refusal(npz.prepare, path) == f"{path} cannot be read as .npz: {message}"


def test_libsvm_fills_what_lines_leave_out_with_zero(tmp_path):
    path = tmp_path / "table.libsvm"
    path.write_text("+1 1:0.5 3:2\n-1 2:1\n")
    table = libsvm.prepare(path=str(path))
    np.testing.assert_array_equal(table.numbers, [[0.5, 0, 2], [0, 1, 0]])
    assert table.classes == ("-1", "1")
    np.testing.assert_array_equal(table.y, [1, 0])
    assert table.content == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize(
    "content",
    [
        b"a,b\n1,2\n",
        b"nan 1:1\n1 1:1\n",
        b"1 1:1\n1 1:2\n",
        b"",
        b"\xff\xfe1 1:1\n0 1:1\n",
        b"1 1:1 \xe9:2\n0 1:1\n",
        b"1 1:\xe9\n0 1:1\n",
        b"\x1f\x8b\x08" + 10_000 * b"\xe9",
        b"1 -1:1\n0 1:1\n",
        b"1 -2147483649:1\n0 1:1\n",
        b"1 2147483648:1\n0 1:1\n",
        b"1 99999999999999999999:1\n0 1:1\n",
    ],
)
def test_libsvm_refuses_other_texts_and_names_the_file_in_a_line(tmp_path, content):
    path = tmp_path / "table.libsvm"
    path.write_bytes(content)
    said = refusal(libsvm.prepare, path)
    assert said.startswith(str(path))
    assert "\n" not in said
    assert len(said) < len(str(path)) + 300


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
    names = "($FEWLABELS_TEST_DATA names the second folder)"
    assert said == f"path: there is no file {there} nor {below} {names}"
    assert refusal(prepare, str(there)) == f"path: there is no file {there}"
    monkeypatch.delenv("FEWLABELS_TEST_DATA")
    below = Path(given_path.__file__).parents[2] / "shared" / "data" / "x" / "table.npz"
    said = refusal(prepare, "x/table.npz")
    can_name = "($FEWLABELS_TEST_DATA can name the second folder)"
    assert said == f"path: there is no file {there} nor {below} {can_name}"


def test_a_relative_path_may_lie_below_the_test_data(tmp_path, monkeypatch):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "t.libsvm").write_text("1 1:1\n0 1:2\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FEWLABELS_TEST_DATA", str(tmp_path / "data"))
    assert len(libsvm.prepare(path="t.libsvm")) == 2


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("~nosuchuser/x.npz", "path: ~nosuchuser/x.npz: there is no home folder ~nosuchuser"),
        (300 * "x", f"path: {300 * 'x'} cannot be read: File name too long"),
    ],
)
@pytest.mark.parametrize("prepare", [npz.prepare, libsvm.prepare])
def test_a_path_that_no_file_can_have_is_refused(prepare, path, message):
    assert refusal(prepare, path) == message


def test_a_path_that_is_too_long_only_below_the_test_data_is_refused(monkeypatch):
    monkeypatch.setenv("FEWLABELS_TEST_DATA", 300 * "x")
    assert "cannot be read: File name too long" in refusal(npz.prepare, "gone.npz")
