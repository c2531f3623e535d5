"""Files that are whole or absent: write beside, then rename."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lesionlab.core.errors import InputError


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a path beside `path`; move it there when the block ends well, delete it when it fails."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident():x}.part")
    try:
        yield beside
        with beside.open("r+b") as written:  # Windows flushes only what is open for writing
            os.fsync(written.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file so that a reader sees the old one or the new one, never half."""
    with replacing(path) as beside:
        beside.write_bytes(content)


def write_text(path: Path, content: str) -> None:
    """Write a UTF-8 text file with LF line ends, whole or not at all."""
    write_bytes(path, content.encode())


def write_json(path: Path, value: Any) -> None:
    """Write a value as indented JSON, whole or not at all."""
    write_text(path, json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def check_new_folder(folder: Path) -> None:
    """Refuse a folder in which something would be lost.

    Raises:
        InputError: it is a file or holds something.
    """
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder} is a file.", "Name a folder that is new or empty.")
    if folder.is_dir() and any(folder.iterdir()):
        raise InputError(f"The folder {folder} is not empty.", "Name another one; nothing in it was touched.")


@contextmanager
def whole_folder(folder: Path) -> Iterator[Path]:
    """Yield a folder beside; it becomes `folder`, new or empty, when the block ends well, and goes when it fails."""
    place = folder.resolve()
    part = place.with_name(f".{place.name}.part")
    shutil.rmtree(part, ignore_errors=True)  # what a killed process left
    part.mkdir(parents=True)
    try:
        yield part
        if place.is_dir():
            place.rmdir()  # empty, as was checked; Windows does not rename over it
        part.rename(place)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes in hex, read in blocks."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
