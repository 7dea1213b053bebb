"""Numbers that some tools spell in hexadecimal, as decimals."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

SPELLING = "^0[xX][0-9a-fA-F]{1,13}$"  # up to 52 bits, which a float holds exactly


def as_decimal(cells: pa.StringArray) -> pa.StringArray:
    """Return `cells` with each hexadecimal one in decimal; the others as they are.

    >>> import pyarrow as pa
    >>> as_decimal(pa.array(["0x0303", "80", "", "0x"])).to_pylist()
    ['771', '80', '', '0x']
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    is_hexadecimal = pc.match_substring_regex(cells, SPELLING)
    if not pc.any(is_hexadecimal).as_py():
        return cells
    numbers = pc.cast(cells.filter(is_hexadecimal), pa.int64())
    return pc.replace_with_mask(cells, is_hexadecimal, pc.cast(numbers, pa.string()))
