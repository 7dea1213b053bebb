from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

import pytest

import fewlabels

ROOT = Path(__file__).resolve().parents[1]
SLOW = {
    "duckdb",
    "imblearn",
    "optuna",
    "pandas",
    "plotly",
    "pyarrow",
    "pydantic",
    "ray",
    "scipy",
    "sklearn",
    "tensorflow",
    "xgboost",
    "yaml",
}
CALL = "import sys, fewlabels; sys.argv = ['fewlabels', *sys.argv[1:]]; fewlabels.main()"


def fewlabels_says(*arguments, cwd=None, code=0):
    """What the command line writes: stdout, stderr."""
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            f"import sys; sys.path.insert(0, {str(ROOT)!r})\n{CALL}",
            *arguments,
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
    )
    assert done.returncode == code, done.stderr
    return done.stdout, done.stderr


def loaded(*arguments, cwd=None):
    """The packages that a command imports."""
    code = (
        "import sys, atexit\n"
        "atexit.register(lambda: print('loaded', *{m.partition('.')[0] for m in sys.modules}))\n"
        f"sys.path.insert(0, {str(ROOT)!r})\n" + CALL
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
    )
    found = set(done.stdout.rpartition("loaded ")[2].split())
    assert "typer" in found
    return found


def test_help_imports_nothing_slow():
    assert not loaded("--help") & SLOW


def test_help_takes_less_than_a_second_of_work():
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    text, _ = fewlabels_says("--help")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime - before.ru_utime < 1
    commands = ("plan", "run", "status", "rerun", "report", "leaderboard", "datasets", "components")
    for command in commands:
        assert f" {command} " in text


def test_errors_are_lines_without_a_traceback(tmp_path):
    _, said = fewlabels_says("plan", "quickstrat", cwd=tmp_path, code=1)
    assert said == (
        "quickstrat has 1 problem:\n  no such file; did you mean quickstart? "
        "Sweeps that ship: bilstm_first_look, bilstm_study_b, quickstart, rebenchmark_2025, "
        "strategies_ton_iot, ton_iot_first_look\n"
    )
    _, said = fewlabels_says("status", "nowhere", cwd=tmp_path, code=1)
    assert said == "no run at nowhere\n"


def test_a_status_without_a_run_loads_nothing_but_what_reads_tables(tmp_path):
    found = loaded("status", "nowhere", cwd=tmp_path) & SLOW
    assert found <= {"pandas", "pyarrow", "pydantic"}  # Typer asks pydantic about its options


def test_a_wrong_command_line_is_a_users_error_too(tmp_path):
    _, said = fewlabels_says("plan", "--bogus", cwd=tmp_path, code=1)
    assert "No such option: --bogus" in said
    fewlabels_says("bogus", cwd=tmp_path, code=1)


@pytest.mark.parametrize("where", ["first", "last"])
def test_debug_shows_the_traceback(tmp_path, where):
    arguments = ["status", "nowhere"]
    arguments.insert(0 if where == "first" else 2, "--debug")
    _, said = fewlabels_says(*arguments, cwd=tmp_path, code=1)
    assert "Traceback (most recent call last)" in said
    assert "RunFolderError: no run at nowhere" in said


def test_a_package_of_the_same_name_elsewhere_is_noticed(tmp_path):
    (tmp_path / "datasets").mkdir()
    (tmp_path / "datasets" / "__init__.py").touch()
    code = f"import sys; sys.path[:0] = [{str(tmp_path)!r}, {str(ROOT)!r}]\n{CALL}"
    done = subprocess.run(
        [sys.executable, "-c", code, "--help"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    first, then = done.stderr.splitlines()
    assert first == (
        f"the package 'datasets' comes from {tmp_path / 'datasets'}, not from {ROOT / 'datasets'}"
    )
    assert then.startswith("Another installed package has the same import name")
    assert "python -m venv .venv" in then


def test_a_package_that_is_not_there_at_all_is_noticed(monkeypatch, capsys):
    monkeypatch.setattr(fewlabels, "find_spec", lambda _: None)
    with pytest.raises(SystemExit) as ended:
        fewlabels.main()
    assert ended.value.code == 1
    assert "the package 'harness' comes from None" in capsys.readouterr().err
