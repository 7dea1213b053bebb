"""Asks the head of a Ray cluster whether it lets this process in; run as a script of its own.

Ray reads its way of authentication once per process, so every question needs a new one: with
RAY_AUTH_MODE=disabled it tells whether a stranger gets in, with RAY_AUTH_MODE=token whether the
token that is found here is the right one. Prints `ADDRESS ANSWER`.
"""

from __future__ import annotations

import os
import sys

IN, OUT, NO_TOKEN = "in", "out", "no-token"  # the answers


def ask(address: str) -> str:
    """What `address`, a host:port or auto, answers. Raises what Ray does where nobody is there."""
    from ray._private.services import canonicalize_bootstrap_address_or_die
    from ray._raylet import AuthenticationTokenLoader, GcsClient  # type: ignore[attr-defined]
    from ray.exceptions import AuthenticationError

    found = canonicalize_bootstrap_address_or_die(address)
    with_token = os.environ["RAY_AUTH_MODE"] == "token"
    # Without one, Ray would abort the process.
    if with_token and not AuthenticationTokenLoader.instance().has_token(ignore_auth_mode=True):
        return f"{found} {NO_TOKEN}"
    try:
        GcsClient(address=found)
    except AuthenticationError:
        return f"{found} {OUT}"
    return f"{found} {IN}"


if __name__ == "__main__":
    sys.stdout.write(ask(sys.argv[1]) + "\n")
