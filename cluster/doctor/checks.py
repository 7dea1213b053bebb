"""Every check, in the order in which they are told."""

from __future__ import annotations

from collections.abc import Callable

from cluster.doctor.clock import clock
from cluster.doctor.data import datasets, reach
from cluster.doctor.doors import dashboards, token
from cluster.doctor.finding import Finding
from cluster.doctor.gpus import gpus
from cluster.doctor.seen import Seen
from cluster.doctor.space import space
from cluster.doctor.studies import studies
from cluster.doctor.versions import answers, versions

Check = Callable[[Seen], Finding | None]  # None: it was not asked to look

CHECKS: tuple[Check, ...] = (
    answers,
    token,
    dashboards,
    versions,
    gpus,
    datasets,
    reach,
    clock,
    space,
    studies,
)
