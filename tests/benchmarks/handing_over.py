"""What Ray takes of the driver: to hand a task over, to get its rows, to be asked what is ready.

`python -m tests.benchmarks.handing_over` starts a local Ray of two CPUs and prints milliseconds.
What the driver itself takes for a result is in `driver.py`. docs/scale.md has the figures, and
`cluster/forecast/costs.py` uses them.
"""

from __future__ import annotations

import time


def main():
    """Print what a task costs this process when Ray carries it, and what waiting for many does."""
    import ray

    from cluster.connection import connect

    connect(None, 2)
    rows = [{f"column_{i}": 0.5 for i in range(60)} for _ in range(10)]  # as of a study's segment
    given = ray.remote(lambda _: {"trials": rows})
    for _ in range(2):  # the first time processes start
        started = time.monotonic()
        refs = [given.remote(rows) for _ in range(500)]
        handed = time.monotonic()
        ray.wait(refs, num_returns=len(refs))
        back = time.monotonic()
        for ref in refs:
            ray.get(ref)
        got = time.monotonic()
    hand_ms, get_ms = 2 * (handed - started), 2 * (got - back)
    print(f"Ray: {hand_ms:.2f} ms to hand a task over, {get_ms:.2f} to get its rows")
    print(f"Ray: {500 / (got - started):.0f} tasks/s through two workers that do nothing")
    forever = ray.remote(lambda: time.sleep(3_600))
    refs = []
    for n in (1_000, 4_000, 16_000):
        refs += [forever.remote() for _ in range(n - len(refs))]
        time.sleep(1)
        started = time.monotonic()
        for _ in range(5):
            ray.wait(refs, num_returns=1, timeout=0)
            ray.wait(refs, num_returns=len(refs), timeout=0)
        print(f"Ray: {(time.monotonic() - started) / 5 * 1e3:.1f} ms to ask what of {n:,} is ready")
    ray.shutdown()


if __name__ == "__main__":
    main()
