"""The theatre that the command plays: small classifiers, and on request small generators."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from lesionlab.core.progress import Progress, silent
from lesionlab.data.prepare import prepare_procedural
from lesionlab.data.prepared import PreparedData
from lesionlab.records.codec import to_plain
from lesionlab.records.options import ClassifierOptions
from lesionlab.records.presets import DEFAULT_PRESET, GAN_PRESETS
from lesionlab.study.plan import identity
from lesionlab.study.theatre.plan import StagedPlan

LESIONS = 7 * 60
DRAWN_NAME = "theatre"
WARMING, AVERAGED = 0.08, 0.08  # of a classifier's length
PART_OF_LIST = 0.5  # the largest batch of a generator, of what `share` makes of all images: its list has some 0.7 of it


def drawn_data(size_px: int, progress: Progress = silent, lesions: int = LESIONS) -> PreparedData:
    """Return the drawn lesions that are played on where no data is named; a third of them have two pictures."""
    return prepare_procedural(DRAWN_NAME, lesions, (size_px,), 0, progress)


def first_plan(
    data: PreparedData,
    image_size_px: int,
    share: float,
    classifier_kimg: float,
    generator_kimg: float | None,
    folds: int,
    seeds: Sequence[int],
) -> StagedPlan:
    """Return the plan of a theatre on some data; without `generator_kimg` the generator is the one that copies."""
    classifier = ClassifierOptions(
        image_size_px=image_size_px,
        architecture="small-cnn",
        width=0.25,
        total_kimg=classifier_kimg,
        lr=3e-3,
        warmup_kimg=round(WARMING * classifier_kimg, 3),
        ema_halflife_kimg=round(AVERAGED * classifier_kimg, 3),
    )
    recipe = GAN_PRESETS[DEFAULT_PRESET].options
    trained = {}
    if generator_kimg is not None:
        batch = max(2, min(recipe.batch_size, int(share * len(data.split.rows) * PART_OF_LIST)))
        short = replace(
            recipe, image_size_px=image_size_px, total_kimg=generator_kimg, batch_size=batch, accumulate=1, kid_kimg=0
        )
        trained = identity(to_plain(short))
    return StagedPlan(
        data=data.name,
        split_sha256=data.split.sha256,
        classes=data.split.classes,
        image_size_px=image_size_px,
        classifier=identity(to_plain(classifier)),
        generator=trained,
        share=share,
        folds=folds,
        seeds=tuple(seeds),
    )
