"""Whether a store keeps the one promise that some stores do not: conditional writes."""

from __future__ import annotations

from harness.bucket.manifest import PROBE
from harness.bucket.objects import Objects
from harness.bucket.published import token
from harness.errors import BucketError, NoObject, Overtaken

NO_ETAG = '"00000000000000000000000000000000"'


def must_have_conditions(objects: Objects) -> None:
    """Raise `BucketError` unless one can write there, and writes keep to their conditions.

    Some stores take no notice of them, without a word. Leaves nothing behind.
    """
    name = f"{PROBE}{token()}"
    key = objects.address.key(name)
    etag = objects.swap(name, b"1", None)
    kept = all(
        _is_refused(objects, Key=key, Body=b"2", **condition)
        for condition in ({"IfNoneMatch": "*"}, {"IfMatch": NO_ETAG})
    )
    if kept:
        objects.swap(name, b"3", etag)
    objects.delete([name])
    if not kept:
        raise BucketError(
            f"{objects.address} is in a store that takes no notice of If-Match and If-None-Match, "
            "which keep two runs from writing into one place; use another store, or a folder on "
            "disk"
        )


def _is_refused(objects: Objects, **arguments: object) -> bool:
    try:
        objects.call("put_object", **arguments)
    except (Overtaken, NoObject):
        return True
    return False
