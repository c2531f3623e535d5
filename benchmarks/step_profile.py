"""`python -m benchmarks.step_profile`: where a training step spends its time, operation by operation.

Torch's own profiler allocates while it watches, and large tensors then take ten times as long; this one only asks the
clock before and after each operation. It also counts subnormal numbers, which processors are slow at.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from benchmarks.classifier_training import drawn_trainee
from lesionlab.core.diagnoses import HAM10000_CODES
from lesionlab.data.procedural import procedural_lesion
from lesionlab.models.precision import choose_compute
from lesionlab.records.options import ClassifierOptions, GanOptions
from lesionlab.training.drive import Trainee
from lesionlab.training.gan_trainee import GanTrainee

WARM_UP_STEPS = 6
IMAGES = 140
Key = tuple[str, str]


class Watch(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Adds up the time of each operation by the shapes that it gets; with `subnormal`, looks at what comes out."""

    def __init__(self, subnormal: bool = False) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.seconds: dict[Key, float] = defaultdict(float)
        self.calls: dict[Key, int] = defaultdict(int)
        self.subnormal: dict[Key, int] = defaultdict(int)
        self._count = subnormal

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        """Time one operation."""
        begun = time.perf_counter()
        found = func(*args, **(kwargs or {}))
        key = str(func), " ".join(str(list(a.shape)) for a in args if isinstance(a, Tensor))
        self.seconds[key] += time.perf_counter() - begun
        self.calls[key] += 1
        if self._count and isinstance(found, Tensor) and found.is_floating_point():
            values = found.detach().float().abs()
            least = torch.finfo(torch.float32).tiny
            self.subnormal[key] += int(((values > 0) & (values < least)).sum())
        return found


def profile(trainee: Trainee, steps: int, subnormal: bool) -> tuple[Watch, float]:
    """Return what was seen in `steps` steps, and the seconds of one when nobody watches."""
    for _ in range(WARM_UP_STEPS):
        trainee.step()
    begun = time.perf_counter()
    for _ in range(steps):
        trainee.step()
    alone = (time.perf_counter() - begun) / steps
    with Watch(subnormal) as watch:
        for _ in range(steps):
            trainee.step()
    return watch, alone


def gan_on_drawn(options: GanOptions) -> GanTrainee:
    """Return a generator in training on drawn lesions."""
    labels = np.arange(IMAGES) % len(HAM10000_CODES)
    drawn = [procedural_lesion(HAM10000_CODES[label], seed, options.image_size_px) for seed, label in enumerate(labels)]
    compute = choose_compute(options.bf16, options.threads)
    return GanTrainee(options, np.stack(drawn), labels, HAM10000_CODES, compute)


def main() -> None:
    """Print the dearest operations of a step."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.step_profile", description=__doc__)
    parser.add_argument("--classifier", action="store_true", help="a step of the classifier, not of the GAN")
    parser.add_argument("--size", type=int, default=64, help="pixels a side")
    parser.add_argument("--batch", type=int, default=64, help="images of a step")
    parser.add_argument("--threads", type=int, default=0, help="CPU threads; 0: all")
    parser.add_argument("--steps", type=int, default=8, help="steps to look at")
    parser.add_argument("--top", type=int, default=30, help="operations to show")
    parser.add_argument("--subnormal", action="store_true", help="count subnormal numbers as well (slow)")
    chosen = parser.parse_args()
    sizes = {"image_size_px": chosen.size, "batch_size": chosen.batch, "threads": chosen.threads}
    trainee: Trainee = (
        drawn_trainee(ClassifierOptions(**sizes)) if chosen.classifier else gan_on_drawn(GanOptions(**sizes))
    )
    watch, alone = profile(trainee, chosen.steps, chosen.subnormal)
    watched = sum(watch.seconds.values()) / chosen.steps
    print(f"A step of {chosen.batch}: {1e3 * alone:.0f} ms alone, {1e3 * watched:.0f} ms in operations when watched.")
    if chosen.subnormal:
        print(f"Subnormal numbers a step: {sum(watch.subnormal.values()) / chosen.steps:,.0f}")
    dearest = sorted(watch.seconds, key=lambda key: -watch.seconds[key])[: chosen.top]
    for key in dearest:
        name, shapes = key
        calls = watch.calls[key] / chosen.steps
        print(f"{1e3 * watch.seconds[key] / chosen.steps:8.2f} ms x {calls:<5.3g} {name} {shapes[:90]}")


if __name__ == "__main__":
    main()
