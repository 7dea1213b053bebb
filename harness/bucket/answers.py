"""What goes wrong with an object store, in words."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from harness.bucket.address import Address
from harness.errors import BucketError, NoObject, Overtaken, RunFolderError

AGAIN = "What was stored is there; run again to continue"


@contextlib.contextmanager
def explained(address: Address) -> Iterator[None]:
    """Turn what botocore, aiohttp and s3fs raise into `BucketError`."""
    try:
        yield
    except RunFolderError:
        raise
    except Exception as error:
        raise _meaning(address, error) from error


def _meaning(address: Address, error: Exception) -> BucketError:
    from botocore import exceptions

    cause = error if isinstance(error, exceptions.ClientError) else error.__cause__
    if isinstance(cause, exceptions.ClientError):
        return _answered(address, cause.response.get("Error", {}))
    if isinstance(error, exceptions.NoCredentialsError | exceptions.PartialCredentialsError):
        return BucketError(
            f"{address}: there are no credentials. Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and "
            "AWS_SECRET_ACCESS_KEY, as for the aws command"
        )
    what = " ".join(str(error).split()) or type(error).__name__
    if is_lost(error):
        return BucketError(
            f"{address} cannot be reached ({what}). Look at the network, and at AWS_ENDPOINT_URL "
            f"where the store is not Amazon's. {AGAIN}"
        )
    if isinstance(error, exceptions.BotoCoreError | ValueError | OSError):
        return BucketError(f"{address}: {what}. Look at the AWS_ variables and ~/.aws/config")
    raise error  # a bug of ours


def is_lost(error: Exception) -> bool:
    """Whether `error` says that a connection did not come about, or broke off."""
    from aiohttp import ClientError
    from botocore import exceptions

    lost = (
        exceptions.HTTPClientError,  # of which connection errors and timeouts are some
        exceptions.ConnectionError,
        exceptions.IncompleteReadError,
        exceptions.ResponseStreamingError,
        ClientError,
        ConnectionError,
        TimeoutError,
    )
    return isinstance(error, lost)


def _answered(address: Address, said: dict[str, str]) -> BucketError:
    code, text = str(said.get("Code", "")), " ".join(str(said.get("Message", "")).split())
    if code in {"NoSuchKey", "404"}:
        return NoObject(f"{address}: {text}")
    if code in _CHANGED:
        return Overtaken(f"{address}: {text}")
    if code in _BUSY:
        return BucketError(f"{address} was too busy for too long ({code}). {AGAIN}")
    for codes, meaning in _MEANINGS.items():
        if code in codes:
            return BucketError(f"{address}: {meaning} ({code}: {text})")
    return BucketError(f"{address} refuses: {code} {text}")


_CHANGED = frozenset({"PreconditionFailed", "412", "ConditionalRequestConflict", "409"})
_BUSY = frozenset(
    {
        "SlowDown",
        "503",
        "ServiceUnavailable",
        "Throttling",
        "RequestTimeout",
        "InternalError",
        "500",
    }
)
_MEANINGS = {
    ("NoSuchBucket",): (
        "there is no such bucket; make it first, or look at its name and AWS_ENDPOINT_URL"
    ),
    (
        "AuthorizationHeaderMalformed",
        "IllegalLocationConstraintException",
        "PermanentRedirect",
        "301",
        "TemporaryRedirect",
    ): "the bucket is in another region than yours; set AWS_DEFAULT_REGION to it",
    (
        "InvalidAccessKeyId",
        "SignatureDoesNotMatch",
        "ExpiredToken",
        "InvalidToken",
    ): (
        "these credentials are not taken; look at AWS_PROFILE, AWS_ACCESS_KEY_ID, "
        "AWS_SESSION_TOKEN and AWS_ENDPOINT_URL"
    ),
    ("AccessDenied", "403", "Forbidden", "AllAccessDisabled"): (
        "these credentials do not do: looking at a run needs s3:GetObject and s3:ListBucket, "
        "writing one s3:PutObject and s3:DeleteObject, too"
    ),
    ("NotImplemented", "501"): (
        "the store has no conditional writes, which keep two runs from writing into one place; "
        "use another store, or a folder on disk"
    ),
}
