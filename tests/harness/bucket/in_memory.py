"""A bucket in memory that answers as S3 does, and requests to it that go wrong.

`test_in_memory.py` shows that it answers what moto's server does.
"""

from __future__ import annotations

import hashlib
import threading
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from harness.bucket.objects import Objects
from harness.errors import BucketError, NoObject, Overtaken

PAGE = 3  # objects of one answer to a list
KINDS = (
    "killed before",
    "killed after",  # the request came through
    "lost before",
    "lost after",  # it came through, its answer did not, and nobody tried again
    "tried twice",  # its answer was lost, and it was tried again
)


class Killed(BaseException):
    """The process ends here."""


class Bucket:
    """What is stored. Its clock only goes when told."""

    def __init__(self):
        self.stored = {}
        self.now = datetime(2026, 1, 1, tzinfo=UTC)
        self.lock = threading.RLock()

    def wait(self, seconds):
        self.now += timedelta(seconds=seconds)

    def answer(self, method, **asked):
        with self.lock:
            return getattr(self, method)(**asked)

    def put_object(self, Key, Body, IfMatch=None, IfNoneMatch=None):
        _, etag, _ = self.stored.get(Key, (None, None, None))
        if IfMatch and etag is None:
            raise NoObject(Key)
        if (IfMatch and IfMatch != etag) or (IfNoneMatch and etag):
            raise Overtaken(Key)
        etag = f'"{hashlib.md5(Body, usedforsecurity=False).hexdigest()}"'
        self.stored[Key] = bytes(Body), etag, self.now
        return {"ETag": etag}

    def get_object(self, Key, Range=None):
        if Key not in self.stored:
            raise NoObject(Key)
        content, etag, at = self.stored[Key]
        last = int(Range.partition("-")[2]) if Range else len(content)
        return {
            "Body": content[: last + 1],
            "ETag": etag,
            "LastModified": at,
            "ResponseMetadata": {"HTTPHeaders": {"date": format_datetime(self.now)}},
        }

    def list_objects_v2(self, Prefix, MaxKeys=PAGE, ContinuationToken=""):
        keys = [key for key in sorted(self.stored) if key.startswith(Prefix)]
        keys = [key for key in keys if key > ContinuationToken]
        some = keys[:MaxKeys]
        answer = {"IsTruncated": len(keys) > len(some)}
        if some:
            answer["Contents"] = [
                {"Key": key, "Size": len(self.stored[key][0]), "ETag": self.stored[key][1]}
                for key in some
            ]
            answer["NextContinuationToken"] = some[-1]
        return answer

    def delete_objects(self, Delete):
        for item in Delete["Objects"]:
            self.stored.pop(item["Key"], None)
        return {}


class Client(Objects):
    """Requests of one process; the one of number `nth` meets a fate of `KINDS`, or a function."""

    def __init__(self, address, bucket, fate=None, nth=None):
        super().__init__(address, attempts=1)
        self.bucket, self.fate, self.nth = bucket, fate, nth
        self.made, self.is_dead = [], False

    def call(self, method, **asked):
        if self.is_dead:
            raise Killed
        number = len(self.made)
        self.made.append((method, asked.get("Key")))
        fate = self.fate if number == self.nth else None
        if callable(fate):
            fate()
        elif fate is not None:
            return self._meet(fate, method, asked)
        return self.bucket.answer(method, **asked)

    def _meet(self, fate, method, asked):
        if not fate.endswith("before"):
            try:
                answer = self.bucket.answer(method, **asked)
            except BucketError:  # then an answer is all the same
                if not fate.startswith("killed"):
                    raise
        if fate.startswith("killed"):
            self.is_dead = True
            raise Killed
        if fate == "tried twice":
            return self.bucket.answer(method, **asked) or answer
        raise BucketError("the connection was lost")
