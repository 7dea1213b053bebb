"""`fewlabels datasets fetch`, from a web server of our own on the loopback address."""

import gzip
import hashlib
import http.server
import io
import threading
import zipfile
from dataclasses import replace

import numpy as np
import pytest
from typer.testing import CliRunner

from datasets import DATASETS, cache, nsl_kdd, unsw_nb15, wdbc
from datasets.card import File
from datasets.commands import app
from datasets.errors import DatasetError
from datasets.fetch import fetch
from datasets.imported import imported_dataset
from datasets.official import Official
from tests.datasets.official_files import made_official

pytestmark = pytest.mark.usefixtures("cache_folder")


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers with what the test put under a path; `asked` lists the paths."""

    def do_GET(self):
        self.server.asked.append(self.path)
        content = self.server.files.get(self.path)
        if content is None:
            self.send_error(404)
            return
        self.send_response(200)
        lacking = 5 if self.path.startswith("/torn") else 0
        self.send_header("Content-Length", str(len(content) + lacking))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        """Tests are quiet."""


@pytest.fixture
def web():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.files, server.asked = {}, []
        server.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def offered(web, tmp_path, monkeypatch):
    """Offer a file that passes for UNSW-NB15's official one under `path`; give the dataset."""

    def offer(path, pack=lambda content: content):
        official, file = made_official(unsw_nb15.CARD, tmp_path, url=web.url + path)
        web.files[path] = pack(file.read_bytes())
        dataset = imported_dataset(official)
        monkeypatch.setitem(DATASETS, "unsw_nb15", dataset)
        return dataset

    return offer


def refusal(dataset):
    with pytest.raises(DatasetError) as caught:
        fetch(dataset)
    assert not list(cache.root().rglob("*.parquet"))
    assert not list(cache.root().glob(".fetch*"))
    return str(caught.value)


def zipped(content):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("folder/UNSW_NB15_training-set.csv", content)
    return packed.getvalue()


@pytest.mark.parametrize(
    ("path", "pack"),
    [
        ("/UNSW_NB15_training-set.csv", bytes),
        ("/some/file.csv.gz", gzip.compress),
        ("/download.zip?all=1", zipped),
        ("/download", zipped),
    ],
)
def test_a_file_is_downloaded_checked_and_imported(offered, path, pack):
    dataset = offered(path, pack)
    result = CliRunner().invoke(app, ["fetch", "unsw_nb15"], catch_exceptions=False)
    assert result.output.startswith("unsw_nb15: 120 rows, 10 classes; version 82,332 rows; 1 file")
    assert len(dataset.prepare()) == 120
    assert not list(cache.root().glob(".fetch*"))


def test_it_says_how_far_it_is(offered):
    told = []
    fetch(offered("/a.csv"), told.append)
    assert told[0].startswith("0 of 0 MB from 127.0.0.1:")
    assert told[-1] == "120 rows"


def test_other_bytes_are_refused_by_their_address_and_both_checksums(offered, web):
    dataset = offered("/a.csv")
    web.files["/a.csv"] = web.files["/a.csv"].replace(b"\r\n", b"\n")
    said = refusal(dataset)
    assert said.startswith(f"{web.url}/a.csv is not the official UNSW_NB15_training-set.csv")
    assert f"expected {dataset.card.files[0].sha256}. " in said
    assert said.count("sha256 ") == 1


def test_a_web_page_is_refused_by_its_address(offered, web):
    dataset = offered("/a.csv")
    web.files["/a.csv"] = b"<html>Log in</html>"
    assert refusal(dataset).startswith(f"{web.url}/a.csv is a web page, not data")


def test_what_is_gone_torn_or_out_of_reach_is_refused(offered, web):
    dataset = offered("/torn.csv")
    n = len(web.files["/torn.csv"])
    assert refusal(dataset) == (
        f"{web.url}/torn.csv ended after {n:,} of {n + 5:,} bytes; fetch it again"
    )
    del web.files["/torn.csv"]
    assert refusal(dataset) == f"{web.url}/torn.csv answers 404 Not Found; try again later"
    web.shutdown()
    web.server_close()
    assert refusal(dataset).startswith(f"{web.url}/torn.csv cannot be reached: ")


def test_only_web_addresses_are_asked(tmp_path):
    official, path = made_official(unsw_nb15.CARD, tmp_path, url=f"file://{tmp_path}/a.csv")
    assert refusal(imported_dataset(official)) == f"file://{tmp_path}/a.csv is no web address"
    assert path.exists()


def test_a_cache_that_cannot_be_written_is_named(offered, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("FEWLABELS_CACHE", str(tmp_path / "file"))
    said = refusal(offered("/a.csv"))
    assert said.startswith(f"the download cannot be written to {tmp_path}/file/datasets (")
    assert said.endswith("; set FEWLABELS_CACHE to a folder that can")


def test_what_a_person_must_get_says_where():
    card = unsw_nb15.CARD
    assert refusal(DATASETS["unsw_nb15"]) == (
        "unsw_nb15 cannot be fetched by a program, so get UNSW_NB15_training-set.csv from "
        f"{card.source} and run: fewlabels datasets import unsw_nb15 PATH. Its terms: "
        f"{card.licence.strip()}"
    )


def test_what_needs_no_download_says_so():
    assert refusal(DATASETS["wdbc"]) == "wdbc needs no download: name it in a sweep as it is"
    assert wdbc.CARD.name == "wdbc"


def test_several_files_are_fetched_and_an_address_only_once(web, tmp_path):
    official, path = made_official(nsl_kdd.CARD, tmp_path)
    [train] = official.card.files
    other = path.read_bytes() + path.read_bytes()[3:].partition(b"\n")[2]
    sha256 = hashlib.sha256(other).hexdigest()
    test = replace(nsl_kdd.CARD.files[1], sha256=sha256, url=f"{web.url}/test")
    files = (replace(train, url=f"{web.url}/train.gz"), test)
    web.files = {"/train.gz": gzip.compress(path.read_bytes()), "/test": other}
    version = replace(official.card.versions[0], files=files, is_certain=False)
    official = replace(official, card=replace(official.card, versions=(version,)))
    dataset = imported_dataset(official)
    assert "; 2 files, " in fetch(dataset)
    np.testing.assert_array_equal(np.bincount(dataset.prepare().is_test), [480, 959])
    together = tuple(replace(file, url=f"{web.url}/both.zip") for file in files)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(train.name, path.read_bytes())
        archive.writestr(test.name, other)
    web.files["/both.zip"] = packed.getvalue()
    card = replace(official.card, versions=(replace(version, files=together),))
    web.asked.clear()
    assert "; 2 files, " in fetch(imported_dataset(Official(card)))
    assert web.asked == ["/both.zip"]


def test_one_file_without_an_address_is_one_too_many(web, tmp_path):
    official, _ = made_official(unsw_nb15.CARD, tmp_path, url=f"{web.url}/a.csv")
    version = official.card.versions[0]
    version = replace(version, files=(*version.files, File("other.csv")))
    official = replace(official, card=replace(official.card, versions=(version,)))
    said = refusal(imported_dataset(official))
    assert "get UNSW_NB15_training-set.csv, other.csv from " in said
    assert web.asked == []
