"""The bytes of a download, however they lie on disk; and stand-ins for them."""

import gzip
import zipfile

import pytest

from datasets import sources
from datasets.errors import DatasetError


def heads(path, *names):
    return {s.where: s.head() for s in sources.sources(path, names or ["data.csv"])}


def refusal(path, *names):
    with pytest.raises(DatasetError) as caught:
        heads(path, *names)
    return str(caught.value)


@pytest.fixture
def download(tmp_path):
    """Write bytes to a file and return its path."""

    def write(name, content):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    return write


def test_recognises_a_git_lfs_pointer_packed_or_not(download):
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:26dd\nsize 29902775\n"
    for path in (download("data.csv", pointer), download("data.csv.gz", gzip.compress(pointer))):
        assert f"{path} is a Git LFS pointer, not the file itself" in refusal(path)
        assert "git lfs pull" in refusal(path)


def test_recognises_a_web_page(download):
    assert "is a web page, not data" in refusal(download("data.csv", b"\n<!DOCTYPE html>"))


def test_recognises_an_empty_file(download):
    assert refusal(download("data.csv", b"")).endswith("data.csv is empty")


def test_names_what_is_not_there(tmp_path):
    assert refusal(tmp_path / "no.csv") == f"there is no {tmp_path / 'no.csv'}"
    assert refusal(tmp_path) == f"{tmp_path} holds no data.csv, packed or not"


@pytest.mark.parametrize("kept", [20, 400])
def test_a_torn_gzip_is_named(download, kept):
    torn = gzip.compress(bytes(range(256)) * 4, compresslevel=1)[:kept]
    path = download("data.csv.gz", torn[:-10])
    assert f"{path} cannot be read" in refusal(path)
    assert "get it again" in refusal(path)


def test_a_torn_zip_is_named(tmp_path, download):
    with zipfile.ZipFile(tmp_path / "whole.zip", "w") as archive:
        archive.writestr("data.csv", "a,b\n" * 99)
    path = download("data.zip", (tmp_path / "whole.zip").read_bytes()[:-30])
    assert f"{path} cannot be read" in refusal(path)


def test_a_zip_with_several_files_needs_the_official_name(tmp_path):
    path = tmp_path / "several.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.csv", "1")
        archive.writestr("b.csv", "2")
    assert "holds several files (a.csv, b.csv), none of an official name" in refusal(path)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("deep/data.csv", "3")
    assert heads(path) == {f"{path}:deep/data.csv": b"3"}


def test_a_zip_without_the_file_is_refused(tmp_path):
    path = tmp_path / "other.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "1")
    assert refusal(path) == f"{path} holds no .csv file"


@pytest.mark.parametrize(
    "name", ["../data.csv", "/etc/data.csv", "a/../../data.csv", "C:/data.csv"]
)
def test_a_zip_that_reaches_outside_its_folder_is_refused(tmp_path, name):
    path = tmp_path / "evil.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(name, "1")
    assert f"has a member called {name!r}, which would lie outside" in refusal(path)
    assert not (tmp_path.parent / "data.csv").exists()


@pytest.mark.parametrize("packing", ["gz", "zip"])
def test_a_bomb_is_noticed_before_it_is_unpacked(tmp_path, monkeypatch, packing):
    monkeypatch.setattr(sources, "BOMB_BYTES", 2**20)
    path = tmp_path / f"data.csv.{packing}"
    if packing == "gz":
        path.write_bytes(gzip.compress(b"0" * 2**24))
    else:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("data.csv", b"0" * 2**24)
    (source,) = sources.sources(path, ["data.csv"])
    with pytest.raises(DatasetError, match="unpacks to over 200 times its size"):  # noqa: SIM117
        with source.opened() as reading:
            _ = reading.sha256
    assert reading.n_bytes <= 2**22


def test_files_of_a_folder_are_found_by_name_whatever_the_case_and_packing(tmp_path, download):
    download("b/DATA_2.csv.gz", gzip.compress(b"2"))
    download("a/data_1.csv", b"1")
    download("a/readme.txt", b"no")
    with zipfile.ZipFile(tmp_path / "data_3.csv.zip", "w") as archive:
        archive.writestr("inner/data_3.csv", "3")
    found = sources.sources(tmp_path, ["data_*.csv"])
    assert [(s.name, s.folders[-1], s.head()) for s in found] == [
        ("data_1.csv", "a", b"1"),
        ("DATA_2.csv", "b", b"2"),
        ("data_3.csv", "inner", b"3"),
    ]


def test_a_zip_of_any_name_in_a_folder_is_looked_into(tmp_path):
    with zipfile.ZipFile(tmp_path / "download.zip", "w") as archive:
        archive.writestr("inner/data.csv", "3")
    assert list(heads(tmp_path).values()) == [b"3"]


def test_the_checksum_is_that_of_the_unpacked_bytes(download):
    path = download("data.csv.gz", gzip.compress(b"abc"))
    (source,) = sources.sources(path, ["data.csv"])
    with source.opened() as reading:
        assert reading.read(1) == b"a"
        assert reading.sha256.startswith("ba7816bf")
