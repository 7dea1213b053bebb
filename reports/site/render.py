"""Pages become HTML: names come in as data, never as markup."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from reports.site.files import as_json

HERE = Path(__file__).parent
KINDS = {"csv": "CSV", "parquet": "Parquet", "md": "Markdown", "tex": "LaTeX", "yaml": "YAML"}


def environment() -> jinja2.Environment:
    """Return the one that all pages are rendered in; a name that a template misses is an error."""
    found = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters |= {
        # `as_json` leaves no sign that could end the element.
        "script": lambda value: Markup(as_json(value)),  # noqa: S704
        "kind": lambda path: KINDS[path.rpartition(".")[2]],
        "transposed": lambda columns: list(zip(*columns, strict=True)),
        "whole": "{:,}".format,
    }
    return found


def asset(*names: str) -> bytes:
    """Return assets one after the other, as one file."""
    return b"".join((HERE / "assets" / name).read_bytes() for name in names)


def rendered(env: jinja2.Environment, name: str, values: Mapping[str, Any]) -> str:
    """Return the page `name`."""
    return env.get_template(f"{name}.html").render(values)
