"""Images within a ZIP file from elsewhere: each read alone and up to its limit, nothing unpacked to the disk."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath

from lesionlab.collect.web.findings import Archive, Found, UnreadableError, safe_id
from lesionlab.collect.web.keeping import DamagedError
from lesionlab.collect.web.plain_text import one_line
from lesionlab.collect.web.site import Limits
from lesionlab.collect.zip_members import DAMAGED, NO_ARCHIVE, grows_too_much, is_encrypted, is_link, leads_out

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff")


class ZipImages:
    """The images of an archive whose bytes are here.

    Raises:
        DamagedError: it is no whole ZIP file.
        UnreadableError: it holds more images than allowed, or would grow beyond all measure.
    """

    def __init__(self, archive: Archive, content: bytes, limits: Limits) -> None:
        self._archive = archive
        self._limits = limits
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content))
        except NO_ARCHIVE as error:
            raise DamagedError(f"{archive.name} is no whole ZIP file ({len(content):,} bytes).") from error
        self._images = [info for info in self._zip.infolist() if _is_image(info)]
        if len(self._images) > limits.max_archive_images:
            raise UnreadableError(
                f"{archive.name} holds {len(self._images):,} images, more than {limits.max_archive_images:,}."
            )
        total = sum(info.file_size for info in self._images if not _hostile(info))
        if grows_too_much(total, len(content)):
            raise UnreadableError(f"{archive.name} would grow from {len(content):,} to {total:,} bytes.")

    def __len__(self) -> int:
        return len(self._images)

    def found(self) -> Iterator[tuple[Found, zipfile.ZipInfo]]:
        """Yield each image as found, with the reason where its name, kind or size forbid it."""
        for info in self._images:
            path = PurePosixPath(info.filename.replace("\\", "/"))
            folder = path.parent.name if self._archive.folder_is_diagnosis else ""
            yield (
                replace(
                    self._archive.each,
                    image_id=safe_id(path.name, self._archive.each.image_id, info.filename, f"{info.CRC:08x}"),
                    diagnosis_given=one_line(folder) or self._archive.each.diagnosis_given,
                    media_type="",
                    size_bytes=info.file_size,
                    checksum="",
                    refusal=self._archive.each.refusal or _hostile(info),
                    details={
                        **self._archive.each.details,
                        "archive": one_line(self._archive.name),
                        "archive_images": str(len(self)),
                        "archive_checksum": self._archive.each.checksum,
                        "name": one_line(info.filename),
                    },
                ),
                info,
            )

    def read(self, info: zipfile.ZipInfo) -> bytes:
        """Return an image's bytes.

        Raises:
            UnreadableError: it is damaged, encrypted or larger than it says.
        """
        try:
            with self._zip.open(info) as file:
                content = file.read(self._limits.max_image_bytes + 1)
        except (*DAMAGED, OSError) as error:
            raise UnreadableError("It is damaged within the archive.") from error
        if len(content) > self._limits.max_image_bytes:
            raise UnreadableError("It is larger than the archive says.")
        return content


def _is_image(info: zipfile.ZipInfo) -> bool:
    path = PurePosixPath(info.filename.replace("\\", "/"))
    hidden = path.name.startswith(".") or "__MACOSX" in path.parts
    return not info.is_dir() and not hidden and path.suffix.lower() in SUFFIXES


def _hostile(info: zipfile.ZipInfo) -> str:
    if leads_out(info):
        return "Its name leads out of the archive."
    if is_link(info):
        return "It is a link."
    if is_encrypted(info):
        return "It is encrypted."
    if grows_too_much(info.file_size, info.compress_size):
        return f"It would grow from {info.compress_size:,} to {info.file_size:,} bytes."
    return ""
