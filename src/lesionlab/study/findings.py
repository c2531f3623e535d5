"""What the records of a study say in words: each sentence is worked out from them, and names what is not yet known."""

from __future__ import annotations

from math import comb
from statistics import fmean

from lesionlab.records.study import Arm
from lesionlab.study.ladder import FAITHFUL, FULL, without_of
from lesionlab.study.outcome import COPIES, COVERAGE, GRID, KID, Outcome

KID_AIM = 0.25  # of the faithful DCGAN's
GRID_AIM = 0.10  # away from real images
TSTR_AIM = 0.6
BLUR = "blur 2 px"
REAL = "real images"


def ladder_findings(found: Outcome) -> list[str]:
    """Return how far the ladder is done, a sentence for each aim, and which steps are worth most."""
    return [_standing(found), *_kid(found), *_grid(found), *_taught(found), *_worth(found)]


def _kid(found: Outcome) -> list[str]:
    full, faithful = found.mean(KID.name, FULL), found.mean(KID.name, FAITHFUL)
    blur, said = found.rulers(KID.name).get(BLUR), []
    if full is not None and faithful is not None:
        share = f", {full / faithful:.0%} of it" if full > 0 and faithful > 0 else ""
        said.append(
            f"KID is {faithful:.4f} for the faithful DCGAN and {full:.4f} for the full recipe{share}; the aim is "
            f"{KID_AIM:.0%} or less: {_reached(full <= KID_AIM * faithful)}."
        )
    if full is not None and blur is not None:
        said.append(
            f"The full recipe's KID is to lie below that of real images blurred by 2 px, {blur:.4f}: "
            f"{_reached(full < blur)}."
        )
    return said


def _grid(found: Outcome) -> list[str]:
    grid, real = found.mean(GRID.name, FULL), found.rulers(GRID.name).get(REAL)
    if grid is None or real is None:
        return []
    away = grid / real - 1
    return [
        f"The grid index of the full recipe is {grid:.2f}, that of real images {real:.2f}: {away:+.0%}; the aim is "
        f"within {GRID_AIM:.0%}: {_reached(abs(away) <= GRID_AIM)}."
    ]


def _taught(found: Outcome) -> list[str]:
    values = [v for seed in found.plan.seeds if (v := found.above_chance(FULL, seed)) is not None]
    if not values:
        return []
    return [
        f"A classifier taught by the full recipe's images alone goes {fmean(values):.2f} of the way from chance to one "
        f"taught by the real training images; the aim is {TSTR_AIM}: {_reached(fmean(values) >= TSTR_AIM)}."
    ]


def _worth(found: Outcome) -> list[str]:
    """Tell for each step what leaving it out does to KID: where the seeds of both recipes lie apart, and how often
    chance sets them apart."""
    full = found.values(KID.name, FULL).values()
    worse: list[str] = []
    better: list[str] = []
    unclear: list[str] = []
    for step in found.plan.steps():
        without = found.values(KID.name, without_of(step.name)).values()
        if min(len(full), len(without)) < 2:
            continue
        change = f"{step.title} ({fmean(without) - fmean(full):+.4f})"
        (worse if min(without) > max(full) else better if max(without) < min(full) else unclear).append(change)
    if not (worse or better or unclear):
        return []
    seeds = len(full)
    return [
        f"Left out of the full recipe, these steps raise KID with all seeds: {'; '.join(worse) or 'none'}. "
        f"These lower it with all seeds: {'; '.join(better) or 'none'}. "
        f"The seeds disagree: {'; '.join(unclear) or 'none'}. "
        f"(Chance alone sets {seeds} seeds apart from {seeds} others in {2 / comb(2 * seeds, seeds):.0%} of cases.)"
    ]


def size_findings(found: Outcome) -> list[str]:
    """Return how far the sizes are done, and what few training images cost compared with many."""
    done = [arm for arm in found.plan.arms if found.mean(KID.name, arm.name) is not None]
    if not done:
        return [_standing(found)]
    most, fewest = done[-1], done[0]
    said = [_standing(found)]
    for figure in (KID, COVERAGE, COPIES) if most is not fewest else ():
        high, low = found.mean(figure.name, most.name), found.mean(figure.name, fewest.name)
        if high is not None and low is not None:
            digits = figure.digits
            said.append(f"{figure.title}: {high:.{digits}f} with {most.title}, {low:.{digits}f} with {fewest.title}.")
    return [*said, *(sentence for arm in done for sentence in _beside_real(found, arm))]


def _beside_real(found: Outcome, arm: Arm) -> list[str]:
    seeds = found.plan.seeds
    pairs = [(found.value("tstr", arm.name, seed), found.on_real(arm.name, seed)) for seed in seeds]
    both = [(taught, real) for taught, real in pairs if taught is not None and real is not None]
    if not both:
        return []
    taught, real = (fmean(side) for side in zip(*both, strict=True))
    return [
        f"{arm.title}: a classifier taught by synthetic images alone has balanced accuracy {taught:.3f}, one taught by "
        f"the real images behind them {real:.3f}."
    ]


def _standing(found: Outcome) -> str:
    whole = len(found.plan.runs)
    done = whole - found.left()
    if done == whole:
        return f"All {whole} runs are done."
    return f"{done} of {whole} runs are done; what is not done is left blank."


def _reached(yes: bool) -> str:
    return "reached" if yes else "not reached"
