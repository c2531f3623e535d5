"""How long a run takes here, from a few of its steps."""

from __future__ import annotations

import time

from lesionlab.core.progress import Progress, silent
from lesionlab.data.prepared import Part
from lesionlab.models.precision import choose_compute
from lesionlab.records.options import ClassifierOptions, GanOptions
from lesionlab.training.classifier_trainee import ClassifierTrainee, Validation
from lesionlab.training.gan_trainee import GanTrainee

WARM_UP_STEPS = 2
SECONDS = 1.5  # enough steps for the dearest of them: a penalty comes once in 16


def seconds_per_kimg(options: GanOptions, part: Part, progress: Progress = silent) -> float:
    """Return the seconds that a thousand images take in training with these options, on this machine as it is now."""
    compute = choose_compute(options.bf16, options.threads)
    trainee = GanTrainee(options, part.images(options.image_size_px), part.labels, part.classes, compute)
    return _timed(trainee, options.penalty_every if options.penalty != "none" else 1, progress)


def classifier_seconds_per_kimg(options: ClassifierOptions, part: Part, progress: Progress = silent) -> float:
    """Return the seconds that a thousand images take in teaching a classifier with these options, here and now."""
    compute = choose_compute(options.bf16, options.threads)
    images = part.images(options.image_size_px)
    nothing = Validation(images[:0], part.labels[:0], ())
    return _timed(ClassifierTrainee(options, images, part.labels, part.classes, nothing, compute), 1, progress)


def _timed(trainee: GanTrainee | ClassifierTrainee, every: int, progress: Progress) -> float:
    """Return the seconds for a thousand images, over whole rounds of so many steps."""
    for _ in range(WARM_UP_STEPS):
        trainee.step()
    begun, before = time.perf_counter(), trainee.kimg
    while (passed := time.perf_counter() - begun) < SECONDS:
        progress(passed, SECONDS)
        for _ in range(every):  # a penalty is in one step of each round
            trainee.step()
    return (time.perf_counter() - begun) / (trainee.kimg - before)
