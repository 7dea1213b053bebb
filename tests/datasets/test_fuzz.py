"""Whatever a file holds, an import ends with a dataset or with one message; never with a traceback.

Mutated files in every official layout. `make fuzz` tries more of them.
"""

import os
import random
import shutil

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from datasets import DATASETS
from datasets.errors import DatasetError
from tests.datasets.made_every import MADE

N_EXAMPLES = int(os.environ.get("FEWLABELS_FUZZ", "12"))
ODD = [
    b"",
    b"\0",
    b'"',
    b",",
    b",,",
    b"\n",
    b"\r",
    b"\xff",
    b"\xef\xbb\xbf",
    b"inf",
    b"-",
    b"1e999",
]
ODD += [
    b"1e999",
    b"NaN",
    b"9" * 400,
    b"0x",
    b"\xe2\x80\xae",
    b"a" * 300,
    b"'",
    b"\t",
    b" ",
    b"\x1f\x8b",
]
LAYOUTS = sorted(set(MADE) - {name for name in MADE if name.startswith("n_baiot_")})
LAYOUTS += ["n_baiot_danmini_doorbell"]  # the nine are alike


def mutated(content: bytes, changes) -> bytes:
    for kind, where, odd in changes:
        at = int(where * len(content))
        match kind:
            case "cut":
                content = content[:at]
            case "drop":
                content = content[:at] + content[at + 1 + len(odd) :]
            case "insert":
                content = content[:at] + odd + content[at:]
            case "repeat":
                content = content[:at] + content[at : at + 300] + content[at:]
            case _:
                content = content[:at] + odd + content[at + len(odd) :]
    return content


changes = st.lists(
    st.tuples(
        st.sampled_from(["cut", "drop", "insert", "repeat", "overwrite"]),
        st.floats(0, 1),
        st.integers(0, len(ODD) - 1).map(lambda i: ODD[i][:300]),
    ),
    min_size=1,
    max_size=4,
)


@pytest.fixture(scope="module", params=LAYOUTS)
def official(request, tmp_path_factory):
    """A folder of official files, made up; and the cache beside it."""
    folder = tmp_path_factory.mktemp(request.param)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FEWLABELS_CACHE", str(folder / "cache"))
        (folder / "official").mkdir()
        MADE[request.param](folder / "official")
        yield request.param, folder


@settings(
    max_examples=N_EXAMPLES,
    deadline=None,
    derandomize="FEWLABELS_FUZZ" not in os.environ,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(changes, st.integers(0, 2**16), st.booleans())
def test_an_import_says_what_it_did_or_what_is_wrong(official, changes, seed, allow_unknown):
    name, folder = official
    dataset = DATASETS[name]
    odd = folder / "odd"
    shutil.rmtree(odd, ignore_errors=True)
    shutil.copytree(folder / "official", odd)
    files = sorted(path for path in odd.rglob("*") if path.is_file())
    file = random.Random(seed).choice(files)  # noqa: S311
    file.write_bytes(mutated(file.read_bytes(), changes))
    try:
        assert dataset.import_file(odd, allow_unknown=allow_unknown).startswith(dataset.card.name)
        dataset.prepare()
    except DatasetError as error:
        said = str(error)
        assert 10 < len(said) < 2_000
    left = {path.name for path in (folder / "cache").rglob("*") if path.is_file()}
    assert left <= {"current", "table.parquet", "table.sha256"}
