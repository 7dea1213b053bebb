"""The scripts of a page, and the policy by which a browser runs these and loads nothing."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class Scripts:
    """What stands in the page, one element each; names come in as data, never as a script."""

    texts: tuple[str, ...] = ()

    @classmethod
    def of(cls, names: Sequence[str]) -> Scripts:
        """Plotly's, and the templates of these names together."""
        from plotly.offline import get_plotlyjs

        own = "".join((TEMPLATES / name).read_text(encoding="utf-8") for name in names)
        return cls((get_plotlyjs(), own))

    @property
    def policy(self) -> str:
        """A Content-Security-Policy: a script that is not one of these does not run.

        Nor does an attribute such as `onerror`, wherever it came from. Plotly sets styles, and
        makes pictures for download.
        """
        hashes = [
            base64.b64encode(hashlib.sha256(t.encode()).digest()).decode() for t in self.texts
        ]
        allowed = " ".join(f"'sha256-{digest}'" for digest in hashes) or "'none'"
        return (
            f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; "
            "img-src data: blob:; base-uri 'none'; form-action 'none'"
        )
