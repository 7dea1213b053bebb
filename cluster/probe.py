"""Asks the head of a Ray cluster whether it lets this process in; run as a script of its own.

Ray reads its way of authentication once per process, so every question needs a new one: with
RAY_AUTH_MODE=disabled it tells whether a stranger gets in, with RAY_AUTH_MODE=token whether the
token that is found here is the right one. `probe.py ask ADDRESS` prints `ADDRESS ANSWER`; `probe.py
find ADDRESS` asks nobody, and its answer is `found`.
"""

from __future__ import annotations

import os
import sys

IN, OUT, NO_TOKEN = "in", "out", "no-token"  # the answers
FOUND = "found"
ASK, FIND = "ask", "find"  # the questions


def find(address: str) -> str:
    """The host:port of `address`, which may be auto. Raises what Ray does where that is nowhere."""
    from ray._private.services import canonicalize_bootstrap_address_or_die

    return str(canonicalize_bootstrap_address_or_die(address))


def ask(address: str) -> str:
    """What `address`, a host:port, answers. Raises what Ray does where nobody is there."""
    from ray._raylet import AuthenticationTokenLoader, GcsClient  # type: ignore[attr-defined]
    from ray.exceptions import AuthenticationError

    found = find(address)
    if os.environ["RAY_AUTH_MODE"] == "token":
        try:
            has_token = AuthenticationTokenLoader.instance().has_token(ignore_auth_mode=True)
        except AuthenticationError:  # its file cannot be read
            has_token = False
        if not has_token:  # Ray would abort the process
            return f"{found} {NO_TOKEN}"
    try:
        GcsClient(address=found)
    except AuthenticationError:
        return f"{found} {OUT}"
    return f"{found} {IN}"


if __name__ == "__main__":
    *_, question, where = sys.argv
    sys.stdout.write((f"{find(where)} {FOUND}" if question == FIND else ask(where)) + "\n")
