"""Comparisons that were tested, as columns and cells of a table."""

from __future__ import annotations

from datasets.visible import one_line
from reports.axis_effects import Effect
from reports.ranks.paired import Paired
from reports.site.panels import Cell, Column
from reports.site.written import interval, p_value, signed, verdict

TESTED = (
    Column("95 % interval", "of the mean, by the corrected resampled t-test; from 5 repeats on"),
    Column("better / same / worse", "repeats on which the first is better, the same, worse"),
    Column("p", "of the corrected resampled t-test, paired by repeat", is_number=True),
    Column("p, Holm", "adjusted for all comparisons of this table", is_number=True),
    Column("verdict", "better or worse: p, Holm is below 5 %"),
)
COVERAGE = Column("coverage", "pipelines that have both on all repeats, of those that have either")


def tested(of: Paired, adjusted: float) -> list[Cell]:
    """Return the difference, and the cells of `TESTED`."""
    return [
        signed(of.mean),
        interval(of),
        f"{of.wins} / {of.ties} / {of.losses}",
        p_value(of.p),
        p_value(adjusted),
        verdict(of.mean, adjusted, of.why),
    ]


def compared(effect: Effect, adjusted: float) -> list[Cell]:
    """Return both names, the cells of `tested`, and the coverage."""
    return [
        one_line(effect.component),
        one_line(effect.against),
        *tested(effect.found, adjusted),
        (effect.coverage, effect.shared),
    ]
