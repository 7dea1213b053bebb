"""The command line of fewlabels; composes the packages' commands, and nobody imports it."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import typer

USAGE = 2  # click's exit code for a wrong command line; ours for every user error is 1
PACKAGES = ("harness", "datasets", "search_spaces", "cluster", "reports")


def main() -> None:
    """Run the command line. Deliberate errors are printed; a traceback is a bug."""
    _check_packages()
    arguments = sys.argv[1:]
    debug = "--debug" in arguments
    if debug:
        arguments.remove("--debug")
    try:
        from datasets.errors import DatasetError
        from datasets.visible import say
    except Exception as error:
        if debug or type(error).__name__ != "DatasetError":
            raise
        sys.stderr.write(f"{error}\n")  # a card of the tree is wrong: an author's mistake
        sys.exit(1)
    from harness.errors import HarnessError

    try:
        _app()(args=arguments, prog_name="fewlabels")
    except SystemExit as ended:
        sys.exit(1 if ended.code == USAGE else ended.code)
    except (HarnessError, DatasetError) as error:
        if debug:
            raise
        say(error, err=True)
        sys.exit(1)
    except BrokenPipeError:  # `fewlabels components | head`
        sys.stderr.close()
        sys.exit(0)


def _app() -> typer.Typer:
    import typer

    import cluster.commands
    import cluster.doctor.command
    import cluster.forecast.command
    import cluster.launch.commands
    import cluster.submit.commands as submitted
    import datasets.commands
    import harness.commands
    import harness.export.command
    import harness.retry.command
    import reports.commands

    app = typer.Typer(
        help="How few labels does an intrusion detector need?",
        epilog="With --debug, errors come with their traceback.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    app.command()(cluster.forecast.command.plan)
    app.command()(cluster.commands.run)
    app.command()(submitted.submit)
    app.command()(harness.commands.status)
    app.command()(harness.commands.verify)
    app.command()(harness.retry.command.retry)
    app.command()(harness.commands.rerun)
    app.command()(reports.commands.report)
    app.command()(reports.commands.leaderboard)
    app.command()(reports.commands.efficiency)
    app.command()(harness.export.command.export)
    # Only reports draws: its `describe` is the datasets' own, with --html.
    datasets.commands.app.command("describe")(reports.commands.describe)
    app.add_typer(datasets.commands.app, name="datasets")
    for command in (submitted.jobs, submitted.status, submitted.logs, submitted.stop):
        cluster.launch.commands.app.command()(command)
    cluster.launch.commands.app.command()(submitted.fetch)
    cluster.launch.commands.app.command("hand-over", hidden=True)(submitted.hand_over)
    cluster.launch.commands.app.command()(cluster.doctor.command.doctor)
    app.add_typer(cluster.launch.commands.app, name="cluster")
    app.command()(harness.commands.components)
    app.command()(harness.commands.fields)
    return app


def _check_packages() -> None:
    """The import names are generic: a package of the same name elsewhere would be used instead."""
    here = Path(__file__).resolve().parent
    foreign = {}
    for name in PACKAGES:
        spec = find_spec(name)
        found = Path(spec.origin).resolve().parent if spec and spec.origin else None
        if found != here / name:
            foreign[name] = found
    if foreign:
        for name, found in foreign.items():
            sys.stderr.write(f"the package {name!r} comes from {found}, not from {here / name}\n")
        sys.stderr.write(
            "Another installed package has the same import name (Hugging Face's is also called "
            "datasets). Install fewlabels into a virtual environment of its own: "
            "python -m venv .venv && .venv/bin/pip install -e '.[cpu]'\n"
        )
        sys.exit(1)


if __name__ == "__main__":
    main()
