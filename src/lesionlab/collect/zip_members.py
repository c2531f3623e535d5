"""What is hostile or damaged in a ZIP file from elsewhere, told of each member alone."""

from __future__ import annotations

import re
import stat
import zipfile
import zlib

# What `zipfile` raises for bytes that are no archive, and for a member that cannot be read.
NO_ARCHIVE = (zipfile.BadZipFile, NotImplementedError, ValueError)
DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)
HIGHEST_RATIO = 200  # of unpacked to packed; photographs lie near 1, tables near 10
_SMALL_BYTES = 1024  # packed, where a ratio says little


def leads_out(info: zipfile.ZipInfo) -> bool:
    """Tell whether a member's name leads out of the folder it would be unpacked to, on any system."""
    parts = info.filename.replace("\\", "/").split("/")
    return ".." in parts or parts[0] == "" or re.match(r"[A-Za-z]:", parts[0]) is not None


def is_link(info: zipfile.ZipInfo) -> bool:
    """Tell whether a member is a symbolic link."""
    return stat.S_ISLNK(info.external_attr >> 16)


def is_encrypted(info: zipfile.ZipInfo) -> bool:
    """Tell whether a member needs a password."""
    return bool(info.flag_bits & 1)


def grows_too_much(unpacked_bytes: int, packed_bytes: int, ratio: int = HIGHEST_RATIO) -> bool:
    """Tell whether so many bytes out of so few are no data but a bomb."""
    return unpacked_bytes > ratio * (packed_bytes + _SMALL_BYTES)
