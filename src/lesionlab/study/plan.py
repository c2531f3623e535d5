"""Plan a study: its arms, its seeds, and for each run the exact list of real images."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from lesionlab.core.errors import InputError
from lesionlab.core.names import did_you_mean
from lesionlab.core.seeds import check_seed
from lesionlab.data.prepared import PreparedData
from lesionlab.records.codec import to_plain
from lesionlab.records.options import ClassifierOptions, GanOptions
from lesionlab.records.study import Arm, Kind, PlannedRun, StudyPlan
from lesionlab.study.ladder import FULL, ladder_arms
from lesionlab.study.subsets import groups_sha256, subset_data, subset_groups

SIZES = (250, 900, 1750, 3500, 7000)
# How and where a run is computed, and what it shows on the way: no part of what it is. The seed is told apart.
INCIDENTAL = frozenset({"threads", "sheet_kimg", "state_seconds", "tensorboard", "seed"})


def plan_ladder(data: PreparedData, base: GanOptions, seeds: Sequence[int], judge: ClassifierOptions) -> StudyPlan:
    """Return the plan of the ladder: each arm with each seed, on the whole training part; the stairs come first."""
    part = data.part("train")
    arms = tuple(_fitting(arm, len(part.labels)) for arm in ladder_arms(base))
    digest = groups_sha256(part)
    pairs = [
        (arm, seed) for role in ("step", "without") for seed in _checked(seeds) for arm in arms if arm.role == role
    ]
    runs = tuple(PlannedRun(arm.name, seed, digest, len(part.labels)) for arm, seed in pairs)
    return _plan("ladder", data, base, seeds, arms, runs, judge)


def plan_sizes(
    data: PreparedData, base: GanOptions, seeds: Sequence[int], judge: ClassifierOptions, sizes: Sequence[int] = SIZES
) -> StudyPlan:
    """Return the plan of the size curve: the full recipe on nested subsets of the training part, drawn by each seed."""
    full = next(arm for arm in ladder_arms(base) if arm.name == FULL)
    arms, runs = [], []
    for size in sorted(set(sizes)):
        name = f"images-{size:05d}"
        arms.append(replace(full, name=name, title=f"{size:,} images", role="size", changes={}, source="", images=size))
        for seed in _checked(seeds):
            part = subset_data(data, subset_groups(data.part("train"), size, seed)).part("train")
            runs.append(PlannedRun(name, seed, groups_sha256(part), len(part.labels)))
    return _plan("sizes", data, base, seeds, tuple(arms), tuple(runs), judge)


def _plan(
    kind: Kind,
    data: PreparedData,
    base: GanOptions,
    seeds: Sequence[int],
    arms: tuple[Arm, ...],
    runs: tuple[PlannedRun, ...],
    judge: ClassifierOptions,
) -> StudyPlan:
    data.pixels(base.image_size_px)  # refused before anything is written
    return StudyPlan(
        kind=kind,
        data=data.name,
        split_sha256=data.split.sha256,
        classes=data.split.classes,
        image_size_px=base.image_size_px,
        kimg=base.total_kimg,
        seeds=tuple(seeds),
        arms=arms,
        runs=runs,
        judge=identity(to_plain(judge)),
    )


def _fitting(arm: Arm, images: int) -> Arm:
    """Return an arm with batches no larger than the training part: those of the faithful DCGAN are, for a toy set."""
    most = images - images % arm.options["accumulate"]
    if arm.options["batch_size"] <= most:
        return arm
    changes = arm.changes | ({"batch_size": most} if "batch_size" in arm.changes else {})
    return replace(arm, options=arm.options | {"batch_size": most}, changes=changes)


def _checked(seeds: Sequence[int]) -> Sequence[int]:
    if not seeds or len(set(seeds)) < len(seeds):
        raise InputError(f"The seeds are {', '.join(map(str, seeds)) or 'none'}.", "Give one at least, and each once.")
    for seed in seeds:
        check_seed(seed)
    return seeds


def identity(options: dict[str, Any]) -> dict[str, Any]:
    """Return the options that make a run what it is, without its seed and those of the machine."""
    return {name: value for name, value in options.items() if name not in INCIDENTAL}


def choose_runs(plan: StudyPlan, only: Sequence[str], seeds: Sequence[int]) -> tuple[PlannedRun, ...]:
    """Return the runs of the arms and seeds asked for, all where none is; seed by seed, in the order of the plan.

    Raises:
        InputError: an arm or a seed that is not planned.
    """
    names = [arm.name for arm in plan.arms]
    for name in only:
        if name not in names:
            raise InputError(f"The {plan.kind} study has no '{name[:40]}'.", did_you_mean(name[:40], names))
    strange = sorted(set(seeds) - set(plan.seeds))
    if strange:
        known = ", ".join(map(str, plan.seeds))
        raise InputError(f"Seed {strange[0]} is not planned; seeds are {known}.", "Choose one of these.")
    return tuple(run for run in plan.runs if (run.arm in only or not only) and (run.seed in seeds or not seeds))
