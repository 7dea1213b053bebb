"""A site is whole for whoever looks at it, whenever the writer stops."""

from __future__ import annotations

import json
import re

import pytest

from harness.errors import RunFolderError
from reports.site.files import INDEX, MANIFEST, Files


def write(root, text, files=Files):
    """A site of two pages that load a part each, and a download."""
    site = files(root)
    for page in ("index", "other"):
        url = site.data({"page": page, "text": text})
        site.page(f"{page}.html", f"{text} <script src='{url}'></script>")
    site.download("table.csv", text.encode())
    return site.finish({"watched.js": text})


def missing(root):
    """What pages ask for and is not there."""
    asked = [
        url
        for page in root.glob("*.html")
        for url in re.findall(r"src='([^']+)'", page.read_text(encoding="utf-8"))
    ]
    return [url for url in asked if not (root / url).exists()]


def stored(root):
    return {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}


def test_a_site_leaves_nothing_of_the_one_before_it(tmp_path):
    write(tmp_path, "one")
    before = stored(tmp_path)
    assert write(tmp_path, "two") == tmp_path / INDEX
    after = stored(tmp_path)
    assert len(after) == len(before)
    assert missing(tmp_path) == []
    assert all("one" not in (tmp_path / name).read_text(encoding="utf-8") for name in after)


def test_equal_data_are_one_file(tmp_path):
    site = Files(tmp_path)
    assert site.data({"a": 1}) == site.data({"a": 1}) != site.data({"a": 2})


@pytest.mark.parametrize("last", range(12))
def test_a_writer_that_stops_anywhere_leaves_pages_that_have_all_they_ask_for(tmp_path, last):
    class Stopped(Files):
        n = 0

        def _write(self, name, content):
            Stopped.n += 1
            if Stopped.n > last:
                raise KeyboardInterrupt
            super()._write(name, content)

    write(tmp_path, "one")
    if last < 9:
        with pytest.raises(KeyboardInterrupt):
            write(tmp_path, "two", Stopped)
    else:
        write(tmp_path, "two", Stopped)
    assert missing(tmp_path) == []
    write(tmp_path, "three")
    assert len(stored(tmp_path)) == 7
    assert missing(tmp_path) == []


def test_a_folder_of_something_else_is_refused_and_left_as_it_is(tmp_path):
    (tmp_path / "thesis.tex").write_text("years")
    with pytest.raises(RunFolderError, match=r"holds files, but no site .* choose another folder"):
        write(tmp_path, "one")
    assert stored(tmp_path) == {"thesis.tex"}


def test_what_others_put_into_a_site_stays(tmp_path):
    write(tmp_path, "one")
    (tmp_path / "CNAME").write_text("example.org")
    write(tmp_path, "two")
    assert (tmp_path / "CNAME").read_text() == "example.org"


def test_a_list_of_files_may_not_name_any_outside(tmp_path):
    root, outside = tmp_path / "site", tmp_path / "mine"
    outside.write_text("x")
    write(root, "one")
    (root / MANIFEST).write_text(json.dumps({"files": ["../mine", str(outside)]}))
    write(root, "two")
    assert outside.exists()


@pytest.mark.parametrize("text", ["{", "[]", '{"files": 3}'])
def test_a_damaged_list_is_named(tmp_path, text):
    (tmp_path / MANIFEST).write_text(text)
    with pytest.raises(RunFolderError, match=r"site\.json is no list of a site's files"):
        write(tmp_path, "one")


def test_a_disk_that_refuses_is_explained(tmp_path):
    (tmp_path / "site").write_text("a file")
    with pytest.raises(RunFolderError, match=r"cannot write .*site"):
        write(tmp_path / "site", "one")
