"""`fewlabels datasets new`: the beginnings of a dataset, filled in by hand afterwards."""

import hashlib
import importlib.util
import re
import sys
import tomllib

import numpy as np
import pytest
from typer.testing import CliRunner

from datasets import generic
from datasets.card import Card
from datasets.commands import app
from datasets.errors import DatasetError
from tests.datasets import made

pytestmark = pytest.mark.usefixtures("cache_folder")


@pytest.fixture
def flows(tmp_path):
    """60 rows of three classes, with a second label and the spelling ? of no value."""
    rng = np.random.default_rng(3)
    lines = ["src_ip,src port,n,x,proto,kind,attack"]
    for i in range(60):
        kind = ["dos", "normal", "web attack"][i % 3]
        n = "?" if i == 5 else rng.integers(9)
        proto = rng.choice(["tcp", "udp"])
        lines.append(f"10.0.0.{i},{i * 7 % 50},{n},{rng.random():.2f},{proto},{kind},{i % 3 != 1}")
    path = tmp_path / "flows.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def new(*arguments):
    return CliRunner().invoke(app, ["new", *map(str, arguments)], catch_exceptions=False).output


def refusal(*arguments):
    with pytest.raises(DatasetError) as caught:
        new(*arguments)
    return str(caught.value)


def filled(toml):
    """The card as its author leaves it: no "" but the one version's name."""
    text = toml.read_text()
    for key in ("title", "about", "source", "citation", "licence"):
        text, n = re.subn(rf'^{key} = ""', f'{key} = "the {key}"', text, flags=re.MULTILINE)
        assert n == 1
    toml.write_text(text)


@pytest.fixture
def module(tmp_path):
    """Load a module that `new` wrote."""
    loaded = []

    def load(name):
        spec = importlib.util.spec_from_file_location(name, tmp_path / f"{name}.py")
        loaded.append(importlib.util.module_from_spec(spec))
        spec.loader.exec_module(loaded[-1])
        return loaded[-1]

    yield load
    assert not {module.__name__ for module in loaded} & set(sys.modules)


def test_a_skeleton_says_where_it_is_and_what_to_do(tmp_path):
    assert new("my_flows", "--into", tmp_path) == (
        f"wrote {tmp_path}/my_flows.py\nwrote {tmp_path}/my_flows.toml\n"
        'Fill in the card; then add "my_flows": my_flows.DATASET to datasets/__init__.py, or to '
        "the COMPONENTS of a package of yours (docs/adding-a-dataset.md)\n"
    )
    unfilled = "my_flows.toml: title, about, source, citation, licence, normal: fill it in"
    with pytest.raises(DatasetError, match=unfilled):
        Card.read(tmp_path / "my_flows.toml")


def test_with_an_example_only_prose_and_reasons_are_left_to_fill_in(tmp_path, flows, module):
    options = ["--from", flows, "--label", "kind", "--missing", "?", "--into", tmp_path]
    new("my_flows", *options)
    filled(tmp_path / "my_flows.toml")
    mine = module("my_flows")
    card = mine.CARD
    assert card.labels == ("kind", "attack")
    assert card.normal == "normal"
    assert card.classes == {"dos": 20, "normal": 20, "web attack": 20}
    assert card.files[0].sha256 == hashlib.sha256(flows.read_bytes()).hexdigest()
    assert [(c.name, c.dtype) for c in card.columns] == [
        ("src_ip", "category"),
        ("src port", "int64"),
        ("n", "int64"),
        ("x", "float64"),
        ("proto", "category"),
        ("kind", "category"),
        ("attack", "category"),
    ]
    assert mine.DATASET.import_file(flows).startswith("my_flows: 60 rows, 3 classes; 1 file")
    table = mine.DATASET.prepare(task="binary")
    assert table.number_names == ("src port", "n", "x")
    assert np.isnan(table.numbers[5, 1])


def test_what_is_filled_in_imports_made_up_files_as_the_contract_test_does(tmp_path, flows, module):
    new("my_flows", "--from", flows, "--label", "kind", "--missing", "?", "--into", tmp_path)
    filled(tmp_path / "my_flows.toml")
    mine = module("my_flows")
    folder = tmp_path / "made"
    folder.mkdir()
    made.plain(mine.CARD, folder)
    mine.DATASET.import_file(folder, allow_unknown=True)
    for task in ("multiclass", "binary"):
        assert len(mine.DATASET.prepare(task=task, features="all")) == 36


def test_columns_that_look_like_identifiers_are_proposed_not_declared(tmp_path, flows):
    new("my_flows", "--from", flows, "--into", tmp_path)
    text = (tmp_path / "my_flows.toml").read_text()
    assert '[identifiers]\n# src_ip = ""\n# "src port" = ""\n\n' in text
    assert tomllib.loads(text)["identifiers"] == {}


def test_a_card_beside_a_table_works_as_it_is_written(flows):
    said = new("generic", "--from", flows, "--label", "kind", "--missing", "?")
    card = flows.with_suffix(".toml")
    assert said == (
        f"wrote {card}\nFill it in; then a sweep may say: {{name: generic, path: {flows}}}\n"
    )
    table = generic.prepare(path=str(flows), task="binary")
    assert table.classes == ("normal", "attack")
    assert table.number_names == ("src port", "n", "x")


def test_another_delimiter_is_found_and_written_down(flows):
    flows.write_text(flows.read_text().replace(",", ";"))
    new("generic", "--from", flows, "--label", "kind", "--missing", "?")
    assert 'delimiter = ";"\n' in flows.with_suffix(".toml").read_text()
    assert generic.prepare(path=str(flows)).number_names == ("src port", "n", "x")


def test_nothing_is_overwritten(tmp_path, flows):
    new("my_flows", "--into", tmp_path)
    before = (tmp_path / "my_flows.py").read_text()
    said = f"{tmp_path}/my_flows.py is there already; it is left as it is"
    assert refusal("my_flows", "--into", tmp_path) == said
    (tmp_path / "my_flows.py").unlink()
    said = f"{tmp_path}/my_flows.toml is there already; it is left as it is"
    assert refusal("my_flows", "--into", tmp_path) == said
    assert not (tmp_path / "my_flows.py").exists()
    assert before.startswith('"""my_flows: ')
    new("generic", "--from", flows)
    said = f"{tmp_path}/flows.toml is there already; it is left as it is"
    assert refusal("generic", "--from", flows) == said


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nsl_kdd"], "there is a dataset nsl_kdd already; choose another name"),
        (["My-Flows"], "'My-Flows' is no name: small letters, digits and _, such as my_flows"),
        (["generic"], "new generic needs the table: --from flows.csv"),
        (["x", "--label", "kind"], "--label and --missing say something of a table: --from it"),
        (["x", "--from", "FLOWS", "--label", "kin"], "no column of FLOWS 'kin'; did you mean 'ki"),
        (["x", "--from", "gone.csv"], "there is no gone.csv"),
        (["x", "--into", "gone"], "gone/x.py cannot be written: No such file or directory"),
    ],
)
def test_what_cannot_be_begun_is_refused(flows, monkeypatch, tmp_path, arguments, message):
    monkeypatch.chdir(tmp_path)
    arguments = [str(flows) if a == "FLOWS" else a for a in arguments]
    assert refusal(*arguments).startswith(message.replace("FLOWS", str(flows)))
    assert [path.name for path in tmp_path.iterdir()] == ["flows.csv"]


def test_a_label_with_a_value_per_row_is_none(tmp_path):
    path = tmp_path / "ids.csv"
    path.write_text("id\n" + "".join(f"{i}\n" for i in range(300)))
    assert refusal("x", "--from", path, "--label", "id", "--into", tmp_path) == (
        "id has 300 different values; that is no label"
    )


@pytest.fixture
def careless(tmp_path):
    """60 rows with numbers here and there missing, a class in two spellings, and a blank row."""
    lines = ["row,temp,share,kind"]
    for i in range(60):
        temp = {3: "?", 4: "n/a", 5: "?"}.get(i, i % 7)
        kind = "PROBE" if i == 8 else ["probe", "normal", "dos"][i % 3]
        lines.append(f"{i * 3},{temp},{i % 5}.0000,{kind}")
    path = tmp_path / "careless.csv"
    path.write_text("\n".join([*lines, ",,,"]) + "\n")
    return path


def test_a_blank_row_is_no_class_and_a_decimal_point_no_whole_number(tmp_path, careless):
    new("mine", "--from", careless, "--label", "kind", "--into", tmp_path)
    text = (tmp_path / "mine.toml").read_text()
    assert "classes = { PROBE = 1, dos = 19, normal = 20, probe = 20 }" in text
    assert 'share = "float64"' in text
    assert 'row = "int64"' in text


@pytest.mark.parametrize("name", ["mine", "generic"])
def test_what_an_author_should_look_at_is_proposed_in_comments(tmp_path, careless, name):
    new(name, "--from", careless, "--label", "kind", "--into", tmp_path)
    text = (tmp_path / f"{'mine' if name == 'mine' else 'careless'}.toml").read_text()
    assert '\n# temp: numbers but for "?" (2), "n/a" (1): are these missing?\n' in text
    assert '\n# If so: missing = ["?", "n/a"]\n' in text
    assert '[useless]\n# row = "a value per row"\n\n' in text
    assert '[spellings]\n# PROBE = "probe"\n' in text
    assert tomllib.loads(text)["spellings"] == {}


def test_describe_audits_a_table_of_ones_own(careless):
    new("generic", "--from", careless, "--label", "kind", "--missing", "?")
    said = CliRunner().invoke(
        app, ["describe", "generic", "--path", str(careless)], catch_exceptions=False
    )
    assert said.output.startswith(f"{careless}\nimported: 60 rows, content ")
    assert "leakage: " in said.output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["generic", "--raw", "my/flows.csv"],
            (
                "generic has no official files to look at with --raw; fewlabels datasets describe "
                "generic --path PATH audits a table of your own"
            ),
        ),
        (
            ["my/flows.csv"],
            (
                "describe takes a name, as `list` prints it, not the path my/flows.csv. For a "
                "table of your own: fewlabels datasets describe generic --path my/flows.csv"
            ),
        ),
        (
            ["my own/flows.csv"],
            (
                "describe takes a name, as `list` prints it, not the path my own/flows.csv. For a "
                "table of your own: fewlabels datasets describe generic --path 'my own/flows.csv'"
            ),
        ),
        (["nsl_kdd", "--path", "x.csv"], "--path goes with generic, and without --raw"),
    ],
)
def test_describe_says_what_to_do_with_a_path(arguments, message):
    with pytest.raises(DatasetError) as caught:
        CliRunner().invoke(app, ["describe", *arguments], catch_exceptions=False)
    assert str(caught.value) == message
