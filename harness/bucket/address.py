"""Where a run is in a bucket: `s3://bucket/runs/NAME`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from harness.errors import RunFolderError

_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
_LONGEST = 700  # bytes of a prefix: keys have up to 1,024, and names in a run take the rest
EXAMPLE = "s3://bucket/runs/NAME"


@dataclass(frozen=True, slots=True)
class Address:
    """A bucket, and the prefix of the keys of one run in it."""

    bucket: str
    prefix: str  # without slashes at its ends

    def __str__(self) -> str:
        """As it is given on the command line."""
        return f"s3://{self.bucket}/{self.prefix}"

    @property
    def name(self) -> str:
        """The last part, as a folder has one."""
        return self.prefix.rpartition("/")[2]

    def key(self, name: str) -> str:
        """The key of the object `name` of the run."""
        return f"{self.prefix}/{name}"


def is_elsewhere(text: str) -> bool:
    """Whether `text` means something else than a folder on this machine.

    >>> [is_elsewhere(text) for text in ("runs/x", "s3://b/x", "s3:/b/x", "gs://b/x")]
    [False, True, True, True]
    """
    return bool(_URL.match(text)) or text.lower().startswith("s3:")


def parse(text: str) -> Address:
    """The address that `text` is. Raises `RunFolderError`, which says what it should be.

    >>> parse("s3://lab/runs/first/")
    Address(bucket='lab', prefix='runs/first')
    """
    if "@" in text:  # perhaps a secret, which is not repeated
        raise RunFolderError(
            "an address holds no credentials: they come from the environment or from "
            f"~/.aws, as for the aws command. Give {EXAMPLE}"
        )
    scheme = _URL.match(text)
    if scheme is None:
        meant = "s3://" + text[3:].lstrip("/")
        raise RunFolderError(f"{text}: two slashes after s3:, please; did you mean {meant}?")
    if scheme[1].lower() != "s3":
        raise RunFolderError(
            f"{text}: a run is in a folder on disk or in a bucket of S3 or of a store that speaks "
            f"its language ({EXAMPLE}, with AWS_ENDPOINT_URL for others than Amazon's); "
            f"{scheme[1]}:// was not tried and is refused"
        )
    bucket, _, prefix = text[len(scheme[0]) :].partition("/")
    prefix = prefix.strip("/")
    if not _BUCKET.fullmatch(bucket):
        raise RunFolderError(
            f"{text}: {bucket!r} is no name of a bucket, which has 3 to 63 small letters, digits, "
            "dots and hyphens"
        )
    if not prefix:
        raise RunFolderError(
            f"{text} is a whole bucket; a run has a place in it: s3://{bucket}/runs/NAME"
        )
    parts = prefix.split("/")
    if {"", ".", ".."} & {*parts} or not prefix.isprintable() or "\\" in prefix:
        raise RunFolderError(
            f"{text!r}: a run's place has no empty part, no . or .., no backslash and nothing "
            "that cannot be printed"
        )
    if len(prefix.encode()) > _LONGEST:
        raise RunFolderError(f"{text}: at most {_LONGEST} bytes after the bucket, please")
    return Address(bucket, prefix)
