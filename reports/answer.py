"""The answer in sentences per dataset: how few labels, by whom, and how sure that is."""

from __future__ import annotations

import math
from dataclasses import replace

from datasets.visible import one_line
from harness.schema import LOWER_IS_BETTER
from reports.at_budgets import is_chance
from reports.columns import SEES_LABELS, Row, records
from reports.efficiency.of_run import baselines
from reports.grid import Grid
from reports.headline import Headline
from reports.interval import ENOUGH
from reports.leaderboard import Board
from reports.measures import Measures
from reports.metric_names import TITLES
from reports.ranks.paired import Paired
from reports.ranks.power import LEVEL

MOST = 3  # combinations that are named
NO_BREAK = "\N{NO-BREAK SPACE}"


def answer(board: Board, reference: str, share: float) -> str:
    """Return one or two sentences on `board`, which ranks curves over all budgets.

    `reference` names the pipeline that sets the target, `share` is the part of its score.
    """
    metric = TITLES[board.metric]
    if board.rows["sees_labels"].all() and len(board.rows):
        return f"Every strategy on {board.dataset} sees hidden labels: there is nothing to rank."
    board = replace(board, rows=board.rows[~board.rows["sees_labels"]])
    if not board.rows["tuned"].notna().any():
        return f"No tuned model of {board.dataset} has a {metric} yet."
    if board.target is None:
        return (
            f"There is no target for {board.dataset} yet: {board.no_target}. {_best(board, metric)}"
        )
    part = f"{share:.0%} of the reference's {metric}".replace("%", " %")
    if board.metric in LOWER_IS_BETTER:
        part = f"the reference's {metric} divided by {share}"
    goal = (
        f"{part} (target {board.target.value:.3f}; {reference} scores "
        f"{board.target.reference:.3f} with all {board.target.n_labels:,} labels)"
    )
    reached = board.rows["to_target"]
    first = records(board.rows.head(1))[0]
    if not math.isfinite(first["to_target"]):
        return f"No curve reaches {goal} within {board.most:,} labels. {_best(board, metric)}"
    ties = int((reached == first["to_target"]).sum()) - 1
    as_well = f", as do{'es' * (ties == 1)} {ties} other curve{'s' * (ties > 1)}" if ties else ""
    said = [f"{pipeline(first)} reaches {goal} with {_labels(first)}{as_well}.", _others(board)]
    return " ".join(filter(None, [*said, _low_target(board)]))


def _low_target(board: Board) -> str:
    """Say so where combinations get past the very reference: then its target is no high one."""
    if board.target is None:
        return ""
    scores, mark = board.rows["tuned"], board.target.reference
    n = int((scores < mark if board.metric in LOWER_IS_BETTER else scores > mark).sum())
    if not n:
        return ""
    return (
        f"{n} of them score{'s' * (n == 1)} better at {board.at:,} labels than the reference with "
        "all, so the target is a low one here."
    )


def _others(board: Board) -> str:
    rows = board.rows[board.rows["to_target"].notna()]
    n, never = len(rows), rows["to_target"] == math.inf
    by_the_end = int((never & (rows["to_target_within"] >= board.most)).sum())
    unknown = int(never.sum()) - by_the_end
    if n == 1:
        return ""
    if not never.any():
        return f"All {n} curves reach it within {board.most:,}."
    do = "does" if by_the_end == 1 else "do"
    said = f"{by_the_end} of {n} curves {do} not reach it within {board.most:,}"
    said += " (median)" * (board.n_repeats > 1)
    if unknown:
        said += f"; of {unknown} more this is not known, as scores are missing at larger budgets"
    return said + "."


def pipeline(row: Row) -> str:
    """Return the names of a curve; a scaler or resampler that is "none" is left out.

    >>> names = {"classifier": "knn", "scaler": "standard", "resampler": "none"}
    >>> pipeline({**names, "strategy": "margin"})
    'knn + margin (scaler standard)'
    """
    rest = [f"{axis} {row[axis]}" for axis in ("scaler", "resampler") if row[axis] != "none"]
    after = f" ({', '.join(rest)})" if rest else ""
    marked = SEES_LABELS * bool(row.get("sees_labels"))
    return one_line(f"{row['classifier']} + {row['strategy']}{marked}{after}")


def sureness(best: Headline, grid: Grid, measures: Measures, rival: Headline | None = None) -> str:
    """Return sentences on the winner, scored where it was not chosen, against chance.

    `rival` is the best that does not buy by chance, for a winner that does. Empty where no
    interval says anything: below five repeats.
    """
    if best.n_repeats < ENOUGH:
        return ""
    what = TITLES[best.metric]
    if best.by == "area":
        what = f"mean {what} over the budgets (AUBC)"
    own, score = best.chosen.get(best.winner, 0), f"{best.held_out:.3f} ± {best.half:.3f}"
    how = "Chosen on all repeats but one and scored on that one, each in turn"
    said = [f"How sure is that? {how}, the first combination has a {what} of {score}."]
    if own < best.n_repeats:
        said.append(f"The first combination is chosen in {own} of these {best.n_repeats} cases.")
    saved, apart = best.labels_saved, best.against_chance
    if is_chance(measures, best.winner):
        said.append("The first combination samples at random: no strategy did better.")
        if rival and rival.against_chance is not None and rival.against_chance.n:
            other = f"The best with another strategy, {pipeline(grid.names(rival.winner))},"
            said.append(_against(other, rival.labels_saved, rival.against_chance, what))
    elif apart is not None and apart.n:
        said.append(_against("The first combination", saved, apart, what))
    elif baselines(grid)[best.winner] < 0:
        said.append("Random sampling was not run in its pipeline, so nothing is said about it.")
    else:
        lacks = "lacks scores, or was not run in the pipeline of every such choice"
        said.append(f"Random sampling {lacks}, so nothing is said about it.")
    others = [pipeline(grid.names(curve)) for curve in best.alike if curve != best.winner]
    if others:
        n, more = len(others), len(others) - MOST
        some = ", ".join(others[:MOST]) + (f" and {more} more" if more > 0 else "")
        said.append(f"{n} other{'s' * (n > 1)} cannot be told from the best: {some}.")
    elif best.alike:
        said.append("No other can be mistaken for the best.")
    return " ".join(said)


def p_value(p: float) -> str:
    """Return a p-value as papers print it.

    Its spaces keep the line together.

    >>> p_value(0.0004).split(), p_value(0.0321).split()
    (['p', '<', '0.001'], ['p', '=', '0.032'])
    """
    text = "p < 0.001" if p < 0.001 else f"p = {p:.3f}"  # noqa: PLR2004 - what is printed
    return text.replace(" ", NO_BREAK)


def _against(who: str, saved: Paired | None, apart: Paired, what: str) -> str:
    """Return one sentence: labels saved where they are known, else the difference in score."""
    chance = "random sampling in the same pipeline"
    labels = saved is not None and saved.wins + saved.losses > 0
    found = saved if saved is not None and labels else apart
    better = "better" if found.mean > 0 else "worse"
    size = f"is {abs(found.mean):.3f} {better} than {chance} in {what}"
    if not found.wins + found.losses:
        size = f"is as good as {chance} in {what}"
    if labels:
        size = f"saves {found.mean:,.0f} labels until the target against {chance}"
    start = f"{who} {size}"
    if found.why:
        return f"{start} ({found.why})."
    ends = [f"{end:,.0f}" if labels else f"{end:+.3f}" for end in (found.low, found.high)]
    verdict = "which is more than noise" if found.p < LEVEL else "which may be noise"
    return f"{start} on average [{ends[0]}, {ends[1]}], {verdict} ({p_value(found.p)})."


def _labels(row: Row) -> str:
    n, of = int(row["to_target_reached"]), int(row["to_target_n_repeats"])
    labels = f"{row['to_target']:,.0f} labels"
    if row["to_target"] <= row["to_target_first"]:
        labels += " or fewer, the smallest budget measured"
    if of == 1:
        return f"{labels} (one repeat)"
    return f"{labels} (median of {of} repeats{'' if n == of else f', {n} of which reach it'})"


def _best(board: Board, metric: str) -> str:
    best = records(board.rows[board.rows["tuned"].notna()].head(1))[0]
    n = int(best["tuned_n_repeats"])
    over = f"mean of {n} repeats" if n > 1 else "one repeat"
    return (
        f"The first in the ranking is {pipeline(best)}: "
        f"{metric} {best['tuned']:.3f} at {board.at:,} labels ({over})."
    )
