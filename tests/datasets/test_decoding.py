"""Lines that are not UTF-8 are read in the card's encoding, all others as they are."""

import io

import pytest

from datasets import decoding
from datasets.decoding import Utf8
from datasets.errors import DatasetError


def read(content, size=-1, encoding="cp1252"):
    stream, blocks = Utf8(io.BytesIO(content), encoding, "a.csv"), []
    while block := stream.read(size):
        assert size < 0 or len(block) <= size
        blocks.append(block)
    return b"".join(blocks)


@pytest.fixture(params=[1, 7, 2**22])
def _blocks(request, monkeypatch):
    monkeypatch.setattr(decoding, "BLOCK_BYTES", request.param)


@pytest.mark.usefixtures("_blocks")
@pytest.mark.parametrize("size", [-1, 1, 3, 1000])
@pytest.mark.parametrize(
    "text",
    ["", "a", "a\n", "\n\n", "\ufeffid,Label\r\n1,Web Attack \u2013 XSS\r\n", "ï¿½ é\n€\ufffd"],
)
def test_what_is_utf8_is_read_as_it_is(text, size):
    assert read(text.encode(), size) == text.encode()


@pytest.mark.usefixtures("_blocks")
@pytest.mark.parametrize("size", [-1, 1, 3, 1000])
def test_only_the_lines_that_are_not_utf8_are_of_the_encoding(size):
    content = b"\xef\xbb\xbfa,b\r\n1,Web \x96 XSS\r\n" + "2,Web \u2013 é\r\n".encode() + b"3,\xe9"
    assert read(content, size).decode() == "\ufeffa,b\r\n1,Web \u2013 XSS\r\n2,Web \u2013 é\r\n3,é"


def test_names_a_byte_that_fits_neither():
    with pytest.raises(DatasetError) as caught:
        read(b"a,b\n1,\x81\n")
    assert str(caught.value) == (
        "a.csv is neither UTF-8 nor cp1252: byte 0x81 stands in b'1,\\x81'"
    )
