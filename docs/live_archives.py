"""Five images out of a large archive at a real host, without fetching the rest: for `docs/live_check.py`."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping

import httpx2

from lesionlab.collect import dataverse, kaggle
from lesionlab.collect.transfer import Transfer
from lesionlab.core.errors import LesionLabError
from lesionlab.core.imaging import decode

AHEAD = 256 * 1024  # bytes asked for at once: an image, or a piece of the archive's directory


class RemoteFile(io.RawIOBase):
    """A file at an address, read where it is needed by requests for ranges."""

    def __init__(self, url: str, client: httpx2.Client) -> None:
        super().__init__()
        self._url, self._client, self._place = url, client, 0
        with client.stream("GET", url, headers={"Range": "bytes=0-"}) as answer:
            answer.raise_for_status()
            if answer.status_code != 206:
                raise OSError(f"{answer.url.host} sends no ranges (status {answer.status_code}).")
            self._size = int(answer.headers["content-range"].rpartition("/")[2])

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place; nothing is fetched."""
        self._place = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._size}[whence] + offset
        return self._place

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fetch as much as the buffer holds, from where the file stands."""
        wanted = min(len(buffer), self._size - self._place)
        if wanted <= 0:
            return 0
        got = bytearray()
        with self._client.stream("GET", self._url, headers={"Range": f"bytes={self._place}-"}) as answer:
            answer.raise_for_status()
            for piece in answer.iter_bytes():
                got += piece
                if len(got) >= wanted:
                    break
        buffer[:wanted] = got[:wanted]
        self._place += wanted
        return wanted


def dataverse_archive(address: str = dataverse.ADDRESS) -> str:
    """Return the address of the smaller image archive that Dataverse lists."""
    with Transfer([*dataverse.HOSTS, httpx2.URL(address).host]) as transfer:
        listed = dataverse.list_files(transfer, address)
    (archive, *_) = [file for file in listed if file.name.endswith(".zip")]
    return f"{address}/api/access/datafile/{archive.file_id}"


def kaggle_archive(address: str = kaggle.ADDRESS) -> str:
    """Return the address of the current archive at Kaggle."""
    with Transfer([*kaggle.HOSTS, httpx2.URL(address).host]) as transfer:
        version, _ = kaggle.current_version(transfer, address)
    return kaggle.archive_url(version, address)


# A host by its name, and what finds the archive there.
ARCHIVES: Mapping[str, Callable[[], str]] = {"Harvard Dataverse": dataverse_archive, "Kaggle": kaggle_archive}


def images_of(find: Callable[[], str], count: int) -> tuple[int, str]:
    """Return how many of the first `count` JPEGs of an archive could be fetched and decoded, and the last words."""
    came = 0
    try:
        with httpx2.Client(follow_redirects=True, timeout=60) as client:
            remote = io.BufferedReader(RemoteFile(find(), client), AHEAD)
            with zipfile.ZipFile(remote) as archive:
                names = [name for name in archive.namelist() if name.lower().endswith(".jpg")]
                for name in names[:count]:
                    decode(archive.read(name))
                    came += 1
    except (LesionLabError, httpx2.HTTPError, OSError, zipfile.BadZipFile) as error:
        return came, str(error) or type(error).__name__
    return came, f"the archive holds {len(names)} JPEGs"
