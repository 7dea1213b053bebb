import gzip
import zipfile

import pytest
from datasets.official_file import read_official

from datasets.errors import DatasetError


def refusal(path):
    with pytest.raises(DatasetError) as caught:
        read_official(path, "data.csv")
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
        assert f"{path} is a Git LFS pointer, not data.csv itself" in refusal(path)
        assert "git lfs pull" in refusal(path)


def test_recognises_a_web_page(download):
    assert "is a web page, not data.csv" in refusal(download("data.csv", b"\n<!DOCTYPE html>"))


def test_recognises_an_empty_file(download):
    assert refusal(download("data.csv", b"")).endswith("data.csv is empty")


def test_names_what_is_not_there(tmp_path):
    assert refusal(tmp_path / "no.csv") == f"there is no {tmp_path / 'no.csv'}"
    assert refusal(tmp_path) == f"{tmp_path} holds no data.csv, nor data.csv.gz or data.csv.zip"


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
    assert "holds several .csv files (a.csv, b.csv)" in refusal(path)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("deep/data.csv", "3")
    assert read_official(path, "data.csv") == b"3"


def test_a_zip_without_the_file_is_refused(tmp_path):
    path = tmp_path / "other.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "1")
    assert refusal(path) == f"{path} holds no .csv file"


def test_a_folder_with_several_copies_is_refused(tmp_path, download):
    download("one/data.csv", b"1")
    download("two/data.csv.gz", gzip.compress(b"1"))
    assert f"{tmp_path} holds several: " in refusal(tmp_path)
