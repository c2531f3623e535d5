"""An image as the ISIC Archive lists it, turned into a record of the manifest: strings as given, nothing trusted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lesionlab.collect.collection import now
from lesionlab.collect.isic_archive import IsicArchive, Listed, is_image_id
from lesionlab.collect.isic_diagnoses import LEVELS, given_name, mapped_code
from lesionlab.core.imaging import MAX_BYTES
from lesionlab.core.licences import find_licence, is_open
from lesionlab.records.collected import ManifestRecord

SOURCE = "isic"
KEPT = ("age_approx", "sex", "anatom_site_general", "image_type", "lesion_id", "patient_id", *LEVELS)
LONGEST = 2000


@dataclass(frozen=True)
class Found:
    """A record, the signed address of its file, the bytes told of it (0 where not), and why it must not be kept."""

    record: ManifestRecord
    url: str
    size_bytes: int
    objection: str


def read_listed(listed: Listed, archive: IsicArchive) -> Found:
    """Return what the archive lists as a record that is wanted; an `objection` says what forbids to keep it."""
    image_id = _text(listed.get("isic_id")) or "(no id)"
    metadata = _part(listed, "metadata")
    given = {**_part(metadata, "acquisition"), **_part(metadata, "clinical")}
    values = {name: _text(given.get(name)) for name in KEPT}
    details = {name: value for name, value in values.items() if value}
    words = _text(listed.get("copyright_license"))
    licence = find_licence(words)
    full = _part(_part(listed, "files"), "full")
    url, size = _text(full.get("url")), full.get("size")
    told_bytes = size if isinstance(size, int) and size > 0 else 0
    record = ManifestRecord(
        SOURCE,
        image_id,
        page_url=archive.page_url_of(image_id) if is_image_id(image_id) else "",
        file_url=url.partition("?")[0],  # what follows is a signature that expires
        licence=licence.code if licence else "",
        attribution=_text(listed.get("attribution")),
        diagnosis_given=given_name(values),
        diagnosis=mapped_code(values),
        lesion_id=values["lesion_id"],
        details={**details, "copyright_license": words},
        found_at=now(),
    )
    objection = _objection(record, listed, words, url, told_bytes)
    return Found(record, url, told_bytes, objection)


def _objection(record: ManifestRecord, listed: Listed, licence: str, url: str, told_bytes: int) -> str:
    if not is_image_id(record.image_id):
        return "Its id is none of the archive's."
    if not record.licence or not is_open(record.licence):
        return f"Its licence ({licence or 'none'}) does not allow to keep and pass on what is derived from it."
    if listed.get("public") is False:
        return "It is not public."
    if not url:
        return "The archive names no file of it."
    if told_bytes > MAX_BYTES:
        return f"Its file has {told_bytes / 2**20:.1f} MB; at most {MAX_BYTES / 2**20:.0f} MB are read."
    return ""


def _part(of: Listed, name: str) -> dict[str, Any]:
    part = of.get(name)
    return part if isinstance(part, dict) else {}


def _text(value: object) -> str:
    """Return a value as given, in printable characters; nothing stays blank."""
    if value is None or isinstance(value, dict | list):
        return ""
    text = str(value)[:LONGEST].strip()
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else " " for character in text).strip()
