"""Downloads, where a licence lets a program do it; what comes is checked as any other file."""

from __future__ import annotations

import http.client
import shutil
import uuid
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from datasets import cache
from datasets.card import Card, File
from datasets.dataset import Dataset
from datasets.errors import DatasetError
from datasets.preparation import can_be_fetched, how_to_get
from datasets.sources import PACKINGS

TIMEOUT_S = 30.0  # without a byte
BLOCK_BYTES = 2**20
SCHEMES = ("http", "https")


def fetch(dataset: Dataset, tell: Callable[[str], None] = lambda _: None) -> str:
    """Download the files of `dataset`, import them, and say what was found.

    The downloads lie in the cache meanwhile, and are gone afterwards. Raises `DatasetError` where
    its files must be got by hand, for what goes wrong on the way, and for other bytes than those
    of the card.
    """
    card = dataset.card
    if dataset.import_file is None:
        raise DatasetError(f"{card.name} needs no download: name it in a sweep as it is")
    if not can_be_fetched(card):
        raise DatasetError(
            f"{card.name} cannot be fetched by a program, so {how_to_get(card)}. Its terms: "
            f"{card.licence.strip()}"
        )
    folder = cache.root() / f".fetch.{uuid.uuid4().hex}"
    try:
        folder.mkdir(parents=True)
        places = _downloaded(card, folder, tell)
        path = folder if len(places) > 1 else next(iter(places))
        try:
            return dataset.import_file(path, tell=tell)
        except DatasetError as error:
            raise DatasetError(_with_addresses(str(error), places)) from error
    except OSError as error:
        raise DatasetError(
            f"the download cannot be written to {folder.parent} ({error}); set FEWLABELS_CACHE to "
            "a folder that can"
        ) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _downloaded(card: Card, folder: Path, tell: Callable[[str], None]) -> dict[Path, str]:
    """Download every address once; return where each lies."""
    places: dict[str, Path] = {}
    for file in card.files:
        if file.url and file.url not in places:
            places[file.url] = folder / _local_name(file, file.url)
            _download(file.url, places[file.url], tell)
    return {path: url for url, path in places.items()}


def _local_name(file: File, url: str) -> str:
    """The official name, so that the file is found by it, packed as the address says."""
    suffix = PurePosixPath(urlsplit(url).path).suffix.lower()
    packing = suffix if suffix in PACKINGS and not file.name.lower().endswith(suffix) else ""
    return f"{file.name.replace('*', '0')}{packing}"


def _download(url: str, place: Path, tell: Callable[[str], None]) -> None:
    if urlsplit(url).scheme not in SCHEMES:
        raise DatasetError(f"{url} is no web address")
    n_bytes = 0
    try:
        request = Request(url, headers={"User-Agent": "fewlabels"})  # noqa: S310 - checked above
        with urlopen(request, timeout=TIMEOUT_S) as answer:  # noqa: S310
            expected = answer.headers.get("Content-Length")
            with place.open("xb") as file:
                while block := _block(answer, url):
                    file.write(block)
                    n_bytes += len(block)
                    of = f" of {int(expected) / 1e6:,.0f}" if expected else ""
                    tell(f"{n_bytes / 1e6:,.0f}{of} MB from {urlsplit(url).netloc}")
    except HTTPError as error:
        error.close()
        raise DatasetError(f"{url} answers {error.code} {error.reason}; try again later") from error
    except URLError as error:
        raise DatasetError(f"{url} cannot be reached: {error.reason}") from error
    if expected and n_bytes != int(expected):
        raise DatasetError(
            f"{url} ended after {n_bytes:,} of {int(expected):,} bytes; fetch it again"
        )


def _block(answer: http.client.HTTPResponse, url: str) -> bytes:
    try:
        return answer.read(BLOCK_BYTES)
    except (OSError, http.client.HTTPException) as error:
        raise DatasetError(f"{url} broke off: {error}; fetch it again") from error


def _with_addresses(message: str, places: dict[Path, str]) -> str:
    for path, url in places.items():
        message = message.replace(str(path), url)
    return message
