"""Unpack archives from elsewhere: only what is asked for, nothing outside the folder, each file checked and whole."""

from __future__ import annotations

import shutil
import zipfile
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from lesionlab.collect import zip_members
from lesionlab.core.errors import CollectError
from lesionlab.core.progress import Progress, silent

BLOCK_BYTES = 2**20
PART_SUFFIX = ".part"


@dataclass(frozen=True)
class Limits:
    """What an archive may hold; beyond it, it is no data set but an attack or a mistake."""

    members: int = 200_000
    member_bytes: int = 4 * 2**30  # archives may hold archives
    total_bytes: int = 24 * 2**30
    ratio: int = zip_members.HIGHEST_RATIO


@dataclass(frozen=True)
class Unpacked:
    """How many files were written now, were there whole already, and were in the archive but not asked for."""

    written: int
    kept: int
    left_out: int


Place = Callable[[str], str | None]
"""From a member's name to the path below the folder where it is wanted, or None."""


def member_names(archive: Path) -> list[str]:
    """Return the names of the files in an archive, as they stand there.

    Raises:
        CollectError: it is no archive, or a damaged one.
    """
    with _opened(archive) as opened:
        return [info.filename for info in opened.infolist() if not info.is_dir()]


def unpack(
    archive: Path, folder: Path, place: Place, progress: Progress = silent, limits: Limits | None = None
) -> Unpacked:
    """Unpack the members that `place` wants into `folder`; a file that is there whole already stays as it is.

    Whole means: of the size and CRC-32 that the archive tells. Each file is written beside and renamed.

    Raises:
        CollectError: it is no archive, is damaged or encrypted, names a file outside the folder, holds links or two
            files of one name, is beyond the limits, or needs more disk space than there is.
    """
    with _opened(archive) as opened:
        files = [info for info in opened.infolist() if not info.is_dir()]
        _refuse_hostile(archive, files, limits or Limits())
        plan = _plan(archive, files, place)
        _refuse_too_large(archive, plan.values(), limits or Limits())
        _clear(folder, plan)
        missing = {path: info for path, info in plan.items() if not _is_whole(folder / path, info)}
        check_space(folder, sum(info.file_size for info in missing.values()), f"unpacking {archive.name}")
        done, total = 0, sum(info.file_size for info in missing.values())
        for path, info in missing.items():
            _write(archive, opened, info, folder / path)
            done += info.file_size
            progress(done / 2**20, total / 2**20)
    return Unpacked(len(missing), len(plan) - len(missing), len(files) - len(plan))


def check_space(folder: Path, needed_bytes: int, what: str) -> None:
    """Refuse to begin what cannot end for want of disk space.

    Raises:
        CollectError: the disk of `folder` has less free than needed.
    """
    there = next(path for path in (folder, *folder.parents) if path.exists())
    free = shutil.disk_usage(there).free
    if needed_bytes > free:
        raise CollectError(
            f"The disk of {there} has {free / 2**30:.1f} GB free; {what} takes {needed_bytes / 2**30:.1f} GB.",
            "Free some space, or set LESIONLAB_HOME to a folder on another disk.",
        )


def _opened(archive: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(archive)
    except zip_members.NO_ARCHIVE as error:
        raise _damaged(archive, f"it is no whole ZIP archive ({archive.stat().st_size:,} bytes)") from error


def _damaged(archive: Path, why: str) -> CollectError:
    return CollectError(
        f"{archive} cannot be unpacked: {why}.", f"Delete {archive} and run the command again to download it anew."
    )


def _refuse_hostile(archive: Path, files: list[zipfile.ZipInfo], limits: Limits) -> None:
    if len(files) > limits.members:
        raise _damaged(archive, f"it holds {len(files):,} files, more than {limits.members:,}")
    for info in files:
        if zip_members.leads_out(info) or "\\" in info.filename:
            raise _damaged(archive, f"it names a file outside its folder ('{info.filename[:80]}')")
        if zip_members.is_link(info):
            raise _damaged(archive, f"it holds a link ('{info.filename[:80]}')")


def _plan(archive: Path, files: list[zipfile.ZipInfo], place: Place) -> dict[str, zipfile.ZipInfo]:
    plan: dict[str, zipfile.ZipInfo] = {}
    for info in files:
        path = place(info.filename)
        if path is None:
            continue
        # Some archives hold each image twice, in folders that differ in case alone.
        other = plan.setdefault(path, info)
        if (other.CRC, other.file_size) != (info.CRC, info.file_size):
            raise _damaged(archive, f"it holds two different files for {path}")
        if zip_members.is_encrypted(info):
            raise _damaged(archive, f"'{info.filename[:80]}' is encrypted")
    return plan


def _refuse_too_large(archive: Path, wanted: Iterable[zipfile.ZipInfo], limits: Limits) -> None:
    total = 0
    for info in wanted:
        total += info.file_size
        if info.file_size > limits.member_bytes or zip_members.grows_too_much(
            info.file_size, info.compress_size, limits.ratio
        ):
            raise _damaged(
                archive, f"'{info.filename[:80]}' would grow from {info.compress_size:,} to {info.file_size:,} bytes"
            )
    if total > limits.total_bytes:
        raise _damaged(archive, f"it would grow to {total / 2**30:.1f} GB, more than {limits.total_bytes / 2**30:.1f}")


def _clear(folder: Path, plan: Iterable[str]) -> None:
    """Delete what a killed run left half written."""
    for place in {(folder / path).parent for path in plan}:
        for left in place.glob(f".*{PART_SUFFIX}"):
            left.unlink(missing_ok=True)


def _is_whole(path: Path, info: zipfile.ZipInfo) -> bool:
    if not path.is_file() or path.stat().st_size != info.file_size:
        return False
    crc = 0
    with path.open("rb") as file:
        while block := file.read(BLOCK_BYTES):
            crc = zlib.crc32(block, crc)
    return crc == info.CRC


def _write(archive: Path, opened: zipfile.ZipFile, info: zipfile.ZipInfo, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}{PART_SUFFIX}")
    try:
        with opened.open(info) as packed, beside.open("wb") as written:
            _copy(packed, written, info.file_size)
        # Not forced to the disk one by one: after a power cut, the CRC tells what is whole.
        beside.replace(path)
    except zip_members.DAMAGED as error:
        raise _damaged(archive, f"'{info.filename[:80]}' is damaged ({error})") from error
    finally:
        beside.unlink(missing_ok=True)


def _copy(packed: IO[bytes], written: IO[bytes], size: int) -> None:
    copied = 0
    while block := packed.read(BLOCK_BYTES):
        copied += len(block)
        if copied > size:
            raise zipfile.BadZipFile("more bytes than told")
        written.write(block)
    if copied != size:
        raise zipfile.BadZipFile(f"{copied:,} of {size:,} bytes")
