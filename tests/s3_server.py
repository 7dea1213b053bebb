"""A real S3 API on loopback, by moto: not Amazon's, and no evidence for another store."""

from __future__ import annotations

import contextlib
import logging
import urllib.request

from moto.server import ThreadedMotoServer

BUCKET = "lab"
FOREIGN = ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_REGION", "AWS_ENDPOINT_URL_S3")


@contextlib.contextmanager
def s3_server():
    """The environment in which one empty bucket is there, as variables."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # a line for each request
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    try:
        host, port = server.get_host_and_port()
        url = f"http://{host}:{port}"
        make = urllib.request.Request(f"{url}/{BUCKET}", method="PUT")  # noqa: S310 - our own
        make.add_header(
            "Authorization",
            "AWS4-HMAC-SHA256 Credential=made-up/20260101/us-east-1/s3/aws4_request",
        )
        urllib.request.urlopen(make).close()  # noqa: S310
        yield {
            "AWS_ENDPOINT_URL": url,
            "AWS_ACCESS_KEY_ID": "made-up",
            "AWS_SECRET_ACCESS_KEY": "made-up",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": "/dev/null",
            "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        }
    finally:
        server.stop()
