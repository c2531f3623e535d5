"""The options of a planned run, on this machine."""

from __future__ import annotations

from dataclasses import replace

from lesionlab.core.errors import StudyError
from lesionlab.records.codec import from_plain
from lesionlab.records.options import ClassifierOptions, GanOptions
from lesionlab.records.study import PlannedRun, StudyPlan


def options_of(plan: StudyPlan, run: PlannedRun, threads: int) -> GanOptions:
    """Return what the generator of a planned run is trained with.

    Raises:
        StudyError: the plan is of a version with other options.
    """
    plain = {**plan.arm(run.arm).options, "seed": run.seed, "threads": threads}
    return from_plain(GanOptions, plain, f"the plan of '{run.arm}'", StudyError)


def judge_of(plan: StudyPlan, threads: int) -> ClassifierOptions:
    """Return what the classifier that learns from synthetic images is trained with; its seed is the run's.

    Raises:
        StudyError: the plan is of a version with other options.
    """
    options = from_plain(ClassifierOptions, plan.judge, "the plan's judge", StudyError)
    return replace(options, threads=threads)
