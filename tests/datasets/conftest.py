"""A small made-up file that passes for an official one."""

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from datasets import ton_iot_network
from datasets.card import Card, File
from datasets.dataset import Dataset
from datasets.imported import imported_dataset
from datasets.official import Official
from tests.datasets.made import plain


@dataclass(frozen=True)
class Small:
    """A dataset whose official file is the one at `path`: 12 rows of each class."""

    card: Card
    dataset: Dataset
    path: Path

    def import_(self, path=None, **options):
        return self.dataset.import_file(path or self.path, **options)

    def prepare(self, **params):
        return self.dataset.prepare(**params)


@pytest.fixture
def cache_folder(tmp_path, monkeypatch):
    folder = tmp_path / "cache"
    monkeypatch.setenv("FEWLABELS_CACHE", str(folder))
    return folder


def small_of(card, folder):
    """`card` with a first version that is a small file written into `folder`."""
    plain(card, folder)
    version = card.versions[0]
    files = tuple(
        File(
            file.name,
            (folder / file.name).stat().st_size,
            hashlib.sha256((folder / file.name).read_bytes()).hexdigest(),
            file.side,
        )
        for file in version.files
    )
    classes = dict.fromkeys(sorted(version.classes), 12 * len(files))
    first = replace(version, files=files, classes=classes)
    small = replace(card, versions=(first, *card.versions[1:]))
    return Small(small, imported_dataset(Official(small)), folder / files[0].name)


@pytest.fixture
def small(cache_folder):
    """ToN-IoT's network flows, small."""
    cache_folder.parent.mkdir(exist_ok=True)
    folder = cache_folder.parent / "official"
    folder.mkdir()
    return small_of(ton_iot_network.CARD, folder)
