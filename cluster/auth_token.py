"""The token of a cluster as Ray finds it on this machine; it is never shown."""

from __future__ import annotations

import os
from pathlib import Path

from harness.errors import ClusterError

FIRST_PRINTABLE, LAST_PRINTABLE = 0x21, 0x7E  # of ASCII


def read() -> bytes:
    """The one that Ray finds here; empty: none, or none that can be read."""
    where = place()
    if isinstance(where, str):
        return os.environb[where.encode()].strip()
    try:
        return where.read_bytes().strip()
    except OSError:
        return b""


def must_be_text() -> None:
    """Raise `ClusterError` for one that no HTTP header can carry, for which Ray would abort."""
    if not all(FIRST_PRINTABLE <= byte <= LAST_PRINTABLE for byte in read()):
        raise ClusterError(
            f"the token in {place()} has characters that no token has (only printable ASCII "
            "ones may be in it): copy it again; `ray get-auth-token` on the cluster prints it"
        )


def missing(address: str) -> str:
    """What is said where the cluster at `address` asks for a token, and none can be read here."""
    where = place()
    why = f"there is none in {where}"
    try:
        if isinstance(where, Path):
            where.read_bytes()
    except FileNotFoundError:
        pass
    except OSError as error:
        why = f"{where} cannot be read ({error.strerror})"
    return (
        f"the Ray cluster at {address} asks for its token, and {why}: put it into "
        "~/.ray/auth_token, or name its file in RAY_AUTH_TOKEN_PATH. On the cluster `ray "
        "get-auth-token` prints it."
    )


def wrong(address: str) -> str:
    """What is said where the cluster at `address` does not take it."""
    return (
        f"the Ray cluster at {address} does not take the token that is in {place()}: it is another "
        "cluster's. On the right one `ray get-auth-token` prints its own."
    )


def beware_if_open() -> str:
    """A line to be said where others can read the token; empty: they cannot."""
    where = place()
    if isinstance(where, str) or not where.stat().st_mode & 0o077:
        return ""
    return (
        f"beware: other users of this machine can read the cluster's token in {where}: "
        f"chmod 600 {where}"
    )


def place() -> str | Path:
    """Where Ray looks for the token, which is never shown: a variable or a file; in its order."""
    if os.environ.get("RAY_AUTH_TOKEN"):
        return "RAY_AUTH_TOKEN"
    return Path(os.environ.get("RAY_AUTH_TOKEN_PATH") or Path.home() / ".ray" / "auth_token")
