"""What makes a scene's synthetic images from the list of images that it may see, or must not."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from lesionlab.core.errors import StudyError
from lesionlab.core.seeds import derive_seed
from lesionlab.data.prepared import PreparedData
from lesionlab.inference.recipe import Recipe
from lesionlab.inference.sampler import Sampler
from lesionlab.records.codec import from_plain
from lesionlab.records.options import GanOptions
from lesionlab.records.run import OPTIONS_NAME, RunFolder
from lesionlab.records.split import Split
from lesionlab.study.sources import Drawing
from lesionlab.study.theatre.lists import Listed
from lesionlab.study.worlds import SYMMETRIES, turned
from lesionlab.training.gan_run import continue_gan, start_gan

FIRST_SEED = 2_000_000  # of the images: none that a monitor chose by

Maker = Callable[[Listed, PreparedData, str, int], Listed]  # list, data of the fold, name, images of each class


def copied(seen: Listed, data: PreparedData, name: str, each: int) -> Listed:
    """Return `each` images of each class by a generator at its worst: it repeats what it saw, turned or mirrored."""
    places = np.array(
        [
            np.flatnonzero(seen.labels == label)[number % count]
            for label, count in _counts(seen)
            for number in range(each)
        ]
    )
    symmetries = [derive_seed("staged copy", name, number) % SYMMETRIES for number in range(len(places))]
    images = np.stack([turned(seen.images[place], way) for place, way in zip(places, symmetries, strict=True)])
    return _made(images, seen.labels[places], name)


class Trained:
    """A maker that trains a DCGAN on the list and samples it; `strike` removes what it learned once all is shown."""

    def __init__(self, options: dict[str, Any], folder: Path, threads: int, drawing: Drawing) -> None:
        self.options, self.folder, self.threads, self.drawing = options, folder, threads, drawing

    def __call__(self, seen: Listed, data: PreparedData, name: str, each: int) -> Listed:
        """Return `each` images of each class; a training that was stopped goes on."""
        plain = {**self.options, "threads": self.threads}
        staged = _as_training_part(data, seen)
        parent = self.folder / name
        begun = sorted(path.parent for path in parent.glob(f"*/{OPTIONS_NAME}"))
        options = from_plain(GanOptions, plain, "the theatre's generator", StudyError)
        run = RunFolder(begun[0]) if begun else start_gan(options, staged, "lesionlab study theatre", parent)
        if not run.done:
            with self.drawing(f"Staged generator {name}", "kimg") as progress:
                continue_gan(run, staged, progress)
        sampler = Sampler(run.export, threads=self.threads)
        classes = data.split.classes
        recipes = [Recipe(FIRST_SEED + number, code) for code in classes for number in range(each)]
        return _made(sampler.sample(recipes), np.repeat(np.arange(len(classes)), each), name)

    def strike(self) -> None:
        """Remove every staged generator: its images are of unknown provenance from now on, and no arm takes them."""
        shutil.rmtree(self.folder, ignore_errors=True)


def _counts(seen: Listed) -> list[tuple[int, int]]:
    labels, counts = np.unique(seen.labels, return_counts=True)
    return list(zip(labels.tolist(), counts.tolist(), strict=True))


def _made(
    images: np.ndarray[Any, np.dtype[np.uint8]], labels: np.ndarray[Any, np.dtype[np.int64]], name: str
) -> Listed:
    ids = tuple(f"made:{name}:{number}" for number in range(len(labels)))
    return Listed(ids, ids, labels, images)


def _as_training_part(data: PreparedData, seen: Listed) -> PreparedData:
    """Return the data under a split that says what the generator really sees: its list trains, all else is withheld.

    A generator trained under it tells so in its list of lesions: the leak guard refuses it to all arms but such a one.
    """
    mine = set(seen.ids)
    rows = tuple(
        replace(row, part="train" if row.image_id in mine else row.part)
        for row in data.split.rows
        if row.image_id in mine or row.part == "validation"
    )
    return data.under(Split(rows, data.split.classes), "of a staged scene")
