"""What the documentation says of files, commands and fields is so."""

import re
from functools import partial
from pathlib import Path

import pytest
import typer

import fewlabels
from cluster.launch import described as cluster_file
from harness.at_most import most
from harness.designs import DESIGNS
from harness.registry import ComponentFile, load
from harness.spec.describe import described
from harness.strategies import STRATEGIES, activeml
from tests.contracts import test_every_strategy as contract

ROOT = Path(__file__).resolve().parents[1]
DOCS = sorted((ROOT / "docs").glob("*.md"))
PAGES = [*(ROOT / f"{name}.md" for name in ("README", "CONTRIBUTING", "SECURITY")), *DOCS]
EVERYWHERE = {"--help", "--debug"}
# What docs/cluster.md says of other programs: sbatch, ray, docker.
OTHERS = {"--open-mode", "--signal", "--requeue", "--gres", "--generate", "--dashboard-host"}
OTHERS |= {"--build-arg", "--num-gpus", "--temp-dir"}


def on_each(pages):
    return pytest.mark.parametrize("page", pages, ids=lambda page: page.name)


@pytest.fixture(scope="module")
def options():
    """The options of each command, by its words."""
    found = {}

    def collect(command, words):
        for name, inner in getattr(command, "commands", {}).items():
            collect(inner, (*words, name))
        found[words] = {opt for param in command.params for opt in param.opts} | EVERYWHERE

    collect(typer.main.get_command(fewlabels._app()), ())
    return found


def code(page):
    """The lines of fenced and indented blocks, and spans, which may run over a line's end."""
    text = page.read_text(encoding="utf-8")
    fence = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
    lines = [line for block in fence.findall(text) for line in block.splitlines()]
    text = fence.sub("", text)
    lines += re.findall(r"^ {4}(.*)", text, re.MULTILINE)
    return lines + [" ".join(span.split()) for span in re.findall(r"`([^`]+)`", text)]


def calls(page):
    """The words after `fewlabels` in each call of it, without the comment."""
    found = [re.search(r"(?:^|[/\s])fewlabels\s+(\w[^#|]*)", line) for line in code(page)]
    return [match[1].split() for match in found if match]


def named(words, options):
    """The command that `words` begin with: two words of a group, one of any other."""
    group = {command[0] for command in options if len(command) > 1}
    return tuple(words[: 2 if words[0] in group else 1])


def test_the_fields_in_the_docs_are_those_of_the_sweep_file():
    text = (ROOT / "docs" / "sweep.md").read_text(encoding="utf-8")
    pasted = text[text.index("### ") :].rstrip()
    assert pasted == described().rstrip(), "run `fewlabels fields` and paste it into docs/sweep.md"


def test_the_fields_in_the_docs_are_those_of_a_cluster_file():
    text = (ROOT / "docs" / "cluster.md").read_text(encoding="utf-8")
    pasted = text[text.index("### ") :].rstrip()
    assert pasted == cluster_file.described().rstrip(), "paste `fewlabels cluster fields`"


@pytest.mark.parametrize("page", ["protocol.md", "faults.md"])
def test_every_test_that_a_page_names_is_there(page):
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    named, path = [], ""
    for place, test in re.findall(r"`(tests/[\w/.]*)?(?:::(\w+))?`", text):
        path = place or path
        if path:
            named.append((path, test))
    assert len(named) > 20
    for path, test in named:
        assert (ROOT / path).exists(), path
        if test:
            assert f"def {test}(" in (ROOT / path).read_text(encoding="utf-8"), test


@on_each(PAGES)
def test_relative_links_lead_to_files(page):
    links = re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8"))
    relative = [link for link in links if not re.match(r"[a-z]+:|#", link)]
    assert [link for link in relative if not (page.parent / link.partition("#")[0]).exists()] == []


@on_each(PAGES)
def test_commands_that_are_mentioned_exist(page, options):
    known = set(options)
    assert [words for words in calls(page) if named(words, options) not in known] == []


@on_each(PAGES)
def test_options_of_commands_that_are_mentioned_exist(page, options):
    unknown = [
        (words, word)
        for words in calls(page)
        for word in words
        if word.startswith("-") and word.partition("=")[0] not in options[named(words, options)]
    ]
    assert unknown == []


@on_each([ROOT / "README.md", *DOCS])
def test_options_that_are_mentioned_alone_are_some_commands(page, options):
    mentioned = set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", page.read_text(encoding="utf-8")))
    others = OTHERS if page.name == "cluster.md" else set()
    assert mentioned - others <= set.union(*options.values())


def test_the_pages_mention_commands_at_all(options):
    mentioned = {named(words, options) for page in PAGES for words in calls(page)}
    assert {("run",), ("plan",), ("datasets", "import"), ("fields",)} <= mentioned


def test_security_says_of_each_command_whether_it_runs_the_code_of_a_run():
    """Of every command that takes a run folder or a sweep, which may be somebody else's."""
    commands = typer.main.get_command(fewlabels._app()).commands
    takes = {
        name
        for name, command in commands.items()
        if {"run", "runs", "sweep"}
        & {p.name for p in command.params if p.param_type_name == "argument"}
    }
    assert {"plan", "run", "rerun", "status", "retry", "export"} <= takes
    text = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| a run folder from somebody")]
    told = [name for row in rows for name in re.findall(r"`(\w+)`", row.split("|")[1])]
    assert sorted(told) == sorted(takes)
    assert "`plan`" in rows[1]


def test_every_strategy_has_its_row_in_the_page_of_strategies():
    text = (ROOT / "docs" / "strategies.md").read_text(encoding="utf-8")
    theirs = {strategy.__name__ for strategy in activeml.named().values()}
    own, outside = text.split("## scikit-activeml", 1)
    own, designs = own.split("## Initial designs", 1)
    own = own.partition("## What they choose")[0]
    assert sorted(_rows(own)) == sorted(STRATEGIES)
    assert sorted(_rows(designs)) == sorted(DESIGNS)
    assert set(_rows(outside.partition("### ")[0])) == theirs


def _rows(text):
    """What the rows of its tables are about."""
    return re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE)


def test_the_page_of_strategies_says_of_each_class_that_is_not_served_why():
    text = (ROOT / "docs" / "strategies.md").read_text(encoding="utf-8")
    assert [name for name in activeml.NOT_SERVED if name not in text] == []


def test_the_page_of_strategies_has_the_limits_that_scikit_activemls_declare():
    text = (ROOT / "docs" / "strategies.md").read_text(encoding="utf-8")
    table = text.split("## scikit-activeml", 1)[1]
    rows = re.findall(r"^\| `(\w+)` \|.*\| ([\d,]*) ?\|$", table, re.MULTILINE)
    told = {name: int(limit.replace(",", "")) if limit else None for name, limit in rows}
    assert told == {s.__name__: most(s).rows for s in activeml.named().values()}


def test_the_strategy_in_the_page_of_strategies_keeps_the_contract():
    text = (ROOT / "docs" / "strategies.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    known = load((ComponentFile("mine.py", code),))
    strategy = partial(known.strategies["odd_ones"], trees=10)
    for keeps in (
        contract.test_depends_on_its_query_alone,
        contract.test_takes_the_pools_order_among_ties,
        contract.test_a_smaller_batch_is_the_start_of_a_larger_one,
    ):
        keeps(strategy)
