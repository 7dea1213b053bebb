import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from datasets import DATASETS
from datasets.commands import app
from datasets.errors import DatasetError


def says(*arguments):
    return CliRunner().invoke(app, arguments, catch_exceptions=False).output


@pytest.fixture
def listed(small, monkeypatch):
    """The small dataset stands in the place of the official one."""
    monkeypatch.setitem(DATASETS, "ton_iot_network", small.dataset)
    return small


def test_list_says_what_is_there(listed):
    before = says("list")
    assert all(name in before for name in DATASETS)
    assert "importable: get it from" in before
    assert "20,000" in before
    listed.import_()
    assert re.search(r"\nton_iot_network +120 +10  ready\n", says("list"))


def test_list_survives_a_damaged_cache(listed, cache_folder):
    listed.import_()
    (cache_folder / "datasets" / "ton_iot_network" / "current").write_text("torn")
    assert "damaged" in says("list")


@pytest.mark.parametrize("name", DATASETS)
def test_describe_prints_every_card(name):
    said = says("describe", name)
    assert said.startswith(f"{name}: {DATASETS[name].card.title}")
    assert "licence: " in said
    assert all(len(line) <= 100 or "https://" in line for line in said.splitlines())


def test_describe_gives_reasons_and_choices():
    said = says("describe", "ton_iot_network")
    assert "src_ip: the attacking machines are few" in said
    assert "features: no_identifiers | all (default no_identifiers)" in said
    assert "normal        50,000  (no attack)" in said


def test_import_prints_what_was_found(listed):
    said = says("import", "ton_iot_network", str(listed.path))
    assert said.startswith("ton_iot_network: 120 rows")
    assert said.count("\n") == 1


def test_other_bytes_are_taken_if_that_is_asked_for(listed):
    other = listed.path.with_name("other.csv")
    other.write_bytes(listed.path.read_bytes().replace(b"\r\n", b"\n"))
    with pytest.raises(DatasetError, match="--allow-unknown"):
        says("import", "ton_iot_network", str(other))
    assert "is not the official file" in says(
        "import", "ton_iot_network", str(other), "--allow-unknown"
    )


def test_an_unknown_name_gets_the_nearest():
    with pytest.raises(DatasetError) as caught:
        says("describe", "ton_iot_netwrk")
    assert str(caught.value).startswith(
        "no dataset 'ton_iot_netwrk'; did you mean 'ton_iot_network'? Known: bot_iot, "
    )


def test_what_needs_no_import_says_so(tmp_path):
    with pytest.raises(DatasetError, match="ton_iot_synthetic needs no import"):
        says("import", "ton_iot_synthetic", str(tmp_path))


@pytest.mark.parametrize("path", ["~nosuchuser/x.csv", 300 * "x"])
def test_a_path_that_no_file_can_have_is_refused(path):
    with pytest.raises(DatasetError, match=f"path: {path}"):
        says("import", "ton_iot_network", path)


def test_importing_the_package_is_cheap():
    """So that `fewlabels --help` is."""
    slow = ["pandas", "pyarrow", "sklearn", "scipy", "rich", "typer", "platformdirs"]
    code = f"import sys, datasets; print([name for name in {slow} if name in sys.modules])"
    root = Path(__file__).resolve().parents[2]
    run = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, check=True)
    assert run.stdout.strip() == b"[]"
