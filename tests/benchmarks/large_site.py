"""The site of a made-up run of 1,000,000 rounds and 50,000 trials: seconds, memory, sizes.

`python -m tests.benchmarks.large_site` makes the run in a temporary folder (`--out` keeps it) and
prints what `fewlabels report` takes, how large its files are, and how long the first page takes in
Chromium until it answers a click. docs/results.md has the figures.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from harness.schema import Row
from harness.store import RunFolder
from tests.benchmarks.large_run import SWEEP, Maker, make, measured

ASKED = SWEEP | {
    "name": "large-site",
    "repeats": 5,
    "scalers": ["none", "standard", "min_max", "robust"],
    "budgets": [200, 400, 600, 800, 1_050],
    "labelling": {"initial": 50, "batch": 1},
    "tuning": {"trials": 10},
}
CHROMIUM = Path("/usr/bin/chromium")
PAGE = 5_000_000  # bytes that a page may have, beside the scripts that all share


class Varied(Maker):
    """Hyperparameters that differ from trial to trial, so that their importance is computed."""

    def varied(self, params: Row, number: int) -> Row:
        """Numbers of trials after the first are up to twice as large, or half."""
        if not number:
            return params
        factor = float(self.rng.uniform(0.5, 2.0))
        return {k: _times(value, factor) for k, value in params.items()}


def _times(value: object, factor: float) -> object:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    return round(value * factor) if isinstance(value, int) else value * factor


def sizes(site: Path) -> None:
    """Print what the largest pages and parts take."""
    files = [path for path in site.rglob("*") if path.is_file() and "assets" not in path.parts]
    shown = sorted(files, key=lambda path: -path.stat().st_size)
    total = sum(path.stat().st_size for path in files)
    print(f"site: {len(files)} files beside the shared ones, {total / 1e6:.1f} MB")
    for kind in (".html", ".js"):
        largest = next(path for path in shown if path.suffix == kind)
        n_bytes = largest.stat().st_size
        word = "too large" if n_bytes > PAGE else "fine"
        print(f"largest {kind}: {largest.relative_to(site)} {n_bytes / 1e6:.2f} MB, {word}")


def first_click(site: Path) -> None:
    """Print how long the first page takes until its figure is there and a click is answered."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"]
        )
        page = chromium.new_page()
        started = time.perf_counter()
        page.goto((site / "index.html").as_uri())
        page.wait_for_selector(".plot svg")
        drawn = time.perf_counter() - started
        page.click("#theme")
        page.wait_for_selector('html[data-theme="dark"]')
        print(
            f"overview: drawn after {drawn:.2f} s, a click answered after "
            f"{time.perf_counter() - started:.2f} s"
        )
        chromium.close()


def main() -> None:
    """Make the run, or take the one at --out, and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, help="keep the run here; one that is there is used")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        root = given.out or Path(temporary) / "run"
        if not root.exists():
            make(root, ASKED, Varied)
        folder = RunFolder.open(root)
        counts = {
            name: len(folder.read(name, [one]))
            for name, one in (("rounds", "round"), ("trials", "number"))
        }
        print(f"{counts['rounds']:,} rounds, {counts['trials']:,} trials")
        site = Path(temporary) / "site"
        print(f"report: {measured('-m', 'fewlabels', 'report', str(root), '-o', str(site))}")
        sizes(site)
        if CHROMIUM.exists():
            first_click(site)


if __name__ == "__main__":
    main()
