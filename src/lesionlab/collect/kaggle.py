"""HAM10000 from Kaggle: one archive of a public data set, without an account where Kaggle lets one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lesionlab.collect.ham10000_layout import Stages, by_hand, megabytes
from lesionlab.collect.transfer import Transfer
from lesionlab.collect.transfer_errors import TransferError
from lesionlab.collect.unpack import check_space
from lesionlab.core.errors import CollectError

ADDRESS = "https://www.kaggle.com"
HOSTS = ("www.kaggle.com", "storage.googleapis.com")
DATASET = "kmader/skin-cancer-mnist-ham10000"
PAGE = f"{ADDRESS}/datasets/{DATASET}"
ARCHIVE_NAME = "archive.zip"
USUAL_BYTES = 5_600_000_000  # the archive holds every image twice
UNPACKED_BYTES = 3_000_000_000
LIMIT_BYTES = 12 * 2**30


def fetch_archive(transfer: Transfer, folder: Path, stages: Stages, address: str = ADDRESS) -> list[Path]:
    """Download the archive of the current version into `folder`, going on where an earlier run stopped.

    Kaggle tells no checksum; the archive's own, one for each file, are compared as it is unpacked.

    Raises:
        CollectError: Kaggle wants an account (what to do by hand is told), is down, gives something else than an
            archive, or the disk is too small.
    """
    try:
        version, told_bytes = current_version(transfer, address)
        archive = folder / f"v{version}" / ARCHIVE_NAME
        if not archive.is_file():
            _make_room(archive, told_bytes)
            with stages("Downloading", "MB") as progress:
                transfer.download(
                    archive_url(version, address), archive, limit_bytes=LIMIT_BYTES, progress=megabytes(progress)
                )
    except TransferError as error:
        if error.status in (401, 403):
            raise by_hand(f"Kaggle wants an account: {error.cause}", PAGE, ARCHIVE_NAME) from error
        raise
    _refuse_page(archive)
    return [archive]


def archive_url(version: int, address: str = ADDRESS) -> str:
    """Return where a version of the archive is to be had."""
    return f"{address}/api/v1/datasets/download/{DATASET}?dataset_version_number={version}"


def current_version(transfer: Transfer, address: str = ADDRESS) -> tuple[int, int]:
    """Return the number of the current version and its bytes as Kaggle tells them, or the usual ones.

    Raises:
        CollectError: Kaggle's answer names none, or there is no answer.
    """
    answer: Any = transfer.get_json(f"{address}/api/v1/datasets/view/{DATASET}")
    version = answer.get("currentVersionNumber") if isinstance(answer, dict) else None
    if not isinstance(version, int):
        raise CollectError(
            f"Kaggle's answer about {DATASET} names no current version.",
            f"Its interface may have changed: download it by hand from {PAGE}.",
        )
    told = answer.get("totalBytes")
    return version, told if isinstance(told, int) and told > 0 else USUAL_BYTES


def _make_room(archive: Path, told_bytes: int) -> None:
    part = archive.with_name(f"{archive.name}.part")
    come = part.stat().st_size if part.is_file() else 0
    # Never less than what is told, never more than what is known: a small set needs little room.
    unpacked = min(UNPACKED_BYTES, told_bytes)
    check_space(archive.parent, max(told_bytes - come, 0) + unpacked, "downloading and unpacking HAM10000")


def _refuse_page(archive: Path) -> None:
    with archive.open("rb") as file:
        head = file.read(4)
    if head == b"PK\x03\x04":
        return
    archive.unlink()
    raise by_hand("Kaggle sent a page instead of an archive: perhaps it wants an account.", PAGE, ARCHIVE_NAME)
