"""A small made-up file that passes for the official one: its checksum and counts are the card's."""

import hashlib
from dataclasses import replace

from datasets.official import Official
from tests.datasets import made


def made_official(card, folder, **changes):
    """Write the first file of `card`'s first version into `folder`; return its reader and path."""
    version = replace(card.versions[0], files=card.versions[0].files[:1])
    made.plain(card, folder, version=version)
    path = folder / version.files[0].name
    content = path.read_bytes()
    file = replace(
        version.files[0], n_bytes=len(content), sha256=hashlib.sha256(content).hexdigest()
    )
    version = replace(
        version,
        files=(replace(file, **changes),),
        classes=dict.fromkeys(sorted(version.classes), 12),
    )
    return Official(replace(card, versions=(version, *card.versions[1:]))), path
