"""What pyproject.toml asks for is what the packages import."""

import ast
import re
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def normal(name):
    return re.sub(r"[-_.]+", "-", re.match(r"[\w.-]+", name)[0]).lower()


def imported():
    """The distributions that shipped modules import from."""
    packages = PROJECT["tool"]["setuptools"]["packages"]
    modules = [ROOT / "fewlabels.py", *(f for p in packages for f in glob(p))]
    names = set()
    for module in modules:
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                names.add(node.module.partition(".")[0])
    provided = packages_distributions()
    return {normal(distribution) for name in names for distribution in provided.get(name, [])}


def glob(package):
    return (ROOT / package.replace(".", "/")).glob("*.py")


def test_every_runtime_dependency_is_imported_by_what_ships():
    asked = {normal(line) for line in PROJECT["project"]["dependencies"]}
    assert asked - imported() == set()
