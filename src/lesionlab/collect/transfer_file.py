"""The part of a file that has come so far, and the tag by which its host tells whether it is still the same file."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from lesionlab.core.errors import CollectError
from lesionlab.core.files import write_text

_FULL = {errno.ENOSPC, errno.EDQUOT}


@dataclass(frozen=True)
class PartFile:
    """`NAME.part` beside the target, and `NAME.part.tag` with the ETag or date of the file it is a part of."""

    target: Path

    @property
    def path(self) -> Path:
        """The bytes so far."""
        return self.target.with_name(f"{self.target.name}.part")

    @property
    def tag_path(self) -> Path:
        """The file of the tag."""
        return self.target.with_name(f"{self.target.name}.part.tag")

    @property
    def size(self) -> int:
        """How many bytes have come so far."""
        return self.path.stat().st_size if self.path.is_file() else 0

    @property
    def tag(self) -> str:
        """The ETag or date that the host gave with the first bytes, or nothing."""
        return self.tag_path.read_text(encoding="utf-8") if self.tag_path.is_file() else ""

    def restart(self, tag: str) -> None:
        """Forget the bytes so far; what comes now is of the file with this tag."""
        self.discard()
        if tag:
            write_text(self.tag_path, tag)

    def append(self, blocks: Iterable[bytes], tell: Callable[[int], None]) -> None:
        """Write blocks behind the bytes so far, through to the disk in the end; tell the size after each."""
        with self.path.open("ab") as file:
            try:
                size = file.tell()
                for block in blocks:
                    file.write(block)
                    size += len(block)
                    tell(size)
            finally:
                file.flush()
                os.fsync(file.fileno())

    def discard(self) -> None:
        """Delete the bytes so far and their tag."""
        # The tag goes last: bytes without a tag would be taken for nothing, a tag without bytes is harmless.
        self.path.unlink(missing_ok=True)
        self.tag_path.unlink(missing_ok=True)

    def finish(self) -> None:
        """Give the file its name."""
        self.path.replace(self.target)
        self.tag_path.unlink(missing_ok=True)

    def digest(self, algorithm: str) -> str:
        """Return a checksum of the bytes so far in hex."""
        with self.path.open("rb") as file:
            return hashlib.file_digest(file, algorithm).hexdigest()


@contextmanager
def explaining_full_disk(part: PartFile, expected_bytes: int | None) -> Iterator[None]:
    """Turn a full disk into an error that says how much has come and that it is kept.

    Raises:
        CollectError: the disk is full.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in _FULL:
            raise
        of = f" of {expected_bytes:,}" if expected_bytes else ""
        raise CollectError(
            f"The disk is full: {part.size:,}{of} bytes of {part.target.name} have come.",
            f"Free some space and run the same command again: it goes on from {part.path}.",
        ) from error
