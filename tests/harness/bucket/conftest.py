import pytest

from harness.bucket.address import Address
from tests.s3_server import BUCKET, FOREIGN, s3_server


@pytest.fixture(scope="package")
def server():
    """The environment of a running server."""
    with s3_server() as environment:
        yield environment


@pytest.fixture
def s3(server, monkeypatch, tmp_path):
    """An address of this test alone on the server, whose environment is set."""
    for name in FOREIGN:
        monkeypatch.delenv(name, raising=False)
    for name, value in server.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("FEWLABELS_CACHE", str(tmp_path / "cache"))
    return Address(BUCKET, f"runs/{tmp_path.name}")
