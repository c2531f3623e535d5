"""A tiny study, planned on drawn lesions, planted records of its runs, and two of them really done."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path

import pytest

from lesionlab.core.progress import Progress, silent
from lesionlab.data.prepared import PreparedData
from lesionlab.records.options import ClassifierOptions, GanOptions
from lesionlab.records.study import (
    AnyRecord,
    Measured,
    PlannedRun,
    ReferenceRecord,
    StudyPlan,
    StudyRecord,
    write_plan,
)
from lesionlab.study.folder import StudyFolder
from lesionlab.study.plan import plan_ladder, plan_sizes

SPACES = ("vgg19-random-0@aaaaaaaaaaaa/16px", "vgg19-random-1@bbbbbbbbbbbb/16px")


@pytest.fixture(scope="session")
def recipe(tiny_gan_options: GanOptions) -> GanOptions:
    """A recipe whose monitor looks twice, and whose state is saved often enough to be killed between two."""
    return replace(tiny_gan_options, kid_kimg=0.256, kid_images=14, state_seconds=0.01)


@pytest.fixture(scope="session")
def judge(tiny_classifier_options: ClassifierOptions) -> ClassifierOptions:
    return replace(tiny_classifier_options, total_kimg=0.128)


@pytest.fixture(scope="session")
def ladder(tiny_data: PreparedData, recipe: GanOptions, judge: ClassifierOptions) -> StudyPlan:
    return plan_ladder(tiny_data, recipe, (0, 1), judge)


@pytest.fixture(scope="session")
def sizes(tiny_data: PreparedData, recipe: GanOptions, judge: ClassifierOptions) -> StudyPlan:
    return plan_sizes(tiny_data, recipe, (0, 1), judge, (20, 40, 60))


@pytest.fixture(scope="session")
def one_thread() -> None:
    """Let torch work with one thread, as the runner of these tests does: small pieces of work wait for a second one."""
    from lesionlab.models.precision import choose_compute

    choose_compute(False, 1)


@pytest.fixture
def study(home: Path, ladder: StudyPlan) -> StudyFolder:
    """The folder of the ladder, with nothing done."""
    folder = home / "studies" / "00000-ladder"
    write_plan(folder, ladder)
    return StudyFolder(folder, ladder)


@pytest.fixture(scope="session")
def drawing() -> Callable[[str, str], AbstractContextManager[Progress]]:
    return lambda description, unit: nullcontext(silent)


@pytest.fixture(scope="session")
def carried_out(
    ladder: StudyPlan,
    tiny_data: PreparedData,
    drawing: Callable[[str, str], AbstractContextManager[Progress]],
    tmp_path_factory: pytest.TempPathFactory,
) -> StudyFolder:
    """The ladder with two arms of one seed really done; copy it before changing anything."""
    from lesionlab.study.runner import Runner

    folder = tmp_path_factory.mktemp("studies") / "00000-ladder"
    write_plan(folder, ladder)
    study = StudyFolder(folder, ladder)
    assert len(list(Runner(study, tiny_data, 1, drawing).carry_out(ladder.runs[:2]))) == 2
    return study


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


@pytest.fixture(scope="session")
def done(ladder: StudyPlan) -> tuple[AnyRecord, ...]:
    """Records of the whole ladder: step k has KID 0.1 / (k + 1), seed 1 a tenth more; without a step it is twice."""
    names = [arm.name for arm in ladder.steps()]
    found: list[AnyRecord] = []
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


@pytest.fixture(scope="session")
def done_sizes(sizes: StudyPlan) -> tuple[AnyRecord, ...]:
    """Records of all sizes but the last: size k of 3 has KID 0.1 / (k + 1) and 0.1 * (3 - k) copies."""
    names = [arm.name for arm in sizes.arms]
    found: list[AnyRecord] = []
    for run in sizes.runs:
        place = names.index(run.arm)
        if place < 2:
            values = {
                "kid_macro": 0.1 / (place + 1),
                "coverage": 0.3,
                "tstr": 0.2 + 0.1 * place,
                "copies": 0.3 - 0.1 * place,
            }
            found += [_record(sizes, run, values), _reference(sizes, run, 0.4 + 0.1 * place, {"blur 2 px": 0.05})]
    return tuple(found)
