"""Prepare a data set: check, group, split, decode; the folder counts as prepared at the very end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lesionlab import __version__
from lesionlab.core.diagnoses import HAM10000_CODES
from lesionlab.core.progress import Progress, silent
from lesionlab.data import store
from lesionlab.data.cache import write_pixels
from lesionlab.data.groups import known_duplicates
from lesionlab.data.ham10000 import Ham10000, read_ham10000
from lesionlab.data.partition import make_split
from lesionlab.data.prepared import VERSION, PreparedData, PreparedRecord
from lesionlab.data.problems import Problem, gather, refuse
from lesionlab.records.split import Split


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
    old = store.matching(folder, found.fingerprint, seed)
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
    record = _record(name, found, str(source.resolve()), seed, split, sizes, problems)
    return Preparation(store.finish(folder, record, split, found.rows), sizes)


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


def _record(
    name: str,
    found: Ham10000,
    source: str,
    seed: int,
    split: Split,
    sizes: tuple[int, ...],
    problems: Mapping[str, Problem],
) -> PreparedRecord:
    return PreparedRecord(
        version=VERSION,
        name=name,
        kind="ham10000",
        source=source,
        fingerprint=found.fingerprint,
        seed=seed,
        images=len(split.rows),
        lesions=len({row.lesion_id for row in split.rows}),
        groups=len({row.group for row in split.rows}),
        classes=split.classes,
        counts=store.counts_by_part(split),
        split_sha256=split.sha256,
        sizes_px=sizes,
        problems=dict(problems),
        unlisted=found.unlisted,
        lesionlab=__version__,
    )
