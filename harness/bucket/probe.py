"""Whether a store keeps the one promise that some stores do not: conditional writes."""

from __future__ import annotations

import secrets

from harness.bucket.manifest import OWN
from harness.bucket.objects import Objects
from harness.errors import BucketError, NoObject, Overtaken

NO_ETAG = '"00000000000000000000000000000000"'


def must_take_writes(objects: Objects) -> None:
    """Raise `BucketError` unless one can write there as a run does. Leaves nothing behind."""
    name = f"{OWN}probe-{secrets.token_hex(8)}"
    content = name.encode()
    objects.swap(name, content, None)
    try:
        must_keep_conditions(objects, name, content)
    finally:
        objects.delete([name])


def must_keep_conditions(objects: Objects, name: str, content: bytes) -> None:
    """Raise `BucketError` where writes happen whose conditions do not hold.

    Some stores take no notice of them, without a word. `content` is that of `name`, which is
    there: so nothing is lost if it is written again.
    """
    for condition in ({"IfNoneMatch": "*"}, {"IfMatch": NO_ETAG}):
        try:
            objects.call("put_object", Key=objects.address.key(name), Body=content, **condition)
        except (Overtaken, NoObject):
            continue
        raise BucketError(
            f"{objects.address} is in a store that takes no notice of If-Match and If-None-Match, "
            "which keep two runs from writing into one place; use another store, or a folder on "
            "disk"
        )
