"""Nothing that ships takes data for code: what could is looked for in every file of it."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("cluster", "datasets", "harness", "reports", "search_spaces")
MODULES = {"pickle", "cPickle", "cloudpickle", "dill", "marshal", "shelve", "joblib", "runpy"}
MODULES |= {"tarfile", "xml"}  # members that lie elsewhere; entities that refer elsewhere
NAMES = {"eval", "exec", "compile", "__import__", "import_module", "input"}
ATTRIBUTES = {
    *("os.system", "os.popen", "pd.read_pickle", "pandas.read_pickle", "pd.eval", "pandas.eval"),
    *("subprocess.getoutput", "subprocess.getstatusoutput", "importlib.import_module"),
    *("yaml.load", "yaml.load_all", "yaml.unsafe_load", "yaml.full_load", "yaml.dump"),
    *("tempfile.mktemp", "shutil.unpack_archive"),
}
METHODS = {"extractall", "extract", "read_pickle", "to_pickle"}
TRUE_KEYWORDS = {"allow_pickle", "shell"}

# What is there all the same, and why it may be.
ALLOWED = {
    ("harness/classifiers/pickled_bytes.py", "pickle"): "weighs models and writes nothing",
    ("harness/spec/read.py", "yaml.load"): "with a loader that is a SafeLoader",
    ("harness/registry.py", "exec"): "of the component files that a sweep names, as code",
    ("harness/registry.py", "compile"): "the same",
}


def dotted(node):
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return ""


def found_in(code):
    """Names of what takes data for code, in the text of a module."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            yield from MODULES & {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            yield from MODULES & {module.partition(".")[0]}
            names = {alias.name for alias in node.names}
            yield from names & NAMES
            yield from ATTRIBUTES & {f"{module}.{name}" for name in names}
        elif isinstance(node, ast.Call):
            called = dotted(node.func)
            yield from {called} & (NAMES | ATTRIBUTES)
            if isinstance(node.func, ast.Attribute) and node.func.attr in METHODS:
                yield node.func.attr
            for keyword in node.keywords:
                is_off = isinstance(keyword.value, ast.Constant) and keyword.value.value is False
                if keyword.arg in TRUE_KEYWORDS and not is_off:
                    yield keyword.arg


def test_nothing_that_ships_takes_data_for_code():
    files = [ROOT / "fewlabels.py", *(f for p in PACKAGES for f in (ROOT / p).rglob("*.py"))]
    assert len(files) > 150
    found = {
        (path.relative_to(ROOT).as_posix(), name)
        for path in files
        for name in found_in(path.read_text(encoding="utf-8"))
    }
    assert found == set(ALLOWED)


@pytest.mark.parametrize(
    "code",
    [
        "import pickle",
        "from joblib import dump",
        "import xml.etree.ElementTree as ET",
        "eval('1')",
        "exec(text)",
        "os.system('ls')",
        "yaml.load(text, yaml.Loader)",
        "from yaml import unsafe_load",
        "from importlib import import_module",
        "np.load(path, allow_pickle=True)",
        "np.load(path, allow_pickle=anything)",
        "subprocess.run('ls', shell=True)",
        "archive.extractall(folder)",
        "pd.read_pickle(path)",
        "frame.to_pickle(path)",
        "tempfile.mktemp()",
    ],
)
def test_it_would_be_found(code):
    assert list(found_in(code))


def test_what_only_looks_like_it_is_not():
    assert not list(found_in("model.evaluate(); re.compile('a'); np.load(f, allow_pickle=False)"))
