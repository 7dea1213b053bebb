"""Who gets in: a Ray takes work, which is code, from whoever reaches its ports.

So one that we start listens on this machine alone and wants a token that nobody else knows, and a
cluster that wants none is not joined. Everything here happens before Ray is imported, because Ray
reads these settings then, and tells the processes that it starts.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

from cluster import auth_token, probe
from harness.errors import ClusterError

LAST_PORT = 65_535
ACCEPT_S = 10.0  # that the head of a cluster has to accept a connection
ANSWER_S = 60.0  # that a head has: importing Ray takes most of it, on a busy machine
SOCKET_BYTES = 103 if sys.platform == "darwin" else 107  # of a socket's path (sun_path in un.h)
SHORT = Path("/tmp")  # noqa: S108 - a private folder is made in it
HOW_TO_LOCK = (
    "`(umask 077; ray get-auth-token --generate)` makes a token in ~/.ray/auth_token; copy that "
    "file to every machine of the cluster, and set RAY_AUTH_MODE=token wherever `ray start` is "
    "called"
)


def lock_local() -> str:
    """Make the Ray that this process starts next one of its own; gives a line to be said, or "".

    Its token is made up here and handed on in the environment of its processes, never in a file.
    Raises `ClusterError` where there is no room for its sockets.
    """
    os.environ["RAY_AUTH_MODE"] = "token"
    os.environ["RAY_AUTH_TOKEN"] = secrets.token_hex(32)
    # Ray's name for "no other machine shall join": it then listens on 127.0.0.1 only.
    os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"
    if os.environ.get("RAY_TMPDIR"):
        return ""  # the user's own choice
    try:
        folder = _private_folder()
    except OSError as error:
        raise ClusterError(
            f"no folder for Ray's sockets and logs: {error}. Name one in RAY_TMPDIR, which should "
            "be yours alone and have a short name."
        ) from error
    os.environ["RAY_TMPDIR"] = str(folder)  # else anybody's sockets and logs
    if _is_mine(folder):
        return ""
    return (
        f"beware: {folder} is open to other users of this machine, though made for you alone (the "
        "file system keeps no modes): they may read Ray's logs. RAY_TMPDIR names another."
    )


def _private_folder() -> Path:
    """Where only this user can go: what Ray makes below is open to all who get there."""
    path = _short_base() / f"fl-{os.getuid()}"
    with contextlib.suppress(FileExistsError):
        path.mkdir(mode=0o700)
    return path if _is_mine(path) else Path(tempfile.mkdtemp(prefix="fl-", dir=path.parent))


def _is_mine(folder: Path) -> bool:
    """Whether nobody else made it, or can go there."""
    found = folder.lstat()
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o077


def _short_base() -> Path:
    """The folder for temporary files, or /tmp where Ray's sockets would get too long a path."""
    base = Path(tempfile.gettempdir())
    name = max(f"fl-{os.getuid()}", "fl-12345678", key=len)  # the latter is mkdtemp's
    session = f"ray/session_2026-01-01_00-00-00_000000_{os.getpid()}/sockets/plasma_store"
    return base if len(os.fsencode(base / name / session)) <= SOCKET_BYTES else SHORT


def check(address: str, *, insecure: bool) -> tuple[str, str]:
    """The host:port of the cluster at `address`, and a line to be said; empty: none.

    Sets what Ray needs to join it. Raises `ClusterError` where it asks nobody for a token, unless
    `insecure`, and where it does not take the one that this process would show.
    """
    if address == "auto":
        address, _ = _asked(address, "disabled", probe.FIND)
        _must_answer(address, " (where Ray last started a head on this machine, for auto)")
    else:
        _must_answer(address)
    found, answer = _asked(address, "disabled")
    if answer == probe.IN:
        os.environ["RAY_AUTH_MODE"] = "disabled"  # show it no token that is another's
        what = (
            f"the Ray cluster at {found} asks nobody for a token: whoever reaches its ports runs "
            "code on its machines, and on this one"
        )
        if insecure:
            return found, f"beware: {what} (--insecure)"
        raise ClusterError(
            f"{what}. Start it with one: {HOW_TO_LOCK}. Or give --insecure, where nobody else can "
            "reach it."
        )
    os.environ["RAY_AUTH_MODE"] = "token"
    auth_token.must_be_text()
    found, answer = _asked(found, "token")
    if answer == probe.NO_TOKEN:
        raise ClusterError(auth_token.missing(found))
    if answer == probe.OUT:
        raise ClusterError(auth_token.wrong(found))
    return found, auth_token.beware_if_open()


def _must_answer(address: str, why: str = "") -> None:
    """Ray itself would go on trying for minutes."""
    host, _, port = address.rpartition(":")
    if not host or "/" in host or not _is_port(port):
        raise ClusterError(
            f"--address {address}: give the host and port of the cluster's head, such as "
            f"10.0.0.1:6379, or auto for one that was started on this machine"
        )
    plain = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    try:
        socket.create_connection((plain, int(port)), timeout=ACCEPT_S).close()
    except (OSError, ValueError) as error:  # the latter for a name that is none, such as a..b
        raise ClusterError(
            f"nothing answers at {address}{why}: {error}. Start the cluster's head (`ray start "
            "--head`), or give the HOST:PORT of one that runs."
        ) from error


def _is_port(text: str) -> bool:
    return (
        text.isascii()
        and text.isdigit()
        and len(text) <= len(str(LAST_PORT))
        and 1 <= int(text) <= LAST_PORT
    )


def _asked(address: str, mode: str, question: str = probe.ASK) -> tuple[str, str]:
    script = [sys.executable, "-P", probe.__file__, question, address]
    try:
        asked = subprocess.run(  # noqa: S603 - our own script
            script,
            env={**os.environ, "RAY_AUTH_MODE": mode},
            capture_output=True,
            text=True,
            errors="replace",
            timeout=ANSWER_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise ClusterError(
            f"what answers at {address} did not say within {ANSWER_S:.0f} s whether it wants a "
            "token: is it the head of a Ray cluster?"
        ) from None
    words = asked.stdout.split()
    if asked.returncode or len(words) != 2:  # noqa: PLR2004 - address and answer
        token = auth_token.read().decode(errors="replace")
        lines = [line for line in asked.stderr.splitlines() if line.strip()]
        said = [line for line in lines if not token or token not in line]  # which is nobody's
        raise ClusterError(f"cannot join a Ray cluster at {address}: {said[-1] if said else '?'}")
    return words[0], words[1]
