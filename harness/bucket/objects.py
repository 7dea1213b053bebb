"""The objects below one address: the requests that are made, and what stands in for their errors.

All that S3 must promise is here: a PUT is there whole or not at all, reads and lists see every PUT
that ended before them, and a PUT with If-Match or If-None-Match happens only where it holds.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from harness.bucket.address import Address
from harness.bucket.answers import explained, is_lost
from harness.errors import BucketError, NoObject, Overtaken

ATTEMPTS = 4  # of one request, waiting 1, 2, 4 ... seconds at most between them, by chance less
PATIENT = 9  # while a run is written: some two minutes
TIMEOUT_S = 30  # of a connection that says nothing
AT_ONCE = 8  # requests side by side
DELETED_AT_ONCE = 1_000  # S3's limit
RACES = 5  # tries of a conditional PUT that S3 calls a conflict of requests


@dataclass(frozen=True, slots=True)
class Found:
    """An object as one answer gave it."""

    content: bytes
    etag: str
    age_s: float  # since it was written; both by the store's clock


@dataclass(frozen=True, slots=True)
class Listed:
    """An object as a list shows it."""

    n_bytes: int
    etag: str


class Objects:
    """Methods raise `BucketError`: the store refuses, or was not reached for long enough."""

    def __init__(self, address: Address, attempts: int = ATTEMPTS) -> None:
        self.address = address
        self._attempts = attempts

    @cached_property
    def _files(self) -> Any:
        try:
            import s3fs
        except ImportError:
            raise BucketError(
                f"{self.address} needs the package s3fs: pip install -c constraints.txt -e '.[s3]'"
            ) from None
        with explained(self.address):
            files = s3fs.S3FileSystem(
                anon=False,
                skip_instance_cache=True,
                use_listings_cache=False,
                config_kwargs={
                    "retries": {"mode": "standard", "max_attempts": self._attempts},
                    "connect_timeout": TIMEOUT_S,
                    "read_timeout": TIMEOUT_S,
                    "max_pool_connections": 2 * AT_ONCE,
                },
            )
        files.retries = 1  # botocore's own suffice: they wait longer each time
        return files

    def call(self, method: str, **arguments: Any) -> Mapping[str, Any]:
        """One request and its answer, as botocore has them; a body as bytes.

        Raises `NoObject`, `Overtaken` where a condition does not hold, and `BucketError`.
        """
        files = self._files
        with explained(self.address):
            for attempt in range(self._attempts):
                answer = dict(files.call_s3(method, Bucket=self.address.bucket, **arguments))
                if "Body" not in answer:
                    break
                try:
                    answer["Body"] = _read(files, answer["Body"])
                    break
                except Exception as error:  # a body that broke off, which botocore does not retry
                    if not is_lost(error) or attempt + 1 == self._attempts:
                        raise
                time.sleep(2**attempt)
        return answer

    def get(self, name: str, n_bytes: int) -> Found:
        """The object `name`, of which no more than `n_bytes` + 1 are read."""
        arguments = {"Key": self.address.key(name)}
        if n_bytes:  # there is no range of nothing
            arguments["Range"] = f"bytes=0-{n_bytes}"
        answer = self.call("get_object", **arguments)
        return Found(answer["Body"], answer["ETag"], _age_s(answer))

    def put(self, name: str, content: bytes) -> None:
        """Store an object whose name no other content ever has."""
        self.call("put_object", Key=self.address.key(name), Body=content)

    def swap(self, name: str, content: bytes, etag: str | None) -> str:
        """Store `name` in place of the one of that `etag` (None: there is none); its new etag.

        `content` is one that nobody else writes: so where an attempt failed and has happened all
        the same, it is known again. Raises `Overtaken` where there is another object by now.
        """
        condition = {"IfMatch": etag} if etag else {"IfNoneMatch": "*"}
        for attempt in range(RACES):
            try:
                key = self.address.key(name)
                answer = self.call("put_object", Key=key, Body=content, **condition)
            except (NoObject, Overtaken) as error:
                try:
                    found = self.get(name, len(content))
                except NoObject:
                    found = None
                if found and found.content == content:
                    return found.etag
                is_same = (found.etag if found else None) == etag
                if not is_same or attempt + 1 == RACES:
                    raise Overtaken(
                        f"{self.address}/{name} was changed by somebody else meanwhile"
                    ) from error
                time.sleep(0.1 * 2**attempt)  # a conflict of requests, of which none has won
            else:
                return str(answer["ETag"])
        raise AssertionError("the last try returns or raises")

    def list(self, name: str = "", at_most: int | None = None) -> dict[str, Listed]:
        """The objects whose names begin with `name`; the first `at_most` of them, if given."""
        start = self.address.key("")
        arguments: dict[str, Any] = {"Prefix": start + name}
        if at_most is not None:
            arguments["MaxKeys"] = at_most
        found = {}
        while True:
            answer = self.call("list_objects_v2", **arguments)
            for item in answer.get("Contents", ()):
                found[item["Key"][len(start) :]] = Listed(item["Size"], item["ETag"])
            if at_most is not None or not answer.get("IsTruncated"):
                return found
            arguments["ContinuationToken"] = answer["NextContinuationToken"]

    def delete(self, names: Iterable[str]) -> None:
        """Remove these objects; those that are not there are no error."""
        keys = [{"Key": self.address.key(name)} for name in names]
        for first in range(0, len(keys), DELETED_AT_ONCE):
            some = keys[first : first + DELETED_AT_ONCE]
            answer = self.call("delete_objects", Delete={"Objects": some, "Quiet": True})
            for error in answer.get("Errors", ()):
                raise BucketError(
                    f"{self.address} does not let old objects be removed ({error.get('Code')}); "
                    "a run there needs s3:DeleteObject"
                )

    def side_by_side(self) -> ThreadPoolExecutor:
        """Threads for several requests."""
        return ThreadPoolExecutor(AT_ONCE)


def _read(files: Any, body: Any) -> bytes:
    from fsspec.asyn import sync

    try:
        content: bytes = sync(files.loop, body.read)
        return content
    finally:
        body.close()


def _age_s(answer: Mapping[str, Any]) -> float:
    from email.utils import parsedate_to_datetime

    now = answer["ResponseMetadata"]["HTTPHeaders"].get("date")
    if now is None:
        return 0.0
    age: float = (parsedate_to_datetime(now) - answer["LastModified"]).total_seconds()
    return max(0.0, age)
