"""HAM10000 from Kaggle or Dataverse, laid out for `data prepare`."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from lesionlab.collect import dataverse, kaggle
from lesionlab.collect.collection import now
from lesionlab.collect.ham10000_folder import ARCHIVES_NAME, lay_out
from lesionlab.collect.ham10000_layout import (
    DownloadRecord,
    Stages,
    image_files,
    silent_stages,
    whole_download,
    write_record,
)
from lesionlab.collect.transfer import Transfer

_FETCH = {"kaggle": kaggle.fetch_archive, "dataverse": dataverse.fetch_files}
_ADDRESS = {"kaggle": kaggle.ADDRESS, "dataverse": dataverse.ADDRESS}
_HOSTS = {"kaggle": kaggle.HOSTS, "dataverse": dataverse.HOSTS}

OpenTransfer = Callable[[Sequence[str]], Transfer]


def fetch_from_host(
    host: str,
    folder: Path,
    stages: Stages = silent_stages,
    *,
    address: str = "",
    open_transfer: OpenTransfer = Transfer,
) -> Path:
    """Download HAM10000 from "kaggle" or "dataverse" and lay it out in `folder`, which is returned.

    Each step goes on where an earlier run stopped; a download that came to its end is not asked for again.
    `address` is another one of the same interface, such as a mirror's. The archives are deleted once unpacked.

    Raises:
        CollectError: the host refuses, fails, or sends something else; the disk is too small; an archive is damaged.
    """
    if whole_download(folder) is not None:
        return folder
    asked = (address or _ADDRESS[host]).rstrip("/")
    own_host = urlsplit(asked).hostname or ""
    with open_transfer(tuple(dict.fromkeys((own_host, *_HOSTS[host])))) as transfer:
        files = _FETCH[host](transfer, folder / ARCHIVES_NAME, stages, asked)
    sizes = {file.name: file.stat().st_size for file in files}
    lay_out(files, folder, stages)
    images = sum(1 for _ in image_files(folder))
    write_record(folder, DownloadRecord(host, asked, sizes, images, now()))
    shutil.rmtree(folder / ARCHIVES_NAME, ignore_errors=True)
    return folder
