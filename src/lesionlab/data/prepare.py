"""Prepare a data set: check, group, split, decode; the folder counts as prepared at the very end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lesionlab.core.diagnoses import HAM10000_CODES
from lesionlab.core.progress import Progress, silent
from lesionlab.data import store
from lesionlab.data.cache import Decoded, write_pixels
from lesionlab.data.drawings import plan_drawings, write_drawings
from lesionlab.data.ham10000 import read_ham10000
from lesionlab.data.lock import only_one
from lesionlab.data.partition import external_split, make_split
from lesionlab.data.prepared import PreparedData
from lesionlab.data.problems import Problem, gather, refuse
from lesionlab.data.procedural import DRAWING_VERSION
from lesionlab.data.source import Source

DRAWN_RIGHTS = {"source": "procedural", "licence": "CC0-1.0", "attribution": "drawn by rules, of nobody's skin"}


@dataclass(frozen=True)
class Preparation:
    """A prepared data set, and the sizes that were made now: none when all was there already."""

    data: PreparedData
    made_px: tuple[int, ...]


def prepare_ham10000(
    place: Path,
    name: str = "ham10000",
    sizes_px: Sequence[int] = (64, 128),
    seed: int = 0,
    progress: Progress = silent,
    *,
    skip_bad: bool = False,
) -> PreparedData:
    """Prepare HAM10000 from its folder; see `prepare_source`."""
    return prepare_source(read_ham10000(place), name, sizes_px, seed, progress, skip_bad=skip_bad).data


def prepare_procedural(
    name: str, count: int, sizes_px: Sequence[int], seed: int, progress: Progress = silent
) -> PreparedData:
    """Prepare `count` drawn lesions; see `prepare_drawings`."""
    return prepare_drawings(name, count, sizes_px, seed, progress).data


def prepare_source(
    source: Source,
    name: str,
    sizes_px: Sequence[int],
    seed: int,
    progress: Progress = silent,
    *,
    skip_bad: bool = False,
    external: bool = False,
) -> Preparation:
    """Check a source, split it by lesion group, decode it, and say what had to be made.

    Decoding uses several processes: a script that calls this at its top level needs `if __name__ == "__main__":`.
    With `skip_bad`, unusable images are left out and recorded; the others keep their part. An `external` set goes into
    one part, for testing alone.

    Raises:
        DataError: (without `skip_bad`) images are unusable: all of them are listed; or the name is taken, or being
            prepared now.
        InputError: the name or a size is not accepted.
    """
    folder, sizes = store.folder_of(name), store.checked_sizes(sizes_px)
    with only_one(folder):
        return prepare_in(folder, source, sizes, seed, progress, skip_bad=skip_bad, external=external)


def prepare_in(
    folder: Path,
    source: Source,
    sizes: tuple[int, ...],
    seed: int,
    progress: Progress,
    *,
    skip_bad: bool,
    external: bool = False,
) -> Preparation:
    """Prepare a source in a folder that nobody else prepares now; see `prepare_source`."""
    origin = origin_of(source, seed, external=external)
    old = store.matching(folder, origin)
    if old is not None:
        return add_sizes(old, source.files, sizes, progress, skip_bad=skip_bad)
    told = str(source.place)
    if source.problems and not skip_bad:
        files = list(source.files.items())
        refuse({**source.problems, **unusable(files, write_pixels([f for _, f in files], {}, progress))}, told)
    whole = (
        external_split(source.rows, source.pairs, HAM10000_CODES)
        if external
        else make_split(source.rows, source.pairs, source.classes, seed)
    )
    files = [(row.image_id, source.files[row.image_id]) for row in whole.rows if row.image_id in source.files]
    problems = dict(source.problems)

    def accept(decoded: Decoded) -> None:
        unreadable = unusable(files, decoded)
        if not skip_bad:
            refuse(unreadable, told)
        problems.update(unreadable)
        store.withdraw(folder)

    decoded = write_pixels([path for _, path in files], store.targets(folder, sizes), progress, accept)
    kept = [image_id for place, (image_id, _) in enumerate(files) if place not in decoded.bad]
    split = store.without(whole, {row.image_id for row in whole.rows} - set(kept))
    rights = {"source": source.name, "licence": source.licence, "attribution": source.attribution}
    digests = dict(zip(kept, decoded.sha256, strict=True))
    metadata = {
        row.image_id: {**row.details, **rights, "sha256": digests[row.image_id]}
        for row in source.rows
        if row.image_id in digests
    }
    origin = origin_of(source, seed, external=external, problems=problems)
    return Preparation(store.finish(folder, origin, split, sizes, metadata), sizes)


def origin_of(
    source: Source, seed: int, *, external: bool = False, problems: dict[str, Problem] | None = None
) -> store.Origin:
    """Return what is recorded of a source."""
    arguments = (*source.arguments, *(("--as", "external") if external else ()))
    return store.Origin(
        kind=source.layout,
        source=str(source.place.resolve()),
        arguments=(*arguments, *(("--seed", str(seed)) if seed else ())),
        fingerprint=source.fingerprint,
        seed=seed,
        external=external,
        problems=problems or {},
        unlisted=source.unlisted,
        notes=source.notes,
    )


def prepare_drawings(
    name: str, count: int, sizes_px: Sequence[int], seed: int, progress: Progress = silent
) -> Preparation:
    """Draw and split `count` procedural lesions, as many of each class as of the next; every third has two pictures.

    Raises:
        DataError: too few lesions for every class to lie in every part, or the name is taken, or being prepared now.
        InputError: the name or a size is not accepted.
    """
    folder, sizes = store.folder_of(name), store.checked_sizes(sizes_px)
    arguments = ("--procedural", str(count), *(("--seed", str(seed)) if seed else ()))
    fingerprint = f"drawing {DRAWING_VERSION}, {count} lesions"
    origin = store.Origin("procedural", "drawn by rules", arguments, fingerprint, seed)
    with only_one(folder):
        old = store.matching(folder, origin)
        new = sizes if old is None else tuple(size for size in sizes if size not in old.sizes_px)
        if old is not None and not new:
            return Preparation(old, ())
        drawings = plan_drawings(count, seed)
        rows = [drawing.row for drawing in drawings]
        split = make_split(rows, (), HAM10000_CODES, seed)
        if old is None:
            store.withdraw(folder)
        write_drawings(drawings, store.targets(folder, new), progress)
        if old is not None:
            return Preparation(store.add_sizes(old, new), new)
        metadata = {row.image_id: DRAWN_RIGHTS for row in rows}
        return Preparation(store.finish(folder, origin, split, new, metadata), new)


def add_sizes(
    old: PreparedData, files_of: dict[str, Path], sizes: Sequence[int], progress: Progress, *, skip_bad: bool
) -> Preparation:
    """Decode what is prepared at more sizes, from the very files it was made of."""
    told = old.record.source
    if not skip_bad:
        refuse(old.record.problems, told)
    new = tuple(size for size in sizes if size not in old.sizes_px)
    if not new:
        return Preparation(old, ())
    files = [(row.image_id, files_of[row.image_id]) for row in old.split.rows]
    write_pixels(
        [path for _, path in files],
        store.targets(old.folder, new),
        progress,
        lambda decoded: refuse(unusable(files, decoded), told),
        [row["sha256"] for row in old.metadata],
    )
    return Preparation(store.add_sizes(old, new), new)


def unusable(files: Sequence[tuple[str, Path]], decoded: Decoded) -> dict[str, Problem]:
    """Return what cannot be used of these files, by defect."""
    return gather(
        {
            "images that cannot be decoded": [files[position][0] for position in decoded.unreadable],
            "files that are not the ones recorded": [files[position][0] for position in decoded.altered],
            "synthetic images, by their own mark": [files[position][0] for position in decoded.synthetic],
        }
    )
