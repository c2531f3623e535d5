"""Records of a tiny theatre as made by hand: half of the lesions right in every scene, or as asked."""

from __future__ import annotations

from lesionlab.study.theatre.plan import SCENES, StagedPlan
from lesionlab.study.theatre.record import StagedRecord

LESIONS = 4  # of each class in each fold


def played(plan: StagedPlan, by_image: float = 0.5, other_lesions: str = "") -> tuple[StagedRecord, ...]:
    """Return a record of each scene, fold and seed of a plan."""
    found = []
    for fold in range(plan.folds):
        for seed in plan.seeds:
            for scene in SCENES:
                codes = [code for code in plan.classes for _ in range(LESIONS)]
                if scene == other_lesions:
                    codes[0] = plan.classes[1]
                share = by_image if scene == "by-image" else 0.5
                right = "".join("1" if place % LESIONS < share * LESIONS else "0" for place in range(len(codes)))
                found.append(
                    StagedRecord(
                        kind="staged",
                        plan_sha256=plan.sha256,
                        scene=scene,
                        fold=fold,
                        seed=seed,
                        real_sha256="1" * 64,
                        real_images=20,
                        generator_sha256="2" * 64,
                        generator_images=20,
                        planted=0 if scene == "honest" else 5,
                        tested_sha256="3" * 64,
                        diagnoses=" ".join(codes),
                        right=right,
                        diverged=False,
                        seconds=1.0,
                        machine="a machine",
                    )
                )
    return tuple(found)
