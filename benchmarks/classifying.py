"""Many files to a table, and one file from a cold start, as `classifier predict` does, each beside the plain way."""

from __future__ import annotations

import csv
import itertools
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.comparison import Comparison, compare
from benchmarks.preparing import PHOTO, write_source
from lesionlab.core.processes import cores
from lesionlab.core.resources import released_folder
from lesionlab.inference.engine import load_engine
from lesionlab.inference.prediction_rows import plan_for
from lesionlab.inference.prediction_stream import Asking, predict_files
from lesionlab.inference.prediction_table import PredictionTable
from lesionlab.inference.predictor import FULL_BATCH_SIZE, Predictor
from lesionlab.models.precision import cpu_has_bf16
from lesionlab.records.card import WEIGHTS_NAME

LOOP = "Pillow and the engine in turn, a row each"
ALONE = "the bare model, no file read: the ratio is the share of its rate"
IMPORTS = "import torch, torchvision"
TORCH = "a process that imports torch and torchvision, and nothing else"


def comparisons(count: int = 10_015, photo: tuple[int, int] = PHOTO, rounds: int = 3) -> Iterator[Comparison]:
    """Classify JPEGs of drawn lesions by the released classifier, in float32 and where there is bfloat16 in that."""
    with tempfile.TemporaryDirectory() as temporary:
        place = Path(temporary)
        write_source(place / "source", count, photo)
        paths = sorted((place / "source").rglob("*.jpg"))[:count]
        for bf16 in (False, True) if cpu_has_bf16() else (False,):
            yield from many_files(paths, place, bf16, rounds)
        yield cold_start(paths[0], rounds)


def many_files(paths: list[Path], place: Path, bf16: bool, rounds: int) -> Iterator[Comparison]:
    """Fill a table beside a plain loop, and beside the model alone on as many images that are there already."""
    folder, numbers = released_folder() / "classifier", itertools.count()
    predictor = Predictor(folder, bf16=bf16, streams=cores())
    tables = place / predictor.precision
    tables.mkdir()
    size, spec = predictor.card.image.size_px, predictor.card.image
    streaming = load_engine(folder / WEIGHTS_NAME, bf16, batch_size=FULL_BATCH_SIZE, streams=cores())
    together = load_engine(folder / WEIGHTS_NAME, bf16, batch_size=1)
    images = np.random.default_rng(0).standard_normal((FULL_BATCH_SIZE, 3, size, size)).astype(np.float32)

    def ours() -> None:
        with PredictionTable(tables / f"{next(numbers)}.csv", plan_for(Asking(predictor))) as table:
            for answer in predict_files(Asking(predictor), paths, cores()):
                table.add(answer)

    def plain() -> None:
        with (tables / f"{next(numbers)}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            for path in paths:
                with Image.open(path) as image:
                    side = min(image.size)
                    left, top = (image.width - side) // 2, (image.height - side) // 2
                    centre = image.convert("RGB").crop((left, top, left + side, top + side)).resize((size, size))
                values = (np.asarray(centre, np.float32) / 255 - spec.mean) / spec.std
                logits = together.run({"image": values.transpose(2, 0, 1)[None]})["logits"]
                writer.writerow([path, *logits[0]])

    def alone() -> None:
        with ThreadPoolExecutor(cores()) as pool:
            batches = range(0, len(paths), FULL_BATCH_SIZE)
            list(pool.map(lambda _: streaming.run({"image": images})["logits"].sum(), batches))

    name = f"classify {len(paths):,} files at {size} px to CSV, {predictor.precision}"
    yield compare(name, LOOP, "images", len(paths), ours, plain, rounds, memory=True)
    yield compare(name, ALONE, "images", len(paths), ours, alone, rounds)


def cold_start(path: Path, rounds: int) -> Comparison:
    """Classify one file in a process of its own."""
    command = [sys.executable, "-m", "lesionlab", "classifier", "predict", str(path)]
    imports = [sys.executable, "-c", IMPORTS]

    def ours() -> None:
        subprocess.run(command, check=True, capture_output=True)

    def plain() -> None:
        subprocess.run(imports, check=True, capture_output=True)

    return compare("classify one file from a cold start", TORCH, "answers", 1, ours, plain, rounds, memory=True)
