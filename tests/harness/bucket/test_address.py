"""What may stand behind --out, and what is said about the rest."""

import pytest

from harness.bucket.address import parse
from harness.errors import RunFolderError
from harness.place import OnDisk, place

WRONG = {
    "s3:/lab/runs/x": "did you mean s3://lab/runs/x?",
    "s3:lab/runs/x": "did you mean s3://lab/runs/x?",
    "gs://lab/runs/x": "gs:// was not tried and is refused",
    "file:///tmp/x": "file:// was not tried and is refused",
    "s3://lab": "is a whole bucket; a run has a place in it: s3://lab/runs/NAME",
    "s3://lab/": "is a whole bucket",
    "s3://LAB/x": "'LAB' is no name of a bucket",
    "s3:///x": "'' is no name of a bucket",
    "s3://lab/../x": "no . or ..",
    "s3://lab/a//b": "no empty part",
    "s3://lab/a\nb": "nothing that cannot be printed",
    "s3://lab/" + "x" * 800: "at most 700 bytes",
}


@pytest.mark.parametrize("text", WRONG)
def test_what_is_no_address_is_refused_with_what_was_meant(text):
    with pytest.raises(RunFolderError) as caught:
        place(text)
    assert WRONG[text] in str(caught.value)


def test_a_secret_in_an_address_is_refused_and_not_repeated():
    with pytest.raises(RunFolderError, match="no credentials") as caught:
        parse("s3://key:very-secret@lab/runs/x")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("text", ["runs/x", "/tmp/x", "a:b/x", "s3/x", "."])  # noqa: S108
def test_anything_else_is_a_folder(text):
    assert isinstance(place(text), OnDisk)
