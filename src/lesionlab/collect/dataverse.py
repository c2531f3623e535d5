"""HAM10000 from Harvard Dataverse: three files with the sizes and checksums that the listing tells."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lesionlab.collect.ham10000_layout import METADATA_NAMES, Stages, by_hand, megabytes, metadata_name
from lesionlab.collect.transfer import Transfer
from lesionlab.collect.transfer_errors import TransferError
from lesionlab.collect.unpack import check_space
from lesionlab.core.errors import CollectError

ADDRESS = "https://dataverse.harvard.edu"
HOSTS = ("dataverse.harvard.edu", ".amazonaws.com")  # files are redirected to signed storage
DOI = "doi:10.7910/DVN/DBW86T"
PAGE = f"{ADDRESS}/dataset.xhtml?persistentId={DOI}"
WANTED = "HAM10000_metadata and the two HAM10000_images_part archives"
_ARCHIVE = re.compile(r"ham10000_images_part_[12]\.zip", re.IGNORECASE)


@dataclass(frozen=True)
class DataverseFile:
    """A file of the data set: where it is, and what it must be when it came."""

    name: str
    file_id: int
    size_bytes: int
    algorithm: str  # "md5" or "sha256"; blank where the listing tells none that is known here
    checksum: str
    tabular: bool  # Dataverse turned it into a table of its own; the original is asked for
    restricted: bool


def fetch_files(transfer: Transfer, folder: Path, stages: Stages, address: str = ADDRESS) -> list[Path]:
    """Download metadata and both image archives into `folder`; what is there and right is not fetched again.

    Raises:
        CollectError: Dataverse lacks a file, wants an account or answers to its guest book (what to do by hand is
            told), is down, gives a file with another checksum than it lists, or the disk is too small.
    """
    files = list_files(transfer, address)
    missing = [file for file in files if not (folder / file.name).is_file()]
    # As much again for the unpacked images, which do not shrink in an archive.
    come = sum(p.stat().st_size for f in missing if (p := folder / f"{f.name}.part").is_file())
    total = sum(file.size_bytes for file in files)
    check_space(folder, sum(f.size_bytes for f in missing) - come + total, "downloading and unpacking HAM10000")
    for file in missing:
        _fetch(transfer, file, folder, stages, address)
    return [folder / file.name for file in files]


def list_files(transfer: Transfer, address: str = ADDRESS) -> list[DataverseFile]:
    """Return the wanted files of the latest published version.

    Raises:
        CollectError: the listing cannot be had, or lacks one of them.
    """
    url = f"{address}/api/datasets/:persistentId/versions/:latest-published/files"
    try:
        answer = transfer.get_json(url, {"persistentId": DOI})
        listed = [_file(entry) for entry in answer["data"]]
    except TransferError as error:
        raise _refused(error) if error.status in (400, 401, 403) else error from error
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise CollectError(
            f"Dataverse's listing of {DOI} is not as expected ({type(error).__name__}: {error}).",
            f"Its interface may have changed: download {WANTED} by hand from {PAGE}.",
        ) from error
    wanted = [file for file in listed if file is not None]
    names = sorted(file.name for file in wanted)
    if len(wanted) != 3 or len({name.lower() for name in names}) != 3:
        raise CollectError(
            f"Dataverse lists {len(wanted)} of the 3 files of HAM10000 ({', '.join(names) or 'none'}).",
            f"Look at {PAGE} and download {WANTED} by hand.",
        )
    return sorted(wanted, key=lambda file: file.size_bytes)


def _file(entry: dict[str, Any]) -> DataverseFile | None:
    data = entry["dataFile"]
    # A table that was ingested goes by its own form's name; its checksum is that of the file as it was uploaded.
    tabular = "originalFileFormat" in data or "originalFileName" in data
    label = str(entry.get("label") or data["filename"])
    if label.lower() in METADATA_NAMES:
        name = metadata_name("x.csv" if tabular else label)
    elif _ARCHIVE.fullmatch(label):
        name = label
    else:
        return None
    told = data.get("checksum") or {"type": "MD5", "value": data.get("md5", "")}
    algorithm = {"MD5": "md5", "SHA-256": "sha256"}.get(str(told["type"]), "")
    return DataverseFile(
        name=name,
        file_id=int(data["id"]),
        size_bytes=int(data.get("originalFileSize", data["filesize"]) if tabular else data["filesize"]),
        algorithm=algorithm,
        checksum=str(told["value"]),
        tabular=tabular,
        restricted=bool(entry.get("restricted", False)),
    )


def _fetch(transfer: Transfer, file: DataverseFile, folder: Path, stages: Stages, address: str) -> None:
    if file.restricted:
        raise by_hand(f"Dataverse restricts {file.name}.", PAGE, WANTED)
    url = f"{address}/api/access/datafile/{file.file_id}{'?format=original' if file.tabular else ''}"
    try:
        with stages(f"Downloading {file.name}", "MB") as progress:
            transfer.download(
                url,
                folder / file.name,
                expected_bytes=file.size_bytes,
                md5=file.checksum if file.algorithm == "md5" else None,
                sha256=file.checksum if file.algorithm == "sha256" else None,
                progress=megabytes(progress),
            )
    except TransferError as error:
        raise _refused(error) if error.status in (400, 401, 403) else error from error


def _refused(error: TransferError) -> CollectError:
    words = re.sub(r"<[^>]*>", " ", error.answer)
    told = f' It says: "{" ".join(words.split())[:160]}".' if words.strip() else ""
    return by_hand(f"Dataverse wants an account or answers to its guest book: {error.cause}{told}", PAGE, WANTED)
