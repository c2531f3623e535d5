"""A tiny study, planned on drawn lesions, and planted records of its runs."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lesionlab.data.prepared import PreparedData
from lesionlab.records.options import ClassifierOptions, GanOptions
from lesionlab.records.study import Measured, PlannedRun, ReferenceRecord, StudyPlan, StudyRecord
from lesionlab.study.plan import plan_ladder, plan_sizes

SPACES = ("vgg19-random-0@aaaaaaaaaaaa/16px", "vgg19-random-1@bbbbbbbbbbbb/16px")


@pytest.fixture(scope="session")
def recipe(tiny_gan_options: GanOptions) -> GanOptions:
    return tiny_gan_options


@pytest.fixture(scope="session")
def ladder(tiny_data: PreparedData, recipe: GanOptions, tiny_classifier_options: ClassifierOptions) -> StudyPlan:
    return plan_ladder(tiny_data, recipe, (0, 1), tiny_classifier_options)


@pytest.fixture(scope="session")
def sizes(tiny_data: PreparedData, recipe: GanOptions, tiny_classifier_options: ClassifierOptions) -> StudyPlan:
    return plan_sizes(tiny_data, recipe, (0, 1), tiny_classifier_options, (20, 40, 60))


def _record(plan: StudyPlan, run: PlannedRun, values: dict[str, float]) -> StudyRecord:
    measured = [Measured(name, v, 150, space=space) for name, v in values.items() if "kid" in name for space in SPACES]
    measured += [Measured(name, v, 150) for name, v in values.items() if "kid" not in name]
    return StudyRecord(
        kind="run",
        study=plan.kind,
        arm=run.arm,
        seed=run.seed,
        data=plan.data,
        split_sha256=plan.split_sha256,
        groups_sha256=run.groups_sha256,
        images=run.images,
        options=plan.arm(run.arm).options | {"seed": run.seed},
        judge=plan.judge,
        part="validation",
        measured=tuple(measured),
        weights_sha256=f"{run.seed}" * 64,
        kimg=plan.kimg,
        seconds=60.0,
        measuring_seconds=10.0,
        machine="a machine",
        versions={"torch": "2"},
        command="lesionlab study ladder",
        finished="2026-11-24",
    )


@pytest.fixture(scope="session")
def record() -> Callable[[StudyPlan, PlannedRun, dict[str, float]], StudyRecord]:
    """Return the record of a planned run with these figures."""
    return _record


def _reference(plan: StudyPlan, run: PlannedRun, trtr: float, rulers: dict[str, float]) -> ReferenceRecord:
    measured = [Measured("trtr", trtr, 90, "lesions")]
    measured += [
        Measured("kid_macro", v, 150, space=space, ruler=name) for name, v in rulers.items() for space in SPACES
    ]
    return ReferenceRecord(
        kind="reference",
        data=plan.data,
        split_sha256=plan.split_sha256,
        groups_sha256=run.groups_sha256,
        images=run.images,
        image_size_px=plan.image_size_px,
        seed=run.seed,
        judge=plan.judge,
        part="validation",
        measured=tuple(measured),
        seconds=30.0,
        machine="a machine",
        finished="2026-11-24",
    )


@pytest.fixture(scope="session")
def reference() -> Callable[[StudyPlan, PlannedRun, float, dict[str, float]], ReferenceRecord]:
    """Return the reference of a planned run with this balanced accuracy and these rulers of KID."""
    return _reference


@pytest.fixture
def done(ladder: StudyPlan) -> tuple[StudyRecord | ReferenceRecord, ...]:
    """Records of the whole ladder: step k has KID 0.1 / (k + 1), seed 1 a tenth more; without a step it is twice."""
    names = [arm.name for arm in ladder.steps()]
    found: list[StudyRecord | ReferenceRecord] = []
    for run in ladder.runs:
        arm = ladder.arm(run.arm)
        place = names.index(run.arm) if arm.role == "step" else len(names) - 1
        kid = 0.1 / (place + 1) * (2 if arm.role == "without" else 1) * (1.1 if run.seed else 1)
        values = {"kid_macro": kid, "coverage": 0.1 * place, "grid_index": 13.0 - place, "tstr": 1 / 7 + 0.05 * place}
        found.append(_record(ladder, run, values))
    for run in ladder.runs:
        if run.arm == names[0]:
            found.append(
                _reference(ladder, run, 1 / 7 + 0.5, {"real images": 0.001, "blur 2 px": 0.05, "blur 4 px": 9})
            )
    return tuple(found)
