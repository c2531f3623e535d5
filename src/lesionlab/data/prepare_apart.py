"""Prepare an external test set without what a training set holds: the same pictures, near ones, and their lesions."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import replace

from lesionlab.core.archive_ids import archive_id
from lesionlab.data import store
from lesionlab.data.additions import RELATIONS_VERSION, Picture, Relate, Stage, Tie, silent_stage
from lesionlab.data.array_file import copy_rows
from lesionlab.data.groups import DisjointSets
from lesionlab.data.lock import only_one
from lesionlab.data.prepare import Preparation, add_sizes, origin_of, prepare_in
from lesionlab.data.prepare_added import COMPARED_PX, WORK_NAME
from lesionlab.data.prepared import PreparedData
from lesionlab.data.problems import gather
from lesionlab.data.source import Source
from lesionlab.records.split import Split


def prepare_apart(
    source: Source,
    other: PreparedData,
    relate: Relate,
    name: str,
    sizes_px: tuple[int, ...],
    stage: Stage = silent_stage,
    *,
    skip_bad: bool = False,
) -> Preparation:
    """Prepare a source for testing alone, without the images that `other` holds and all of their lesions.

    Raises:
        DataError: (without `skip_bad`) images are unusable; or the name is taken, or being prepared now.
        InputError: the name or a size is not accepted.
    """
    folder, sizes = store.folder_of(name), store.checked_sizes(sizes_px)
    origin = origin_of(source, 0, external=True)
    origin = replace(
        origin,
        arguments=(*origin.arguments, "--apart-from", other.name),
        fingerprint=f"{origin.fingerprint} - {other.split.sha256} {RELATIONS_VERSION}",
    )
    with only_one(folder):
        old = store.matching(folder, origin)
        if old is not None:
            with stage("Decoding", "images") as progress:
                return add_sizes(old, source.files, sizes, progress, skip_bad=True)
        compared = tuple(sorted({*sizes, COMPARED_PX}))
        with stage("Decoding", "images") as progress:
            whole = prepare_in(
                folder / WORK_NAME / "base", source, compared, 0, progress, skip_bad=skip_bad, external=True
            ).data
        with stage("Comparing", "images") as progress:
            ties = relate(_pictures(whole), other, progress)
        held = held_by(whole.split, other.split, ties)
        kept = [index for index, row in enumerate(whole.split.rows) if row.image_id not in held]
        store.withdraw(folder)
        for size, path in store.targets(folder, sizes).items():
            copy_rows(path, [(whole.pixels(size), kept)])
        problems = gather({f"in or near '{other.name}', or of one lesion with such": held})
        origin = replace(origin, problems=whole.record.problems | problems)
        metadata = {row["image_id"]: row for row in whole.metadata}
        data = store.finish(folder, origin, store.without(whole.split, held), sizes, metadata)
        shutil.rmtree(folder / WORK_NAME, ignore_errors=True)
        return Preparation(data, sizes)


def held_by(split: Split, other: Split, ties: Iterable[Tie]) -> set[str]:
    """Return the images of a split that another holds, by id or by a tie, with all images of their groups."""
    sets, touched = DisjointSets(), set()
    group = {row.image_id: row.group for row in split.rows}
    theirs = {_name(row.image_id) for row in other.rows}
    for tie in ties:
        if tie.among_added:
            sets.join(group[tie.image_id], group[tie.other_id])
        else:
            touched.add(tie.image_id)
    touched |= {image_id for image_id in group if _name(image_id) in theirs}
    shut = {sets.find(group[image_id]) for image_id in touched}
    return {image_id for image_id, name in group.items() if sets.find(name) in shut}


def _name(image_id: str) -> str:
    """Return the archive's id where there is one: it names one image in whatever set."""
    return archive_id(image_id) or image_id


def _pictures(data: PreparedData) -> list[Picture]:
    pairs = zip(data.metadata, data.pixels(COMPARED_PX), strict=True)
    return [Picture(row["image_id"], square, row["sha256"]) for row, square in pairs]
