"""Exported models in our engine beside the same networks in torch, eager and float32."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from torch.utils.flop_counter import FlopCounterMode

from benchmarks.comparison import Comparison, compare
from benchmarks.exported import export_fresh_classifier, export_fresh_generator, fresh_classifier, fresh_generator
from benchmarks.training import PEAK, peak_gflops
from lesionlab.core.diagnoses import HAM10000_CODES
from lesionlab.core.seeds import latents
from lesionlab.inference.engine import load_engine
from lesionlab.inference.recipe import Recipe
from lesionlab.inference.sampler import Sampler
from lesionlab.models.precision import cpu_has_bf16
from lesionlab.records.card import WEIGHTS_NAME
from lesionlab.records.options import ClassifierOptions, GanOptions

EAGER = "torch eager float32"
BATCHES = (1, 16)
TOLERANCE = 1e-3  # float32 both: larger would mean that two different things are timed
SAMPLED_LEVELS = 2


def classifier_comparisons(options: ClassifierOptions | None = None, rounds: int = 15) -> Iterator[Comparison]:
    """Classify 1 and 16 images; in bfloat16 too where the processor has it."""
    options = options or ClassifierOptions()
    torch.set_num_threads(options.threads or os.cpu_count() or 1)
    network = fresh_classifier(options)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "classifier"
        export_fresh_classifier(options, folder)
        for bf16 in (False, True) if cpu_has_bf16() else (False,):
            for batch in BATCHES:
                engine = load_engine(folder / WEIGHTS_NAME, bf16, batch_size=batch, threads=options.threads)
                size = options.image_size_px
                images = np.random.default_rng(0).standard_normal((batch, 3, size, size)).astype(np.float32)

                def ours(engine=engine, images=images) -> np.ndarray:  # type: ignore[no-untyped-def]
                    logits: np.ndarray = engine.run({"image": images})["logits"]
                    return logits

                @torch.inference_mode()
                def plain(images=images) -> np.ndarray:  # type: ignore[no-untyped-def]
                    logits: np.ndarray = network(torch.from_numpy(images)).numpy()
                    return logits

                if not bf16:
                    check_agreement(float(np.abs(ours() - plain()).max()), TOLERANCE, "logits")
                name = f"VGG-19 x {options.width:g} at {size} px, {engine.precision}, batch {batch}"
                found = compare(name, EAGER, "images", batch, ours, plain, rounds)
                yield found
                if bf16 and batch == BATCHES[-1]:
                    yield share_of_peak(network, images, found.ours_s)


def share_of_peak(network: torch.nn.Module, images: np.ndarray, ours_s: float) -> Comparison:
    """Set the arithmetic of a batch beside the machine's best: the ratio is the share."""
    with torch.inference_mode(), FlopCounterMode(display=False) as counted:
        network(torch.from_numpy(images))
    mflop = counted.get_total_flops() / 1e6
    name = f"arithmetic of that batch of {len(images)}"
    return Comparison(name, PEAK, "MFLOP", round(mflop), ours_s, mflop / 1e3 / peak_gflops())


def generator_comparisons(options: GanOptions | None = None, count: int = 64, rounds: int = 9) -> Iterator[Comparison]:
    """Sample `count` images from recipes to 8-bit pixels."""
    options = options or GanOptions()
    torch.set_num_threads(options.threads or os.cpu_count() or 1)
    network = fresh_generator(options)
    recipes = [Recipe(seed, HAM10000_CODES[seed % len(HAM10000_CODES)]) for seed in range(count)]
    mix = torch.eye(len(HAM10000_CODES))[[HAM10000_CODES.index(recipe.diagnosis) for recipe in recipes]]

    @torch.inference_mode()
    def plain() -> np.ndarray:
        latent = torch.from_numpy(latents([recipe.seed for recipe in recipes], options.latent_dim))
        levels = ((network(latent, mix) + 1) * 127.5).round().clamp(0, 255).to(torch.uint8)
        pixels: np.ndarray = levels.permute(0, 2, 3, 1).numpy()
        return pixels

    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "generator"
        export_fresh_generator(options, folder)
        sampler = Sampler(folder, threads=options.threads)
        difference = np.abs(sampler.sample(recipes).astype(int) - plain().astype(int)).max()
        check_agreement(float(difference), SAMPLED_LEVELS, "pixels")
        name = f"sample {count} images at {options.image_size_px} px, float32"
        yield compare(name, EAGER, "images", count, lambda: sampler.sample(recipes), plain, rounds)


def check_agreement(difference: float, tolerance: float, what: str) -> None:
    """Stop where the two ways compute different things."""
    if difference > tolerance:
        raise SystemExit(f"The {what} of the two ways differ by {difference:g}, more than {tolerance:g}: not compared.")
