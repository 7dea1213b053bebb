"""Rows come in few shapes, and none is lost or counted twice."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.classifiers.neural.few_shapes import BLOCK_ROWS, blocks, chunks


@settings(deadline=None)
@given(n=st.integers(1, 10_000), batch_size=st.integers(1, 200))
def test_blocks_hold_the_batches_in_order_each_weighing_one(n, batch_size):
    order = np.random.default_rng(n).permutation(n)
    found = []
    for block in blocks(order, batch_size):
        real = block.share > 0
        assert real[: block.n].any(axis=1).all()
        assert not real[block.n :].any()
        np.testing.assert_allclose(block.share[: block.n].sum(axis=1), 1, rtol=1e-5)
        found += [rows[there] for rows, there in zip(block.rows, real, strict=True)][: block.n]
    whole = [order[at : at + batch_size] for at in range(0, n, batch_size)]
    assert [batch.tolist() for batch in found] == [batch.tolist() for batch in whole]


def test_blocks_of_a_batch_size_have_one_shape_that_nearby_ones_share():
    shapes = {
        block.rows.shape
        for n in (1, 70, BLOCK_ROWS, 3 * BLOCK_ROWS + 1)
        for batch_size in range(17, 33)
        for block in blocks(np.arange(n), batch_size)
    }
    assert shapes == {(BLOCK_ROWS // 32, 32)}


def test_a_batch_larger_than_a_block_is_one_block():
    (block,) = blocks(np.arange(6000), 8000)
    assert block.rows.shape == (1, 8192)
    assert block.n == 1


@settings(deadline=None)
@given(n=st.integers(0, 20_000), at_most=st.sampled_from([64, 256, 1000, 8192]))
def test_chunks_hold_every_row_once_in_three_sizes(n, at_most):
    X = np.arange(n, dtype=np.float32)[:, None]
    parts = [(part, real) for part, real in chunks(X, at_most)]
    assert [row for part, real in parts for row in part[:real, 0]] == list(range(n))
    sizes = {len(part) for part, _ in parts}
    largest = 1 << (at_most.bit_length() - 1)
    assert sizes <= {largest, max(largest // 8, 32), max(largest // 64, 32)}
    filled = sum(len(part) - real for part, real in parts)
    assert filled < max(largest // 64, 32)
