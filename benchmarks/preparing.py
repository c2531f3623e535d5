"""`data prepare` beside a loop of plain Pillow in one thread."""

from __future__ import annotations

import csv
import itertools
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.comparison import Comparison, compare
from lesionlab.core.diagnoses import HAM10000_CODES
from lesionlab.data.prepare import prepare_ham10000
from lesionlab.data.procedural import procedural_lesion

SIZES_PX = (64, 128)
PHOTO = (600, 450)  # as the originals
DRAWINGS = 28  # distinct pictures; the others repeat their bytes under other names


def comparisons(count: int = 10_015, photo: tuple[int, int] = PHOTO, rounds: int = 1) -> Iterator[Comparison]:
    """Prepare `count` JPEGs of drawn lesions both ways."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        os.environ["LESIONLAB_HOME"] = str(folder / "home")
        write_source(folder / "source", count, photo)
        numbers = itertools.count()  # a new name each round: what is prepared already is not made again

        def ours() -> None:
            prepare_ham10000(folder / "source", f"bench-{next(numbers)}", SIZES_PX)

        def plain() -> None:
            prepare_plainly(folder / "source", folder / "plain")

        name = f"data prepare, {count:,} JPEGs of {photo[0]}x{photo[1]}"
        yield compare(name, "Pillow, one thread", "images", count, ours, plain, rounds, memory=True)


def write_source(source: Path, count: int, photo: tuple[int, int]) -> None:
    """Write a folder in the layout of HAM10000 with drawn lesions in it."""
    images = source / "HAM10000_images_part_1"
    images.mkdir(parents=True)
    drawn = list(itertools.islice(itertools.cycle(HAM10000_CODES), DRAWINGS))
    for number, diagnosis in enumerate(drawn):
        picture = Image.fromarray(procedural_lesion(diagnosis, number, 128)).resize(photo, Image.Resampling.BICUBIC)
        picture.save(images / f"DRAWN_{number:07d}.jpg", quality=90)
    rows = []
    for number in range(count):
        path = images / f"DRAWN_{number:07d}.jpg"
        if number >= DRAWINGS:
            path.write_bytes((images / f"DRAWN_{number % DRAWINGS:07d}.jpg").read_bytes())
        diagnosis = drawn[number % DRAWINGS]
        rows.append((f"DRAWN_L{number:07d}", path.stem, diagnosis, "consensus", "50", "female", "back"))
    with (source / "HAM10000_metadata.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("lesion_id", "image_id", "dx", "dx_type", "age", "sex", "localization"))
        writer.writerows(rows)


def prepare_plainly(source: Path, target: Path) -> None:
    """Decode, crop, resize and save as one would write it in ten minutes."""
    pixels: dict[int, list[np.ndarray]] = {size: [] for size in SIZES_PX}
    for path in sorted(source.rglob("*.jpg")):
        with Image.open(path) as image:
            side = min(image.size)
            left, top = (image.width - side) // 2, (image.height - side) // 2
            centre = image.convert("RGB").crop((left, top, left + side, top + side))
            for size in SIZES_PX:
                pixels[size].append(np.asarray(centre.resize((size, size), Image.Resampling.BICUBIC)))
    target.mkdir(exist_ok=True)
    for size, arrays in pixels.items():
        np.save(target / f"pixels-{size:03d}.npy", np.stack(arrays))
