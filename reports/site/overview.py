"""The first page: the answer, how sure it is, and what it rests on."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

from datasets.visible import one_line
from harness.schema import LOWER_IS_BETTER
from reports.answer import answer, p_value, pipeline, sureness
from reports.at_budgets import AtBudget, at_budgets, is_chance
from reports.columns import COLUMNS, records
from reports.headline import headline
from reports.interval import ENOUGH
from reports.metric_names import TITLES
from reports.provenance import progress
from reports.ranks.overlaps import overlaps
from reports.ranks.paired import Paired
from reports.ranks.power import LEVEL, Power
from reports.site.content import Content
from reports.site.draw.learning import winner_and_chance
from reports.site.files import Files
from reports.site.page import Filled
from reports.site.panels import Figure, Json

OWN, OWN_MORE = "is the winner", "random sampling is the winner"
OTHER = "the best other strategy"
UNKNOWN = "not known"
NEXT = "see the next row"
TOP = 5  # rows of the leaderboard
SHOWN = ("#", "to target", "tuned", "AUBC", "repeats")


class Line(NamedTuple):
    """One row of the table of winners."""

    budget: str
    winner: str
    score: str
    chance: str
    apart: str
    is_more: str  # whether that is more than noise
    needs: str  # labels that chance needs for the winner's score
    is_second: bool = False  # no winner: the best other strategy, below random sampling that is


class Short(NamedTuple):
    """One dataset in a line, on top of a page that has several."""

    first: str  # of the leaderboard
    to_target: str
    budget: str  # the largest that anyone wins at
    winner: str  # there
    apart: str
    is_more: str


@dataclass(frozen=True)
class Section:
    """What the page says of one dataset."""

    dataset: str
    place: str  # an id
    badges: list[str]
    answer: str
    sure: str
    note: str
    short: Short | None
    lines: list[Line]
    figure: Json | None
    figure_title: str
    combinations: list[str]  # of the first rows
    top: dict[str, list[str]]  # column -> texts
    at: int  # labels that the scores in `top` belong to


def fill(content: Content, _: Files) -> Filled:
    """Compute a section for each dataset."""
    reference = content.results.reference
    return {
        "sections": [_section(content, name, i) for i, name in enumerate(content.datasets)],
        "short_titles": [
            "First of the leaderboard",
            "Labels to the target",
            "Largest budget",
            "Winner there",
            "Difference to random [95 %]",
            "More than noise?",
        ],
        "progress": progress(content.results),
        "metric": TITLES[content.metric],
        "winner_titles": [
            "Labels",
            "Winner: classifier + strategy (scaler, resampler if any)",
            TITLES[content.metric],
            "Random sampling, same pipeline",
            "Difference [95 %]",
            "More than noise?",
            "Labels that random needs for that score",
        ],
        "reference": reference.plain,
        "share": f"{reference.share:.0%}".replace("%", " %"),
        "divisor": reference.share,
        "is_turned": content.metric in LOWER_IS_BETTER,
        "enough": ENOUGH,
        "about": {name: COLUMNS[name].about for name in SHOWN},
    }


def _section(content: Content, dataset: str, place: int) -> Section:
    measures, reference = content.main, content.results.reference
    one = content.board(dataset)
    best = content.frames.headline(dataset, content.metric)
    n = content.grid.repeats[dataset]
    few = f"No intervals: {n} repeat{'s' * (n > 1)}, and {ENOUGH} are needed." if n < ENOUGH else ""
    rows = records(one.rows.head(TOP))
    overlap = overlaps(content.results).get(dataset)
    by_budget = at_budgets(measures, dataset, overlap)
    rival = None
    if best and is_chance(measures, best.winner):
        rival = headline(measures, dataset, overlap, but_chance=True)
    figure = winner_and_chance(content, dataset, best, rival) if best else None
    lines = [_lines(content, found) for found in by_budget]
    top = {name: [COLUMNS[name].text(row, one) for row in rows] for name in SHOWN}
    return Section(
        one_line(dataset),
        f"dataset-{place}",
        content.badges[dataset],
        answer(one, reference.plain, reference.share),
        sureness(best, content.grid, measures, rival) if best else "",
        few,
        _short(pipeline(rows[0]), top["to target"][0], lines[-1]) if lines else None,
        [line for some in lines for line in some],
        _sent(figure),
        f"The first of the leaderboard, and {OTHER if rival else 'random sampling'}",
        [pipeline(row) for row in rows],
        top,
        one.at,
    )


def _short(first: str, to_target: str, at_most: list[Line]) -> Short:
    own, shown = at_most[0], at_most[-1]
    apart, is_more = shown.apart, shown.is_more
    if own.chance == OWN:
        apart = f"{apart} for {OTHER}" if shown.is_second else "no other strategy"
        is_more = OWN_MORE
    return Short(first, to_target, own.budget, own.winner, apart, is_more)


def _sent(figure: Figure | None) -> Json | None:
    return vars(figure) if figure else None


def _lines(content: Content, found: AtBudget) -> list[Line]:
    """Return the winner; where it samples at random, and the best that does not."""
    own = _line(content, found)
    dataset = content.grid.names(found.found.winner)["dataset"]
    ties = int((content.board(dataset, found.budget).rows["rank"] == 1).sum()) - 1
    if ties > 0:
        equal = f"{ties:,} other{'s score' if ties > 1 else ' scores'} the same"
        own = own._replace(winner=f"{own.winner}; {equal}")
    if not is_chance(content.main, found.found.winner):
        return [own]
    below = NEXT if found.rival else "no other strategy"
    own = own._replace(chance=OWN, apart=below, is_more=below, needs="it is random itself")
    if found.rival is None:
        return [own]
    other = _line(content, found.rival)
    return [own, other._replace(winner=f"{OTHER}: {other.winner}", is_second=True)]


def _line(content: Content, found: AtBudget) -> Line:
    best = found.found
    value, half = (best.held_out, best.half) if best.n_repeats > 1 else (best.naive, math.nan)
    return Line(
        f"{found.budget:,}",
        pipeline(content.grid.names(best.winner)),
        f"{value:.3f}" + ("" if math.isnan(half) else f" ± {half:.3f}"),
        UNKNOWN if math.isnan(found.chance) else f"{found.chance:.3f}",
        _apart(best.against_chance),
        is_more(found),
        _needs(found),
    )


def _apart(against: Paired | None) -> str:
    if against is None or not against.n:
        return UNKNOWN
    interval = "" if math.isnan(against.low) else f" [{against.low:+.3f}, {against.high:+.3f}]"
    return f"{against.mean:+.3f}{interval}"


def is_more(found: AtBudget) -> str:
    """Say whether a difference is more than noise, by the corrected resampled t-test."""
    against = found.found.against_chance
    if not found.is_chance_run:
        return "random was not run for each choice"
    if against is None or not against.n:
        few = str(Power(found.found.n_repeats, ENOUGH))
        return f"not known: {few or 'random has no score yet'}"
    if not (against.wins + against.losses + against.n_missing):
        return "no: equal in every repeat"
    if against.why:
        return f"not known: {against.why}"
    p = p_value(against.p)
    if against.p >= LEVEL:
        return f"no, may be noise ({p})"
    return f"yes ({p})" if against.mean > 0 else f"yes, random is better ({p})"


def _needs(found: AtBudget) -> str:
    """Say between which budgets that chance was measured at; nothing is guessed."""
    if not found.chance_until:
        return UNKNOWN
    if found.chance_needs is None:
        return f"more than {found.chance_until:,}"
    start = f"more than {found.chance_before:,}, " if found.chance_before else ""
    return f"{start}at most {found.chance_needs:,}"
