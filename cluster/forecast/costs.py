"""What a run spends beside the work itself. Measured where it says so, assumed where it says so.

Measured on two cores of a shared machine by `tests/benchmarks/driver.py` and `handing_over.py`;
docs/scale.md has the figures.
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

    # Workers, measured.
    process_s: float = 4.0  # a new process until its first task works: mostly imports
    task_s: float = 0.03  # each task, beside its rows: begun, batches replayed, folds made

    # Nodes, assumed.
    bytes_per_s: float = 125e6  # 1 Gbit/s: a dataset to a node, once
    lost_s: float = 5.0  # until the driver knows that a node has died
    back_s: float = 300.0  # until the node is there again, empty

    # The driver's memory, measured (tests/benchmarks/driver_memory.py).
    driver_bytes: float = 310e6
    trial_bytes: float = 480


COSTS = Costs()
