"""Prepare a data set: check, group, split, decode; the folder counts as prepared at the very end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lesionlab.core.diagnoses import HAM10000_CODES
from lesionlab.core.progress import Progress, silent
from lesionlab.data import store
from lesionlab.data.cache import write_pixels
from lesionlab.data.drawings import plan_drawings, write_drawings
from lesionlab.data.groups import known_duplicates
from lesionlab.data.ham10000 import Ham10000, read_ham10000
from lesionlab.data.partition import make_split
from lesionlab.data.prepared import PreparedData
from lesionlab.data.problems import Problem, gather, refuse
from lesionlab.data.procedural import DRAWING_VERSION


@dataclass(frozen=True)
class Preparation:
    """A prepared data set, and the sizes that were made now: none when all was there already."""

    data: PreparedData
    made_px: tuple[int, ...]


def prepare_ham10000(
    source: Path,
    name: str = "ham10000",
    sizes_px: Sequence[int] = (64, 128),
    seed: int = 0,
    progress: Progress = silent,
    *,
    skip_bad: bool = False,
) -> PreparedData:
    """Prepare HAM10000 from its folder; see `prepare_from_folder`."""
    return prepare_from_folder(source, name, sizes_px, seed, progress, skip_bad=skip_bad).data


def prepare_procedural(
    name: str, count: int, sizes_px: Sequence[int], seed: int, progress: Progress = silent
) -> PreparedData:
    """Prepare `count` drawn lesions; see `prepare_drawings`."""
    return prepare_drawings(name, count, sizes_px, seed, progress).data


def prepare_from_folder(
    source: Path, name: str, sizes_px: Sequence[int], seed: int, progress: Progress, *, skip_bad: bool
) -> Preparation:
    """Check the folder, split it by lesion group, decode it, and say what had to be made.

    Decoding uses several processes: a script that calls this at its top level needs `if __name__ == "__main__":`.
    With `skip_bad`, unusable images are left out and recorded; the others keep their part.

    Raises:
        DataError: the folder cannot be read, or (without `skip_bad`) images are unusable: all of them are listed.
        InputError: the name or a size is not accepted.
    """
    folder, sizes = store.folder_of(name), store.checked_sizes(sizes_px)
    found = read_ham10000(source)
    old = store.matching(folder, "ham10000", found.fingerprint, seed)
    if old is not None:
        return _add_sizes(old, found, sizes, progress, skip_bad=skip_bad)
    if found.problems and not skip_bad:
        files = list(found.files.items())
        refuse({**found.problems, **_unreadable(files, write_pixels([f for _, f in files], {}, progress))}, str(source))
    whole = make_split(found.rows, known_duplicates(), HAM10000_CODES, seed)
    files = [(row.image_id, found.files[row.image_id]) for row in whole.rows if row.image_id in found.files]
    problems = dict(found.problems)

    def accept(positions: list[int]) -> None:
        unreadable = _unreadable(files, positions)
        if not skip_bad:
            refuse(unreadable, str(source))
        problems.update(unreadable)
        store.withdraw(folder)

    bad = write_pixels([path for _, path in files], store.targets(folder, sizes), progress, accept)
    kept = {image_id for image_id, _ in files} - {files[position][0] for position in bad}
    split = store.without(whole, {row.image_id for row in whole.rows} - kept)
    origin = store.Origin("ham10000", str(source.resolve()), found.fingerprint, seed, problems, found.unlisted)
    return Preparation(store.finish(folder, origin, split, sizes, found.rows), sizes)


def prepare_drawings(
    name: str, count: int, sizes_px: Sequence[int], seed: int, progress: Progress = silent
) -> Preparation:
    """Draw and split `count` procedural lesions, as many of each class as of the next; every third has two pictures.

    Raises:
        DataError: too few lesions for every class to lie in every part.
        InputError: the name or a size is not accepted.
    """
    folder, sizes = store.folder_of(name), store.checked_sizes(sizes_px)
    fingerprint = f"drawing {DRAWING_VERSION}, {count} lesions"
    old = store.matching(folder, "procedural", fingerprint, seed)
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
    origin = store.Origin("procedural", "drawn by rules", fingerprint, seed)
    return Preparation(store.finish(folder, origin, split, new, rows), new)


def _add_sizes(
    old: PreparedData, found: Ham10000, sizes: Sequence[int], progress: Progress, *, skip_bad: bool
) -> Preparation:
    source = old.record.source
    if not skip_bad:
        refuse(old.record.problems, source)
    new = tuple(size for size in sizes if size not in old.sizes_px)
    if not new:
        return Preparation(old, ())
    files = [(row.image_id, found.files[row.image_id]) for row in old.split.rows]
    write_pixels(
        [path for _, path in files],
        store.targets(old.folder, new),
        progress,
        lambda positions: refuse(_unreadable(files, positions), source),
    )
    return Preparation(store.add_sizes(old, new), new)


def _unreadable(files: Sequence[tuple[str, Path]], positions: Sequence[int]) -> dict[str, Problem]:
    return gather({"images that cannot be decoded": [files[position][0] for position in positions]})
