"""Text of any encoding as UTF-8, line by line, so that one odd byte does not spoil a whole file."""

from __future__ import annotations

import io

from datasets.errors import DatasetError
from datasets.sources import Reading

BLOCK_BYTES = 2**22


class Utf8(io.RawIOBase):
    """The lines of `reading` in UTF-8: as they are where they are UTF-8, else from `encoding`.

    Line by line, because files are streamed: whether all of one is UTF-8 shows at its end only.
    """

    def __init__(self, reading: Reading, encoding: str, where: str) -> None:
        super().__init__()
        self._reading = reading
        self._encoding = encoding
        self._where = where
        self._ready = b""
        self._torn = b""  # the beginning of a line whose end is still to be read
        self._has_ended = False

    def readable(self) -> bool:
        """Always."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Return up to `size` bytes; all that are left if it is negative.

        Raises `DatasetError` for a line that is neither UTF-8 nor of the encoding.
        """
        while not self._has_ended and not 0 <= size <= len(self._ready):
            block = self._reading.read(BLOCK_BYTES)
            self._has_ended = not block
            whole, newline, torn = (self._torn + block).rpartition(b"\n")
            if self._has_ended:
                whole, torn = whole + newline + torn, b""
            else:
                whole += newline
            self._torn = torn
            self._ready += self._decoded(whole)
        taken = self._ready if size < 0 else self._ready[:size]
        self._ready = self._ready[len(taken) :]
        return taken

    def _decoded(self, lines: bytes) -> bytes:
        if _is_utf8(lines):
            return lines
        return b"\n".join(
            line if _is_utf8(line) else self._from_encoding(line) for line in lines.split(b"\n")
        )

    def _from_encoding(self, line: bytes) -> bytes:
        try:
            return line.decode(self._encoding).encode()
        except UnicodeDecodeError as error:
            raise DatasetError(
                f"{self._where} is neither UTF-8 nor {self._encoding}: byte "
                f"0x{line[error.start]:02x} stands in {line[max(0, error.start - 20) :][:40]!r}"
            ) from error


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True
