"""What must hold before an image's bytes are kept: its told hash, and what the file itself says."""

from __future__ import annotations

import hashlib

from lesionlab.collect.collection import Collection, ForgottenError
from lesionlab.collect.web.wishes import licence_in_file, wish_in_file
from lesionlab.core.errors import ImageError, TooLargeError
from lesionlab.core.licences import find_licence, is_open
from lesionlab.records.collected import ManifestRecord

HASHES = ("md5", "sha1", "sha256", "sha512")


class DamagedError(Exception):
    """The bytes are not those that the host promised; asking again may mend it."""


class UnwantedError(Exception):
    """The image is not to be kept, whoever asks."""


def check_hash(content: bytes, told: str) -> None:
    """Compare bytes with a hash such as "md5:0123...", where it is of a kind known here.

    Raises:
        DamagedError: they differ.
    """
    kind, _, digest = told.partition(":")
    if kind in HASHES and hashlib.new(kind, content, usedforsecurity=False).hexdigest() != digest.lower():
        raise DamagedError(f"Its {kind.upper()} is not the one that the host tells ({len(content):,} bytes).")


def keep(collection: Collection, record: ManifestRecord, content: bytes) -> ManifestRecord:
    """Check an image and keep it.

    Raises:
        DamagedError: the hash differs, or it is no image; it may come whole another time.
        UnwantedError: the file prohibits it, states a licence that is not open, or is beyond the limits.
    """
    if not content:
        raise DamagedError("The file is empty.")
    check_hash(content, record.details.get("checksum", ""))
    if wish := wish_in_file(content):
        raise UnwantedError(wish)
    stated = find_licence(licence_in_file(content))
    if stated is not None and not is_open(stated.code):
        raise UnwantedError(f"The file itself states {stated.name}, its page {record.licence}.")
    try:
        return collection.keep(record, content)
    except (ForgottenError, TooLargeError) as error:
        raise UnwantedError(error.cause) from error
    except ImageError as error:
        what = "a page of text" if content.lstrip()[:1] == b"<" else error.cause
        raise DamagedError(f"It is no image but {what}." if what != error.cause else what) from error
