"""Prepare a data set with collected images added: the base as always, then what may join its training part."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from lesionlab.core.errors import DataError
from lesionlab.data import store
from lesionlab.data.additions import AddedImage, Additions, AdditionsRecord, Picture, Relate, Stage, silent_stage
from lesionlab.data.array_file import copy_rows
from lesionlab.data.cache import write_pixels
from lesionlab.data.joining import Joined, join
from lesionlab.data.lock import only_one
from lesionlab.data.prepare import Preparation, add_sizes, origin_of, prepare_in, unusable
from lesionlab.data.prepared import PreparedData, pixels_path
from lesionlab.data.problems import Problem, refuse
from lesionlab.data.resolution import check_resolution
from lesionlab.data.source import Source

WORK_NAME = ".work"  # what a preparation needs on its way; a later one goes on from what is whole there
COMPARED_PX = 64  # pictures are compared at this size, whatever sizes are asked for


def prepare_with_additions(
    source: Source,
    additions: Additions,
    relate: Relate,
    name: str,
    sizes_px: Sequence[int],
    seed: int,
    stage: Stage = silent_stage,
    *,
    skip_bad: bool = False,
) -> Preparation:
    """Prepare a source as without additions, then let the added images join its training part; see `joining.join`.

    `relate` tells which added pictures belong to the base's and to one another; it is asked only when there is
    something to make.

    Raises:
        DataError: (without `skip_bad`) images are unusable; or the name is taken, or being prepared now.
        InputError: the name or a size is not accepted.
    """
    folder, sizes = store.folder_of(name), store.checked_sizes(sizes_px)
    origin = origin_of(source, seed)
    origin = replace(
        origin,
        arguments=(*origin.arguments, *_arguments(additions)),
        fingerprint=f"{origin.fingerprint} + {additions.fingerprint}",
        additions=_record(additions),
    )
    with only_one(folder):
        old = store.matching(folder, origin)
        if old is not None:
            shutil.rmtree(folder / WORK_NAME, ignore_errors=True)
            files = source.files | {image.image_id: image.file for image in additions.images}
            with stage("Decoding", "images") as progress:
                return add_sizes(old, files, sizes, progress, skip_bad=skip_bad)
        check_resolution([*source.files.values(), *(image.file for image in additions.images)], sizes)
        work = folder / WORK_NAME
        compared = tuple(sorted({*sizes, COMPARED_PX}))
        with stage("Decoding", "images") as progress:
            base = prepare_in(work / "base", source, compared, seed, progress, skip_bad=skip_bad).data
        images, problems = _decode(work / "added", additions, compared, stage, skip_bad=skip_bad)
        joined = _join(base, additions, images, relate, work / "added", stage)
        store.withdraw(folder)
        _write_pixels(base, images, joined, work / "added", folder, sizes)
        origin = replace(
            origin,
            problems=base.record.problems | problems,
            additions=_record(additions, joined, problems),
        )
        data = store.finish(folder, origin, joined.split, sizes, _metadata(base, joined))
        shutil.rmtree(work, ignore_errors=True)
        return Preparation(data, sizes)


def _decode(
    work: Path, additions: Additions, sizes: tuple[int, ...], stage: Stage, *, skip_bad: bool
) -> tuple[list[AddedImage], dict[str, Problem]]:
    """Decode the added images into `work`; return those that could be, in the order of the pixels."""
    images = sorted(additions.images, key=lambda image: image.image_id)
    files = [(image.image_id, image.file) for image in images]
    with stage("Decoding added", "images") as progress:
        decoded = write_pixels(
            [path for _, path in files], store.targets(work, sizes), progress, None, [image.sha256 for image in images]
        )
    problems = {f"added {defect}": problem for defect, problem in unusable(files, decoded).items()}
    if problems and not skip_bad:
        try:
            refuse(problems, ", ".join(additions.manifests))
        except DataError as error:
            raise DataError(
                error.cause, "See which with `lesionlab collect verify`, or go on without them with --skip-bad."
            ) from None
    return [image for place, image in enumerate(images) if place not in decoded.bad], problems


def _join(
    base: PreparedData, additions: Additions, images: list[AddedImage], relate: Relate, work: Path, stage: Stage
) -> Joined:
    squares = np.load(pixels_path(work, COMPARED_PX), mmap_mode="r", allow_pickle=False)
    pictures = [Picture(i.image_id, square, i.sha256) for i, square in zip(images, squares, strict=True)]
    with stage("Comparing", "images") as progress:
        ties = relate(pictures, base, progress)
    return join(base.split, replace(additions, images=tuple(images)), ties)


def _write_pixels(
    base: PreparedData, images: list[AddedImage], joined: Joined, work: Path, folder: Path, sizes: tuple[int, ...]
) -> None:
    """Write the base's pixels and behind them those of the images that joined."""
    place = {image.image_id: index for index, image in enumerate(images)}
    chosen = [place[image.image_id] for image in joined.used]
    for size, path in store.targets(folder, sizes).items():
        added = np.load(pixels_path(work, size), mmap_mode="r", allow_pickle=False)
        first = base.pixels(size)
        copy_rows(path, [(first, range(len(first))), (added, chosen)])


def _metadata(base: PreparedData, joined: Joined) -> dict[str, dict[str, str]]:
    rows = {row["image_id"]: row for row in base.metadata}
    return rows | {
        image.image_id: {
            **image.details,
            "source": image.source,
            "licence": image.licence,
            "attribution": image.attribution,
            "sha256": image.sha256,
            "page_url": image.page_url,
        }
        for image in joined.used
    }


def _record(
    additions: Additions, joined: Joined | None = None, problems: dict[str, Problem] | None = None
) -> AdditionsRecord:
    return AdditionsRecord(
        manifests=additions.manifests,
        filters=additions.filters,
        found=additions.found,
        used=len(joined.used) if joined else 0,
        sources_used=_sources(joined) if joined else {},
        in_base_groups=joined.in_base_groups if joined else 0,
        left_out=additions.left_out | (problems or {}) | (joined.left_out if joined else {}),
    )


def _arguments(additions: Additions) -> tuple[str, ...]:
    return (*(word for manifest in additions.manifests for word in ("--add", manifest)), *additions.filters)


def _sources(joined: Joined) -> dict[str, dict[str, int]]:
    counts = Counter((image.source, image.diagnosis) for image in joined.used)
    sources = sorted({source for source, _ in counts})
    return {source: {code: counts[source, code] for code in joined.split.classes} for source in sources}
