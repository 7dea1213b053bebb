"""A dataset of a package outside the tree, found by its entry point as pip would install it."""

import importlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from datasets.at_hand import at_hand
from datasets.commands import app
from datasets.errors import DatasetError
from harness import corpus, registry
from harness.spec import read_sweep

ROOT = Path(__file__).resolve().parents[2]

MODULE = """\
from pathlib import Path

from datasets.card import Card
from datasets.imported import imported_dataset
from datasets.official import Official

CARD = Card.read(Path(__file__).with_name("tiny.toml"))
COMPONENTS = {"datasets": {"tiny": imported_dataset(Official(CARD))}}
"""
CARD = """\
name = "tiny"
title = "Tiny"
about = "Two classes."
source = "https://example.org/tiny"
citation = "none"
licence = "none"
labels = ["kind"]
normal = "normal"
[[versions]]
classes = { normal = 40, dos = 40 }
[[versions.files]]
name = "tiny.csv"
[columns]
n = "int64"
kind = "category"
"""


@pytest.fixture
def installed(tmp_path, monkeypatch, cache_folder):
    """Install the package tiny-flows 1.2 into a folder on the path, as pip lays it out."""
    site = tmp_path / "site"
    information = site / "tiny_flows-1.2.dist-info"
    information.mkdir(parents=True)
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: tiny-flows\nVersion: 1.2\n")
    (information / "entry_points.txt").write_text(
        "[fewlabels.components]\ntiny = tiny_flows:COMPONENTS\n"
    )
    package = site / "tiny_flows"
    package.mkdir()
    (package / "__init__.py").write_text(MODULE)
    (package / "tiny.toml").write_text(CARD)
    monkeypatch.syspath_prepend(site)
    registry.load.cache_clear()
    importlib.invalidate_caches()
    yield package
    registry.load.cache_clear()
    sys.modules.pop("tiny_flows", None)
    assert cache_folder.name == "cache"


@pytest.fixture
def tiny_csv(tmp_path):
    path = tmp_path / "tiny.csv"
    lines = [f"{i},{'normal' if i % 2 else 'dos'}" for i in range(80)]
    path.write_text("\n".join(["n,kind", *lines]) + "\n")
    return path


@pytest.mark.usefixtures("installed")
def test_a_sweep_and_the_command_line_know_it(sweeps, tiny_csv):
    assert "tiny" in at_hand()
    said = CliRunner().invoke(app, ["import", "tiny", str(tiny_csv)], catch_exceptions=False)
    assert said.output.startswith("tiny: 80 rows, 2 classes; 1 file")
    assert "\ntiny " in CliRunner().invoke(app, ["list"]).output
    assert CliRunner().invoke(app, ["describe", "tiny"]).output.startswith("tiny: Tiny\n")
    said = CliRunner().invoke(app, ["check", str(tiny_csv)], catch_exceptions=False)
    assert said.exit_code == 0
    assert said.output.startswith("tiny: 80 rows")
    sweep = read_sweep(sweeps.text(datasets=["tiny"]))
    [prepared] = corpus.load(sweep).values()
    assert len(prepared.table) == 80
    table = prepared.table
    assert prepared.component.source == f"tiny-flows==1.2:{table.content}:{table.reading}"


def test_a_new_process_finds_it_too(installed, tiny_csv):
    paths = os.pathsep.join([str(installed.parent), str(ROOT)])
    run = subprocess.run(
        [sys.executable, ROOT / "fewlabels.py", "datasets", "import", "tiny", str(tiny_csv)],
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        check=False,
        text=True,
    )
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.startswith("tiny: 80 rows")


def test_a_name_of_the_tree_stays_the_trees(installed):
    (installed / "__init__.py").write_text(MODULE.replace('"tiny":', '"wdbc":'))
    assert at_hand()["wdbc"].card.title != "Tiny"


@pytest.mark.parametrize(
    ("module", "message"),
    [
        ("1 / 0", "entry point tiny cannot be loaded: ZeroDivisionError('division by zero')"),
        (
            "COMPONENTS = {'datasets': {'tiny': print}}",
            ("entry point tiny: COMPONENTS['datasets']['tiny'] must be a datasets.dataset.Dataset"),
        ),
    ],
)
def test_a_package_that_is_none_is_named(installed, module, message):
    (installed / "__init__.py").write_text(module)
    with pytest.raises(DatasetError) as caught:
        at_hand()
    assert str(caught.value) == message
