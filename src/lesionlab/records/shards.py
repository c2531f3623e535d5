"""WebDataset shards: tar files in which the files of one image stand together and share their name up to the dot."""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
from pathlib import Path
from types import TracebackType

from lesionlab.records.synthetic import SyntheticImage


class ShardWriter:
    """A tar file in the making: beside, and renamed when it is finished; the same files give the same bytes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._beside = path.with_name(f".{path.name}.part")
        self._tar = tarfile.open(self._beside, "w", format=tarfile.USTAR_FORMAT)  # noqa: SIM115 - closed by both ends

    def add(self, name: str, content: bytes) -> None:
        """Add a file; neither its time nor its owner is told."""
        member = tarfile.TarInfo(name)
        member.size = len(content)
        self._tar.addfile(member, io.BytesIO(content))

    def finish(self) -> None:
        """Put the whole shard in its place."""
        self._tar.close()
        with self._beside.open("r+b") as written:  # Windows flushes only what is open for writing
            os.fsync(written.fileno())
        self._beside.replace(self.path)

    def discard(self) -> None:
        """Leave nothing of it."""
        if self._tar.fileobj is not None:
            self._tar.fileobj.close()
        self._beside.unlink(missing_ok=True)


class SetFiles:
    """Reads the files of a synthetic set from its folder or its shards; quickest in the order of the manifest."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._name = ""
        self._tar: tarfile.TarFile | None = None

    def __enter__(self) -> SetFiles:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        """Close the shard that is open."""
        self._close()

    def read(self, image: SyntheticImage) -> bytes | None:
        """Return an image's file; None where it is missing or is not the one of the manifest."""
        try:
            content = self._from_shard(image) if image.shard else (self._folder / image.file).read_bytes()
        except (OSError, KeyError, tarfile.TarError):
            return None
        return content if hashlib.sha256(content).hexdigest() == image.sha256 else None

    def _from_shard(self, image: SyntheticImage) -> bytes:
        if image.shard != self._name or self._tar is None:
            self._close()
            self._tar, self._name = tarfile.open(self._folder / image.shard, "r:"), image.shard  # noqa: SIM115
        member = self._tar.extractfile(image.file)
        return b"" if member is None else member.read()

    def _close(self) -> None:
        if self._tar is not None:
            self._tar.close()
        self._tar = None
