"""How long a run takes here, from a few of its steps."""

from __future__ import annotations

import time

from lesionlab.core.progress import Progress, silent
from lesionlab.data.prepared import Part
from lesionlab.models.precision import choose_compute
from lesionlab.records.options import GanOptions
from lesionlab.training.gan_trainee import GanTrainee

WARM_UP_STEPS = 2
SECONDS = 1.5  # enough steps for the dearest of them: a penalty comes once in 16


def seconds_per_kimg(options: GanOptions, part: Part, progress: Progress = silent) -> float:
    """Return the seconds that a thousand images take in training with these options, on this machine as it is now."""
    compute = choose_compute(options.bf16, options.threads)
    trainee = GanTrainee(options, part.images(options.image_size_px), part.labels, part.classes, compute)
    for _ in range(WARM_UP_STEPS):
        trainee.step()
    every = options.penalty_every if options.penalty != "none" else 1
    begun, before = time.perf_counter(), trainee.kimg
    while (passed := time.perf_counter() - begun) < SECONDS:
        progress(passed, SECONDS)
        for _ in range(every):  # whole rounds: a penalty is in one step of each
            trainee.step()
    return (time.perf_counter() - begun) / (trainee.kimg - before)
