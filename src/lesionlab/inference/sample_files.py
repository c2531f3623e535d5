"""Where the files of a set go: each into the folder, or many together into shards."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Protocol

from lesionlab.inference.recipe_codec import plain_recipe
from lesionlab.inference.sample_stream import Made
from lesionlab.records.sampling import SamplingPlan, Tried
from lesionlab.records.shards import ShardWriter
from lesionlab.records.synthetic import SyntheticImage


class Files(Protocol):
    """Takes images one after the other; what is returned is safe on the disk and may go into the journal."""

    def put(self, made: Made) -> list[Tried]:
        """Write one more image, or note one that is withheld."""

    def finish(self) -> list[Tried]:
        """Write what is still in the making; it is the last."""

    def discard(self) -> None:
        """Leave nothing of what is still in the making."""


class PngFiles:
    """Each image is a file of the folder."""

    def __init__(self, folder: Path, plan: SamplingPlan) -> None:
        self._folder = folder
        self._plan = plan

    def put(self, made: Made) -> list[Tried]:
        """Write one more image, or note one that is withheld."""
        tried = tried_from(made, self._plan)
        if not tried.withheld:
            # Not renamed: half a file has no line in the journal, and is written again.
            (self._folder / tried.image.file).write_bytes(made.content)
        return [tried]

    def finish(self) -> list[Tried]:
        """Return nothing: each image was safe at once."""
        return []

    def discard(self) -> None:
        """Do nothing."""


class Shards:
    """Images stand in tar files, so many in each, every one with its recipe and scores as JSON beside it."""

    def __init__(self, folder: Path, plan: SamplingPlan, kept: int) -> None:
        self._folder = folder
        self._plan = plan
        self._number = kept // plan.images_per_shard
        self._shard: ShardWriter | None = None
        self._waiting: list[Tried] = []
        self._inside = 0

    def put(self, made: Made) -> list[Tried]:
        """Write one more image, or note one that is withheld; lines come when their shard is whole."""
        name = f"images-{self._number:06d}.tar"
        tried = tried_from(made, self._plan, name)
        self._waiting.append(tried)
        if not tried.withheld:
            if self._shard is None:
                self._shard = ShardWriter(self._folder / name)
            self._shard.add(tried.image.file, made.content)
            self._shard.add(Path(tried.image.file).with_suffix(".json").name, _beside(tried.image, made))
            self._inside += 1
        return self.finish() if self._inside == self._plan.images_per_shard else []

    def finish(self) -> list[Tried]:
        """Put the shard in the making in its place, and return its lines."""
        if self._shard is not None:
            self._shard.finish()
            self._number += 1
        safe, self._waiting, self._shard, self._inside = self._waiting, [], None, 0
        return safe

    def discard(self) -> None:
        """Leave nothing of the shard in the making."""
        if self._shard is not None:
            self._shard.discard()


def open_files(folder: Path, plan: SamplingPlan, kept: int) -> Files:
    """Return where the next files of a set go, of which `kept` are there."""
    return Shards(folder, plan, kept) if plan.images_per_shard else PngFiles(folder, plan)


def tried_from(made: Made, plan: SamplingPlan, shard: str = "") -> Tried:
    """Return the line of an image for the journal."""
    recipe, kept = made.recipe, not made.withheld
    digits = len(str(plan.first_seed + max(plan.counts.values()) - 1))
    image = SyntheticImage(
        file=f"{recipe.diagnosis}-{recipe.seed:0{digits}d}.png" if kept else "",
        seed=recipe.seed,
        diagnosis=recipe.diagnosis,
        model_sha256=plan.generator["model_sha256"],
        sha256=hashlib.sha256(made.content).hexdigest() if kept else "",
        shard=shard if kept else "",
        truncation=recipe.truncation,
        agreement=made.scores.get("agreement"),
        novelty=made.scores.get("novelty"),
    )
    return Tried(image, made.withheld)


def _beside(image: SyntheticImage, made: Made) -> bytes:
    told = plain_recipe(made.recipe) | {"model_sha256": image.model_sha256, "sha256": image.sha256} | made.scores
    return json.dumps(told).encode()
