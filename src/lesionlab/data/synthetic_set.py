"""Synthetic images that carry what they derive from: the real images that their making and choosing saw."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lesionlab.core.errors import DataError, InputError, LeakError, ModelError
from lesionlab.core.files import write_text
from lesionlab.core.imaging import decode, square
from lesionlab.core.resources import released_folder
from lesionlab.data.prepared import Part
from lesionlab.records.card import check_weights, read_card
from lesionlab.records.exports import find_export, usual_places
from lesionlab.records.seen_groups import SeenGroups, read_seen_groups, seen_groups
from lesionlab.records.shards import SetFiles
from lesionlab.records.synthetic import (
    MANIFEST_NAME,
    Choice,
    History,
    Role,
    Saw,
    SyntheticImage,
    What,
    manifest_csv,
    read_history,
    read_manifest,
    write_history,
)

_UNKNOWN = "Sample from a model whose export is there, with its groups.csv, or train one."


@dataclass(frozen=True, eq=False)
class SyntheticSet:
    """Synthetic images in a folder, what saw which real images on the way to them, and what was chosen on which part.

    Raises:
        LeakError: a generator of the images is not among what `saw`: their provenance is unknown.
    """

    folder: Path
    images: tuple[SyntheticImage, ...]
    saw: tuple[Saw, ...]
    choices: tuple[Choice, ...] = ()

    def __post_init__(self) -> None:
        """Refuse images of unknown origin."""
        known = {each.name for each in self.saw if each.role == "generator"}
        unknown = {image.model_sha256 for image in self.images} - known
        if unknown:
            raise LeakError(
                f"The images in {self.folder} are of model {min(unknown)[:12]}: provenance unknown.", _UNKNOWN
            )

    @classmethod
    def open(cls, folder: Path, exports: Iterable[Path] = ()) -> SyntheticSet:
        """Open a folder that `lesionlab gan sample` wrote; its generator is sought in `exports`, then where models lie.

        Raises:
            DataError: there is no manifest, or it or the history is damaged.
            LeakError: the generator, or the list of the lesions that it saw, is not found: provenance unknown.
        """
        images, history = read_manifest(folder), read_history(folder)
        places = [*exports, *(place for _, place in usual_places(released_folder()))]
        makers = [_generator(digest, places, folder) for digest in sorted({image.model_sha256 for image in images})]
        return cls(folder, images, (*makers, *history.saw), history.choices)

    def filtered(self, files: Collection[str], role: Role, by: Path | Part) -> SyntheticSet:
        """Return the images of these files alone, as judged `by` an exported model, or against the images of a part.

        Raises:
            InputError: a file is not of this set, or none is left.
            LeakError: which lesions the model saw is unknown.
        """
        foreign = set(files) - {image.file for image in self.images}
        if foreign or not files:
            named = f"{min(foreign)} is" if foreign else "No file is"
            raise InputError(f"{named} among the {len(self.images):,} files to keep.", "Name files of this set.")
        kept = tuple(image for image in self.images if image.file in files)
        return replace(self, images=kept, saw=(*self.saw, saw_of(role, by)))

    def chosen_on(self, what: What, part: Part) -> SyntheticSet:
        """Return the set with a note that something about it was chosen by looking at a part."""
        return replace(self, choices=(*self.choices, chosen_on(what, part)))

    def pixels(self, size_px: int) -> NDArray[np.uint8]:
        """Return the images: uint8 [n, size_px, size_px, 3].

        Raises:
            DataError: a file is missing or is not the one in the manifest.
        """
        return np.stack([square(decode(content), size_px) for _, content in self._contents()])

    def labels(self, classes: Sequence[str]) -> NDArray[np.int64]:
        """Return the position of each image's diagnosis in a class list: int64 [n].

        Raises:
            DataError: a diagnosis is not in the list.
        """
        foreign = {image.diagnosis for image in self.images} - set(classes)
        if foreign:
            raise DataError(
                f"{self.folder} holds synthetic {', '.join(sorted(foreign))}; the data has {', '.join(classes)}.",
                "Use a generator with the classes of the data.",
            )
        return np.array([classes.index(image.diagnosis) for image in self.images], np.int64)

    def write(self, folder: Path) -> None:
        """Copy the images to a new folder with their manifest and all that was done with them; the manifest comes last.

        Raises:
            DataError: a file is missing or is not the one in the manifest.
            InputError: the folder is there already.
        """
        if folder.exists():
            raise InputError(f"{folder} is there already.", "Name a new folder.")
        beside = folder.with_name(f".{folder.name}.part")
        shutil.rmtree(beside, ignore_errors=True)
        beside.mkdir(parents=True)
        for image, content in self._contents():
            (beside / image.file).write_bytes(content)
        made_by = {image.model_sha256 for image in self.images}
        saw = tuple(each for each in self.saw if each.role != "generator" or each.name not in made_by)
        write_history(beside, History(saw, self.choices))
        write_text(beside / MANIFEST_NAME, manifest_csv([replace(image, shard="") for image in self.images]))
        beside.rename(folder)

    def _contents(self) -> Iterator[tuple[SyntheticImage, bytes]]:
        with SetFiles(self.folder) as files:
            for image in self.images:
                content = files.read(image)
                if content is None:
                    raise DataError(
                        f"{self.folder / image.shard / image.file} is missing or is not the file of the manifest "
                        f"({image.sha256[:12]}).",
                        "Sample the images again.",
                    )
                yield image, content


def chosen_on(what: What, part: Part) -> Choice:
    """Return the note that something was chosen by looking at a part."""
    return Choice(what, part.name, part.data.split.sha256, _seen_in(part))


def saw_of(role: Role, by: Path | Part) -> Saw:
    """Return what an exported model, or a comparison with the images of a part, saw of real images.

    Raises:
        LeakError: which lesions the model saw is unknown.
    """
    if isinstance(by, Part):
        return Saw(role, f"{by.data.name}, {by.name}", _seen_in(by))
    try:
        card = read_card(by)
        check_weights(by, card)
        return Saw(role, card.weights_sha256, read_seen_groups(by, card))
    except ModelError as error:
        raise LeakError(f"{error.cause[:-1]}: provenance unknown.", _UNKNOWN) from error


def _seen_in(part: Part) -> SeenGroups:
    return seen_groups(train=zip(part.groups, part.image_ids, strict=True))


def _generator(weights_sha256: str, places: Sequence[Path], folder: Path) -> Saw:
    export = find_export(weights_sha256, places)
    if export is None:
        raise LeakError(
            f"The images in {folder} are of model {weights_sha256[:12]}, which is none of the {len(places):,} models "
            "here: provenance unknown.",
            _UNKNOWN,
        )
    return saw_of("generator", export)
