"""Any table of numbers in LIBSVM's text format (svmlight)."""

from __future__ import annotations

import hashlib
from io import BytesIO

from datasets import given_path
from datasets.card import Card
from datasets.dataset import Table
from datasets.errors import DatasetError
from datasets.plain_table import plain_table

MOST_CELLS = 500_000_000  # 4 GB: tables are dense here, and such files need not be

CARD = Card(
    name="libsvm",
    title="A LIBSVM (svmlight) text file, by its path",
    about="Lines of `label index:value index:value ...`; what a line leaves out is 0.",
    source="https://www.csie.ntu.edu.tw/~cjlin/libsvm/ (the format); the file that `path` names",
    citation="that of the file",
    licence="that of the file",
)


def prepare(*, path: str) -> Table:
    """Return the rows of the LIBSVM file at `path`, dense; all columns are numbers.

    path: as given, from the current directory, or else below $FEWLABELS_TEST_DATA (if that is not
    set, ../shared/data beside the checkout).

    Raises `DatasetError`, naming the file, where it is missing, unreadable, or too wide to be
    made dense.
    """
    from sklearn.datasets import load_svmlight_file

    file, content = given_path.read(path)
    try:
        X, y = load_svmlight_file(BytesIO(content), zero_based="auto")
    except (ValueError, OverflowError) as error:
        raise DatasetError(f"{file} cannot be read as LIBSVM text: {error!s:.200}") from error
    n_rows, n_columns = X.shape
    if n_rows * n_columns > MOST_CELLS:
        raise DatasetError(f"{file}: {n_rows:,} x {n_columns:,} values are too many to make dense")
    return plain_table(X.toarray(), y, hashlib.sha256(content).hexdigest(), str(file))
