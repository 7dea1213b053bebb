"""What a run spends beside the work itself; measured or assumed, as it says there.

Measured on two cores of a shared machine, which were busy, by `tests/benchmarks/driver.py` (the
driver alone) and `handing_over.py` (Ray); docs/scale.md has the figures.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Costs:
    """Seconds and bytes; the driver does one thing after the other."""

    # The driver, measured.
    write_s: float = 0.02  # each answer of the executor: files encoded, synced, swapped
    row_s: float = 0.00025  # each row in it: encoded, counted
    hand_over_s: float = 0.0003  # a task to Ray
    get_s: float = 0.0002  # its rows from Ray
    ask_s: float = 5e-6  # each task under way, whenever Ray is asked what is ready
    trial_bytes: float = 170  # of its memory: over 1,000,000 trials; over 100,000 it was 480

    # Measured without Ray, 220e6; what Ray takes of the driver's process is assumed.
    driver_bytes: float = 310e6  # of its memory, before the first trial

    # Measured by each forecast: `setup.py`.
    process_s: float = 4.0  # a new process until its first task works: mostly imports

    # Assumed: nobody measured these.
    task_s: float = 0.03  # each task, beside its rows: begun, batches replayed, folds made
    bytes_per_s: float = 125e6  # 1 Gbit/s: a dataset to a node, once
    lost_s: float = 5.0  # until the driver knows that a node has died
    back_s: float = 300.0  # until the node is there again, empty


COSTS = Costs()
