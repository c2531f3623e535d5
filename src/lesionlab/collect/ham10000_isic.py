"""HAM10000 from the ISIC Archive: its images one by one, its lesion ids from the committed split."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from lesionlab.collect.collection import now
from lesionlab.collect.fetching import in_parallel
from lesionlab.collect.ham10000_layout import (
    FOLDER_FORM,
    DownloadRecord,
    Stages,
    silent_stages,
    whole_download,
    write_record,
)
from lesionlab.collect.isic_archive import ADDRESS, HOSTS, IsicArchive, Listed
from lesionlab.collect.isic_query import ANY, IsicQuery
from lesionlab.collect.isic_records import Found, read_listed
from lesionlab.collect.transfer import Transfer
from lesionlab.collect.unpack import check_space
from lesionlab.core.errors import CollectError
from lesionlab.core.files import write_bytes, write_text
from lesionlab.core.imaging import MAX_BYTES, decode
from lesionlab.core.resources import splits_folder
from lesionlab.records.split import Split, SplitRow, read_split

COLLECTION = 212  # "HAM10000"; it holds the images of later challenges too, which are left alone
SPLIT_NAME = "ham10000-release.csv"
FIRST_PART = 5000  # images in the first folder of the layout
THREADS = 8
DELAY_S = 0.05  # between two requests: 10,015 images take some nine minutes at least
USUAL_BYTES = 300_000  # of an image whose size is not told
COLUMNS = ("lesion_id", "image_id", "dx", "dx_type", "age", "sex", "localization")
HOW_CONFIRMED = {
    "histopathology": "histo",
    "serial imaging showing no change": "follow_up",
    "single image expert consensus": "consensus",
    "confocal microscopy with consensus dermoscopy": "confocal",
}
AT_PACE = partial(Transfer, delay_s=DELAY_S, connections=THREADS)


@dataclass(frozen=True)
class _Image:
    row: SplitRow
    found: Found
    details: tuple[str, ...]  # dx_type, age, sex, localization
    path: Path


def fetch_from_isic(
    folder: Path,
    stages: Stages = silent_stages,
    *,
    address: str = "",
    open_transfer: Callable[[Sequence[str]], Transfer] = AT_PACE,
    split: Split | None = None,
) -> Path:
    """Fetch the images of the committed split from the archive and lay them out in `folder`, which is returned.

    The archive knows neither all lesion ids nor HAM10000's own codes: both come from the split, ages and sites from the
    archive. Each image is decoded once before it counts; a later call fetches what is missing.

    Raises:
        CollectError: images are missing at the end, the archive refuses, or the disk is too small.
    """
    if whole_download(folder) is not None:
        return folder
    wanted = split or read_split(splits_folder() / SPLIT_NAME)
    asked = address or ADDRESS
    hosts = tuple(dict.fromkeys((urlsplit(asked).hostname or "", *HOSTS)))
    with open_transfer(hosts) as transfer:
        archive = IsicArchive(transfer, asked)
        images = _listed(archive, wanted, folder, stages)
        failed = _fetch(archive, list(images.values()), stages)
    _write_metadata(folder, wanted, images)
    _refuse_gaps(folder, wanted, images, failed)
    write_record(folder, DownloadRecord("isic", asked, {}, len(images), now()))
    return folder


def _listed(archive: IsicArchive, wanted: Split, folder: Path, stages: Stages) -> dict[str, _Image]:
    rows = {row.image_id: row for row in wanted.rows}
    parts = {image_id: 1 + (place >= FIRST_PART) for place, image_id in enumerate(sorted(rows))}
    images: dict[str, _Image] = {}
    query = IsicQuery(collections=(COLLECTION,), image_type=ANY)
    with stages("Listing the ISIC Archive", "images") as progress:
        for page in archive.pages(query):
            for listed in page.images:
                found = read_listed(listed, archive)
                image_id = found.record.image_id
                if image_id in rows and found.url:
                    path = folder / FOLDER_FORM.format(parts[image_id]) / f"{image_id}.jpg"
                    images[image_id] = _Image(rows[image_id], found, _details(listed, found), path)
            progress(len(images), len(rows))
            if len(images) == len(rows):
                break
    return images


def _details(listed: Listed, found: Found) -> tuple[str, ...]:
    given = found.record.details
    metadata = listed.get("metadata")
    clinical = metadata.get("clinical") if isinstance(metadata, Mapping) else None
    how = clinical.get("diagnosis_confirm_type") if isinstance(clinical, Mapping) else None
    age = given.get("age_approx", "")
    return (
        HOW_CONFIRMED.get(str(how), ""),
        f"{float(age):.1f}" if age.replace(".", "", 1).isdigit() else "",
        given.get("sex", "unknown"),
        given.get("anatom_site_general", "unknown"),
    )


def _fetch(archive: IsicArchive, images: list[_Image], stages: Stages) -> int:
    missing = [image for image in images if not _is_there(image)]
    if not missing:
        return 0
    needed = sum(image.found.size_bytes or USUAL_BYTES for image in missing)
    check_space(missing[0].path.parent, needed, "downloading HAM10000")
    done, failed = len(images) - len(missing), 0
    with stages("Downloading", "images") as progress:
        progress(done, len(images))
        jobs: Iterator[_Image] = iter(missing)
        for image, content in in_parallel(jobs, lambda job: _content(archive, job), THREADS, archive.transfer.close):
            if isinstance(content, bytes):
                write_bytes(image.path, content)
                done += 1
            else:
                failed += 1
            progress(done, len(images), failed=failed)
    return failed


def _is_there(image: _Image) -> bool:
    if not image.path.is_file():
        return False
    told = image.found.size_bytes
    return not told or image.path.stat().st_size == told


def _content(archive: IsicArchive, image: _Image) -> bytes:
    content = archive.transfer.get_bytes(image.found.url, MAX_BYTES, image.found.size_bytes or None)
    decode(content)
    return content


def _write_metadata(folder: Path, wanted: Split, images: Mapping[str, _Image]) -> None:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in wanted.rows:
        image = images.get(row.image_id)
        details = image.details if image else ("", "", "unknown", "unknown")
        writer.writerow((row.lesion_id, row.image_id, row.diagnosis, *details))
    write_text(folder / "HAM10000_metadata.csv", buffer.getvalue())


def _refuse_gaps(folder: Path, wanted: Split, images: Mapping[str, _Image], failed: int) -> None:
    lacking = len(wanted.rows) - len(images)
    if not lacking and not failed:
        return
    told = [f"{failed:,} failed"] * bool(failed) + [f"{lacking:,} the archive does not list"] * bool(lacking)
    raise CollectError(
        f"{len(images) - failed:,} of the {len(wanted.rows):,} images of HAM10000 came; {' and '.join(told)}.",
        f"Run the same command again, or go on without them: `lesionlab data prepare {folder} --skip-bad`.",
    )
