import pytest

from datasets import ton_iot_network
from tests.datasets.small_official import small_official


@pytest.fixture
def cache_folder(tmp_path, monkeypatch):
    folder = tmp_path / "cache"
    monkeypatch.setenv("FEWLABELS_CACHE", str(folder))
    return folder


@pytest.fixture
def small_ton_iot(cache_folder, monkeypatch):
    """A small file that passes for the official one, and where it lies."""
    content, card = small_official(ton_iot_network.CARD)
    monkeypatch.setattr(ton_iot_network, "CARD", card)
    path = cache_folder.with_name(card.files[0].name)
    path.write_bytes(content)
    return path
