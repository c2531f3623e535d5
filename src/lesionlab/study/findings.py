"""What the records of a study say in words: each sentence is worked out from them, and names what is not yet known."""

from __future__ import annotations

from lesionlab.study.ladder import FAITHFUL, FULL
from lesionlab.study.outcome import COVERAGE, GRID, KID, Outcome

KID_AIM = 0.25  # of the faithful DCGAN's
GRID_AIM = 0.10  # away from real images
TSTR_AIM = 0.6
BLUR = "blur 2 px"
REAL = "real images"


def ladder_findings(found: Outcome) -> list[str]:
    """Return a sentence for each aim of the ladder."""
    full, faithful = found.mean(KID.name, FULL), found.mean(KID.name, FAITHFUL)
    blur = found.rulers(KID.name).get(BLUR)
    grid, real_grid = found.mean(GRID.name, FULL), found.rulers(GRID.name).get(REAL)
    said = [_standing(found)]
    if full is not None and faithful is not None:
        said.append(
            f"KID falls from {faithful:.4f} (faithful DCGAN) to {full:.4f} (full recipe), {full / faithful:.0%} of it; "
            f"the aim is {KID_AIM:.0%} or less: {_reached(full <= KID_AIM * faithful)}."
        )
    if full is not None and blur is not None:
        side = "below" if full < blur else "not below"
        said.append(f"That is {side} the KID of real images blurred by 2 px, {blur:.4f}.")
    if grid is not None and real_grid is not None:
        away = grid / real_grid - 1
        said.append(
            f"The grid index of the full recipe is {grid:.2f}, that of real images {real_grid:.2f}, {away:+.0%} away; "
            f"the aim is {GRID_AIM:.0%}: {_reached(abs(away) <= GRID_AIM)}."
        )
    return [*said, *_taught(found)]


def _taught(found: Outcome) -> list[str]:
    values = [v for seed in found.plan.seeds if (v := found.above_chance(FULL, seed)) is not None]
    if not values:
        return []
    mean = sum(values) / len(values)
    return [
        f"A classifier taught by the full recipe's images alone goes {mean:.2f} of the way from chance to one taught "
        f"by the real training images; the aim is {TSTR_AIM}: {_reached(mean >= TSTR_AIM)}."
    ]


def size_findings(found: Outcome) -> list[str]:
    """Return what fewer training images cost, from the smallest size that is done to the largest."""
    said = [_standing(found)]
    done = [arm for arm in found.plan.arms if found.mean(KID.name, arm.name) is not None]
    for arm in done:
        kid, coverage = found.mean(KID.name, arm.name), found.mean(COVERAGE.name, arm.name)
        taught = [found.value("tstr", arm.name, seed) for seed in found.plan.seeds]
        real = [found.on_real(arm.name, seed) for seed in found.plan.seeds]
        pairs = [(t, r) for t, r in zip(taught, real, strict=True) if t is not None and r is not None]
        if kid is None or coverage is None or not pairs:
            continue
        on_synthetic, on_real = (sum(side) / len(pairs) for side in zip(*pairs, strict=True))
        said.append(
            f"{arm.title}: KID {kid:.4f}, coverage {coverage:.2f}; a classifier taught by the synthetic images has "
            f"balanced accuracy {on_synthetic:.3f}, one taught by the very images that the generator saw {on_real:.3f}."
        )
    return said


def _standing(found: Outcome) -> str:
    whole = len(found.plan.runs)
    done = whole - found.left()
    if done == whole:
        return f"All {whole} runs are done."
    return f"{done} of {whole} runs are done; what is not done is left blank."


def _reached(yes: bool) -> str:
    return "reached" if yes else "not reached"
