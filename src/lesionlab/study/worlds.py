"""Worlds with known truth, to try a study on: drawn lesions, and for a generator a sampler of which all is known.

A protocol names a world where it would have the options of a generator. In `helps` the sampler draws fresh lesions by
the very rules that the real ones were drawn by. In `null` it repeats the arm's own real images, each of a class as
often as the next, turned or mirrored: the classifier's augmentation turns and mirrors every image anyway, so a slot
that it fills shows in law what a slot with a real image shows, and nothing is gained or lost by it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from lesionlab import __version__
from lesionlab.core.errors import StudyError
from lesionlab.core.files import whole_folder, write_text
from lesionlab.core.notice import NOTICE
from lesionlab.core.png import encode_png
from lesionlab.core.seeds import MAX_SEED, derive_seed
from lesionlab.data.prepare import DRAWN_RIGHTS
from lesionlab.data.prepared import Part, PreparedData
from lesionlab.data.procedural import DRAWING_VERSION, procedural_lesion
from lesionlab.data.synthetic_set import SyntheticSet
from lesionlab.inference.provenance import RECORD_KEY
from lesionlab.records.codec import from_plain
from lesionlab.records.options import ClassifierOptions
from lesionlab.records.protocol import Protocol
from lesionlab.records.seen_groups import SeenGroups, seen_groups
from lesionlab.records.synthetic import MANIFEST_NAME, Saw, SyntheticImage, manifest_csv, read_manifest
from lesionlab.study.sources import Drawing

WORLD = "world"  # the key in a protocol's generator
SYMMETRIES = 8  # of a square

WorldName = Literal["helps", "null"]
Drawn = tuple[int, NDArray[np.uint8]]  # a seed, and the image uint8 [S, S, 3]


@dataclass(frozen=True)
class WorldOptions:
    """What a protocol says of its generator where it is none: the name of a world."""

    world: WorldName


class WorldSampler:
    """A source whose images come from a world, not from a trained generator.

    Raises:
        StudyError: the protocol names an unknown world, or another option beside it.
    """

    def __init__(self, protocol: Protocol, drawing: Drawing) -> None:
        self.world = from_plain(WorldOptions, protocol.generator, "the protocol's generator", StudyError).world
        self.protocol, self.drawing = protocol, drawing

    def fill(self, folder: Path, data: PreparedData, place: str, judge: ClassifierOptions | None) -> SyntheticSet:
        """Draw into `folder`: as many images of each class as the protocol says, or, in `null`, some more.

        Raises:
            StudyError: the data is not drawn, or a judge is given.
        """
        if data.record.kind != "procedural" or judge is not None:
            raise StudyError(
                f"A world's sampler draws lesions; '{data.name}' holds real ones."
                if judge is None
                else "A world's sampler has no filter, and an arm asks for one.",
                "Give the options of a generator in the protocol, or try the world by `lesionlab study demo`.",
            )
        part = data.part("train")
        seen = self._seen(part)
        name = self._name(data)
        if not (folder / MANIFEST_NAME).is_file():
            with whole_folder(folder) as beside:
                write_text(beside / MANIFEST_NAME, manifest_csv(list(self._write(beside, part, name, place))))
        return SyntheticSet(folder, read_manifest(folder), (Saw("generator", name, seen),))

    def _seen(self, part: Part) -> SeenGroups:
        """Return the images that the sampler knows: none where it draws afresh."""
        if self.world == "helps":
            return SeenGroups(())
        return seen_groups(train=zip(part.groups, part.image_ids, strict=True))

    def _name(self, data: PreparedData) -> str:
        """Return what stands for the hash of a generator's weights: of all that decides what is drawn."""
        size, images = self.protocol.image_size_px, self.protocol.pool_images
        whole = [WORLD, self.world, DRAWING_VERSION, data.record.seed, data.split.sha256, size, images]
        return hashlib.sha256(json.dumps(whole).encode()).hexdigest()

    def _write(self, folder: Path, part: Part, name: str, place: str) -> Iterator[SyntheticImage]:
        with self.drawing(f"Pool {place}", "images") as progress:
            total = len(part.classes) * self.protocol.pool_images
            for label, code in enumerate(part.classes):
                for number, (seed, pixels) in enumerate(self._drawn(part, label, name)):
                    file, content = f"{code}-{number:05d}.png", _marked(pixels, self.world, code, seed, name)
                    (folder / file).write_bytes(content)
                    yield SyntheticImage(file, seed, code, name, hashlib.sha256(content).hexdigest())
                    progress(min(total, label * self.protocol.pool_images + number + 1), total)

    def _drawn(self, part: Part, label: int, name: str) -> Iterator[Drawn]:
        code, size, wanted = part.classes[label], self.protocol.image_size_px, self.protocol.pool_images
        if self.world == "helps":
            for number in range(wanted):
                seed = derive_seed(WORLD, name, code, number) % (MAX_SEED + 1)
                yield seed, procedural_lesion(code, seed, size)
            return
        own = part.images(size)[part.labels == label]
        for number in range(-(-wanted // len(own)) * len(own)):  # whole rounds: each image as often as the next
            yield number, turned(own[number % len(own)], derive_seed(WORLD, name, code, number) % SYMMETRIES)


def turned(pixels: NDArray[np.uint8], symmetry: int) -> NDArray[np.uint8]:
    """Return an image uint8 [S, S, 3] under one of the eight symmetries of the square, 0..7; 0 leaves it."""
    mirrored = pixels[:, ::-1] if symmetry >= SYMMETRIES // 2 else pixels
    return np.ascontiguousarray(np.rot90(mirrored, symmetry % 4))


def _marked(pixels: NDArray[np.uint8], world: str, code: str, seed: int, name: str) -> bytes:
    record = {
        "synthetic": True,
        "software": f"LesionLab {__version__}",
        "model": f"sampler of the world '{world}'",
        "model_sha256": name,
        "diagnosis": code,
        "seed": seed,
        "licence": DRAWN_RIGHTS["licence"],
        "attribution": DRAWN_RIGHTS["attribution"],
        "notice": NOTICE,
    }
    about = {"Title": f"Drawn lesion: {code}", "Description": NOTICE, RECORD_KEY: json.dumps(record)}
    return encode_png(pixels, about)
