"""Whether the Jobs API of a cluster lets strangers in: it runs what it is given.

Asked as a stranger first, without a token and before Ray is imported, which reads its settings
then. `cluster.door` does the same for who joins a cluster.
"""

from __future__ import annotations

import os
import urllib.error
import urllib.request
from http.client import HTTPException, InvalidURL

from cluster import auth_token
from harness.errors import ClusterError

JOBS = "/api/jobs/"
ANSWER_S = 30.0
WANTS_TOKEN, NO_JOBS = 401, 404  # HTTP
# Ray would go there, whatever address it is given.
OVERRIDES = ("RAY_API_SERVER_ADDRESS", "RAY_ADDRESS")
LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
TUNNEL = "ssh -N -L 8265:127.0.0.1:8265 HEAD"


def check(address: str, *, insecure: bool) -> str:
    """A line to be said of the cluster whose dashboard is at `address`; empty: none.

    Sets what Ray's client needs to talk to it. Raises `ClusterError` where nothing answers, where
    it asks nobody for a token, unless `insecure`, and where there is no token to show.
    """
    if not address.startswith(("http://", "https://")):
        raise ClusterError(
            f"--address {address}: give the URL of the dashboard of the cluster's head, such as "
            "http://127.0.0.1:8265 (HOST:PORT is for `fewlabels run`, on a machine of the cluster)"
        )
    for name in OVERRIDES:
        os.environ.pop(name, None)
    host = address.partition("://")[2].partition("/")[0]
    if host in LOOPBACK or host.rpartition(":")[0] in LOOPBACK:
        os.environ["no_proxy"] = "*"  # no proxy finds this machine's loopback
    if _lets_strangers_in(address):
        os.environ["RAY_AUTH_MODE"] = "disabled"  # show it no token that is another's
        what = (
            f"the Ray cluster at {address} asks nobody for a token: whoever reaches its ports runs "
            "code on its machines"
        )
        if insecure:
            return f"beware: {what} (--insecure)"
        raise ClusterError(
            f"{what}. Start it with one (SECURITY.md says how), or give --insecure, where nobody "
            "else can reach it."
        )
    os.environ["RAY_AUTH_MODE"] = "token"
    auth_token.must_be_text()
    if not auth_token.read():
        raise ClusterError(auth_token.missing(address))
    return auth_token.beware_if_open()


def _lets_strangers_in(address: str) -> bool:
    url = address.rstrip("/") + JOBS
    try:
        with urllib.request.urlopen(url, timeout=ANSWER_S) as answer:  # noqa: S310 - http, https
            begin = answer.read(1)  # of a list, however long
    except urllib.error.HTTPError as error:
        error.close()
        if error.code == WANTS_TOKEN:
            return False
        what = f"{address} is no Jobs API of Ray: GET {JOBS} gives {error.code} {error.reason}"
        if error.code == NO_JOBS:
            what += ". On the head it takes pip install 'ray[default]'"
        raise ClusterError(what) from None
    except (ValueError, InvalidURL) as error:
        raise ClusterError(f"--address {address} is no URL: {error}") from None
    except HTTPException:  # another protocol: of ssh, or of the port for HOST:PORT
        begin = b""
    except OSError as error:
        why = error.reason if isinstance(error, urllib.error.URLError) else error
        raise ClusterError(
            f"nothing answers at {address}: {why}. Ray's dashboard listens on its head's loopback "
            f"alone; `{TUNNEL}` makes it http://127.0.0.1:8265 here"
        ) from None
    if begin != b"[":
        raise ClusterError(f"what answers at {address} is no Jobs API of Ray")
    return True
