"""Publish a synthetic set: images that say what they are, a table, the generator's card, a data card, every hash."""

from __future__ import annotations

import csv
import shutil
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from lesionlab.collect.export import FLAT_UP_TO, IMAGES_NAME
from lesionlab.collect.export_tables import METADATA_NAME
from lesionlab.core.errors import DataError, ModelError
from lesionlab.core.files import check_new_folder, sha256_of, whole_folder
from lesionlab.core.licences import Licence, find_licence, is_open
from lesionlab.core.progress import Progress, silent
from lesionlab.core.resources import released_folder
from lesionlab.curate.publish_card import Facts, publish_card
from lesionlab.data.rights import ATTRIBUTIONS_NAME
from lesionlab.inference.provenance import read_provenance
from lesionlab.records.card import CARD_NAME, WEIGHTS_NAME, ModelCard, check_weights, read_card
from lesionlab.records.exports import find_export, usual_places
from lesionlab.records.sampling import WITHHELD_NAME, read_plan
from lesionlab.records.seen_groups import GROUPS_NAME, read_seen_groups
from lesionlab.records.shards import SetFiles
from lesionlab.records.synthetic import (
    HISTORY_NAME,
    PLAN_NAME,
    SHEET_NAME,
    SyntheticImage,
    manifest_images,
    manifest_row,
    read_history,
)

GENERATOR_NAME = "generator"
HASHES_NAME = "SHA256SUMS"  # as `sha256sum --check` reads it
CARD_PAGE = "README.md"
BESIDE = (PLAN_NAME, HISTORY_NAME, WITHHELD_NAME, ATTRIBUTIONS_NAME, SHEET_NAME)  # where the set has them


@dataclass(frozen=True)
class Published:
    """What was written: images, bytes of all files, and the licence that holds for them."""

    images: int
    size_bytes: int
    licence: str


def publish(
    folder: Path,
    to: Path,
    name: str = "",
    also: Iterable[Path] = (),
    *,
    with_model: bool = False,
    progress: Progress = silent,
) -> Published:
    """Write a set that `lesionlab gan sample` made to a new folder for others to use; it is whole or not there.

    Its generator is sought in `also`, then where models lie; `with_model` copies the weights as well, so that whoever
    has the set can make each image again.

    Raises:
        InputError: `to` is a file or holds something.
        DataError: the set is not whole, a file of it is missing, changed or says other things than the manifest, or
            its licence does not allow to pass it on.
        ModelError: the generator is not here, or the images are of several.
    """
    check_new_folder(to)
    counts, generator = _look_through(folder, also)
    card, total = read_card(generator), counts.total()
    licence = _licence(card)
    with whole_folder(to) as part, (part / HASHES_NAME).open("w", encoding="utf-8", newline="") as hashes:
        size = _copy_images(folder, part, total, hashes, progress)
        _copy_model(generator, card, part / GENERATOR_NAME, with_model)
        for beside in BESIDE:
            if (folder / beside).is_file():
                shutil.copy(folder / beside, part)
        facts = Facts(
            name=name or to.resolve().name,
            card=card,
            licence=licence,
            counts={code: counts[code] for code in card.classes if counts[code]},
            example=_place(next(manifest_images(folder)), total),
            plan=read_plan(folder),
            withheld=_withheld(folder),
            history=read_history(folder),
            seen=read_seen_groups(generator, card),
            with_model=with_model,
        )
        (part / CARD_PAGE).write_text(publish_card(facts), encoding="utf-8", newline="")
        size += _hash_the_rest(part, hashes)
    return Published(total, size, licence.name)


def _look_through(folder: Path, also: Iterable[Path]) -> tuple[Counter[str], Path]:
    """Return how many images of each diagnosis a set has, and the folder of its generator."""
    counts, makers = Counter[str](), set[str]()
    for image in manifest_images(folder):
        counts[image.diagnosis] += 1
        makers.add(image.model_sha256)
    if len(makers) > 1:
        raise ModelError(f"{folder} holds images of {len(makers)} generators.", "Publish those of each by themselves.")
    (maker,) = makers
    export = find_export(maker, [*also, *(place for _, place in usual_places(released_folder()))])
    if export is None:
        raise ModelError(
            f"The images in {folder} are of model {maker[:12]}, which is not here: nobody could say what it learned "
            "from.",
            "Name its export with --model.",
        )
    check_weights(export, read_card(export))
    return counts, export


def _licence(card: ModelCard) -> Licence:
    licence = find_licence(card.licence)
    if licence is None or not is_open(licence.code):
        raise DataError(
            f"What {card.name} learned from is under '{card.licence}': what derives from it may not be passed on.",
            "Train a generator on images with open licences alone.",
        )
    return licence


def _copy_images(folder: Path, part: Path, total: int, hashes: TextIO, progress: Progress) -> int:
    """Copy all images, write their table and their hashes, and return their bytes."""
    damaged, size = [], 0
    columns = ("seed", "truncation", "model_sha256", "agreement", "novelty", "sha256")
    with SetFiles(folder) as files, (part / METADATA_NAME).open("w", encoding="utf-8", newline="") as table:
        writer = csv.writer(table, lineterminator="\n")
        writer.writerow(("file_name", "label", *columns))  # in this order: readers of image folders look for the first
        for done, image in enumerate(manifest_images(folder), start=1):
            content, place = files.read(image), _place(image, total)
            if content is None or not _says_so(content, image):
                damaged.append(image.file)
                continue
            (part / place).parent.mkdir(parents=True, exist_ok=True)
            (part / place).write_bytes(content)
            writer.writerow((place, image.diagnosis, *manifest_row(image, columns)))
            hashes.write(f"{image.sha256}  {place}\n")
            size += len(content)
            progress(done, total)
    if damaged:
        raise DataError(
            f"{len(damaged):,} of {total:,} images are missing, or are not what the manifest says: "
            f"{', '.join(damaged[:5])}.",
            "Sample them again, into another folder; nothing was published.",
        )
    return size


def _place(image: SyntheticImage, total: int) -> str:
    below = "" if total <= FLAT_UP_TO else f"{image.sha256[:2]}/"
    return f"{IMAGES_NAME}/{below}{image.file}"


def _says_so(content: bytes, image: SyntheticImage) -> bool:
    """Return whether a file says of itself what the manifest says of it."""
    record = read_provenance(content) or {}
    expected = {"synthetic": True, "model_sha256": image.model_sha256, "seed": image.seed, "diagnosis": image.diagnosis}
    told = {name: record.get(name) for name in expected}
    return told == expected and record.get("truncation") == image.truncation


def _copy_model(generator: Path, card: ModelCard, to: Path, with_model: bool) -> None:
    read_seen_groups(generator, card)  # the list must be the card's own
    to.mkdir()
    for name in (CARD_NAME, GROUPS_NAME, *[WEIGHTS_NAME] * with_model):
        shutil.copy(generator / name, to)


def _withheld(folder: Path) -> Counter[str]:
    path = folder / WITHHELD_NAME
    if not path.is_file():
        return Counter()
    with path.open(encoding="utf-8", newline="") as file:
        return Counter(row["withheld"] for row in csv.DictReader(file))


def _hash_the_rest(part: Path, hashes: TextIO) -> int:
    """Write the SHA-256 of every file that is no image, and return their bytes."""
    size = 0
    for folder in (part, part / GENERATOR_NAME):
        for path in sorted(path for path in folder.iterdir() if path.is_file() and path.name != HASHES_NAME):
            hashes.write(f"{sha256_of(path)}  {path.relative_to(part).as_posix()}\n")
            size += path.stat().st_size
    return size
