"""Whether each node has disk and memory for what Ray will put there."""

from __future__ import annotations

from collections.abc import Iterator

from cluster.doctor.finding import Finding, Verdict, worst
from cluster.doctor.seen import Seat, Seen, Visit
from harness.destination import size

FULL = 0.95  # of a disk: Ray then writes no more objects there (local_fs_capacity_threshold)
LITTLE_BYTES = 5e9  # free, in the folder for temporary files: logs, and objects that find no room

Trouble = tuple[Verdict, str]


def space(seen: Seen) -> Finding:
    """Free temporary space, shared memory for objects, memory that Ray promises to tasks."""
    troubles = [
        (verdict, f"{seat.name}: {said}")
        for seat, visit in seen.visits()
        for verdict, said in _troubles(seat, visit)
    ]
    if troubles:
        return Finding(
            "space",
            worst(*(verdict for verdict, _ in troubles)),
            f"{len(troubles)} shortages",
            tuple(line for _, line in troubles),
            "make room, or start Ray there with --temp-dir, --object-store-memory or --memory that "
            "fit the machine",
        )
    temps = [visit.temp.free_bytes for _, visit in seen.visits() if visit.temp]
    stores = [seat.store_bytes for seat, _ in seen.visits()]
    if not temps or not stores:
        return Finding("space", Verdict.fine, "no node says what it has")
    found = f"at least {size(min(temps))} free for temporary files, {size(min(stores))} for objects"
    return Finding("space", Verdict.fine, found)


def _troubles(seat: Seat, visit: Visit) -> Iterator[Trouble]:
    if (disk := visit.temp) and disk.all_bytes:
        free = f"{size(disk.free_bytes)} of {size(disk.all_bytes)} free in {disk.folder}"
        if disk.free_bytes < (1 - FULL) * disk.all_bytes:
            yield Verdict.wrong, f"{free}: Ray stops writing objects at {FULL:.0%} full"
        elif disk.free_bytes < LITTLE_BYTES:
            yield Verdict.beware, free
    if (shared := visit.shm) and shared.all_bytes < seat.store_bytes:
        yield (
            Verdict.beware,
            (
                f"{size(shared.all_bytes)} of shared memory ({shared.folder}) for an object store "
                f"of {size(seat.store_bytes)}: Ray then keeps objects on disk, which is slow"
            ),
        )
    promised = seat.memory_bytes + seat.store_bytes
    if seat.works and visit.memory_bytes and promised > visit.memory_bytes:
        yield (
            Verdict.beware,
            (
                f"Ray promises {size(promised)} to tasks and objects, the machine has "
                f"{size(visit.memory_bytes)}"
            ),
        )
