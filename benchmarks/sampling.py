"""Large synthetic sets, written as `gan sample` does, beside a plain loop and beside the generator alone."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from PIL import Image

from benchmarks.comparison import Comparison, compare
from benchmarks.exported import export_fresh_generator
from lesionlab.core.diagnoses import HAM10000_CODES
from lesionlab.core.processes import cores
from lesionlab.inference.recipe import Recipe
from lesionlab.inference.sample_folder import begin, plan_for, sample_into
from lesionlab.inference.sampler import BATCH_SIZE, Sampler
from lesionlab.records.options import GanOptions

LOOP = "sample 16, save each with Pillow, in turn"
ALONE = "the generator alone, nothing encoded"
FORMS = {"PNG files": 0, "shards of 1,000": 1000}


def comparisons(options: GanOptions | None = None, count: int = 3_000, rounds: int = 3) -> Iterator[Comparison]:
    """Write a set both ways; its provenance, hashes and journal are ours alone to carry."""
    options = options or GanOptions()
    each = count // len(HAM10000_CODES)
    recipes = [Recipe(seed, code) for seed in range(each) for code in HAM10000_CODES]
    with tempfile.TemporaryDirectory() as temporary:
        place, numbers = Path(temporary), itertools.count()
        export_fresh_generator(options, place / "generator")
        sampler, streaming = Sampler(place / "generator"), Sampler(place / "generator", streams=cores())

        def plain() -> None:
            folder = place / f"{next(numbers)}"
            folder.mkdir()
            for start in range(0, len(recipes), BATCH_SIZE):
                batch = recipes[start : start + BATCH_SIZE]
                for recipe, pixels in zip(batch, sampler.sample(batch), strict=True):
                    Image.fromarray(pixels).save(folder / f"{recipe.diagnosis}-{recipe.seed}.png")

        def alone() -> None:
            with ThreadPoolExecutor(cores()) as pool:
                starts = range(0, len(recipes), BATCH_SIZE)
                list(pool.map(lambda start: streaming.sample(recipes[start : start + BATCH_SIZE]).sum(), starts))

        for form, images_per_shard in FORMS.items():
            plan = plan_for(streaming, dict.fromkeys(HAM10000_CODES, each), 0, images_per_shard=images_per_shard)

            def ours(plan=plan) -> None:  # type: ignore[no-untyped-def]
                folder = place / f"{next(numbers)}"
                begin(folder, plan)
                sample_into(folder, streaming, plan)

            name = f"sample {len(recipes):,} at {options.image_size_px} px to {form}"
            yield compare(name, LOOP, "images", len(recipes), ours, plain, rounds, memory=True)
            yield compare(name, ALONE, "images", len(recipes), ours, alone, rounds)
