"""From what a page tells of an image to its record: judged, known from before, or wanted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from lesionlab.collect.collection import Collection, now
from lesionlab.collect.web.findings import Archive, Found
from lesionlab.collect.web.licensing import judge, wanted
from lesionlab.collect.web.site import Site
from lesionlab.core.licences import family_of
from lesionlab.records.collected import ManifestRecord, State

MEDIA_TYPES = ("image/jpeg", "image/png", "image/webp", "image/tiff")
OTHER_SUFFIXES = (".svg", ".gif", ".pdf", ".djvu", ".webm", ".ogv", ".ogg", ".mp4", ".mp3", ".wav", ".stl", ".bmp")
JOINT = "; "  # between the diagnoses of an image that was found under several
FILE_REFUSED = "file_refused"
NO_LICENCE_WISHED = "Its licence, {}, is not among those asked for."


@dataclass
class Tried:
    """What came of the images that were found, by state, and the reasons of those that did not come."""

    states: Counter[State] = field(default_factory=Counter)
    new: int = 0
    reasons: Counter[tuple[State, str]] = field(default_factory=Counter)
    licences: Counter[str] = field(default_factory=Counter)
    doubts: Counter[str] = field(default_factory=Counter)  # why images that lie here would be refused today


class Intake:
    """Takes each image once, and writes what is decided into the manifest; without a collection, it only counts."""

    def __init__(self, site: Site, collection: Collection | None, number: int, licences: Sequence[str]) -> None:
        self.site = site
        self.collection = collection
        self.tried = Tried()
        self._number = number
        self._licences = licences
        self._words: dict[str, str] = {}  # image id: the diagnoses it was found under
        self._words_before: dict[str, str] = {}  # the same, of images that are not taken yet
        self._codes = {words.casefold(): code for words, code in site.diagnoses.items()}

    def has(self, image_id: str) -> bool:
        """Note an image that lies here from before, or that was forgotten, and tell whether it is one."""
        old = self.collection.manifest.get(self.site.name, image_id) if self.collection else None
        if old is None or not self._settled(old):
            return False
        if image_id not in self._words:
            self._words[image_id] = old.diagnosis_given
            self._note(old)
        return True

    def has_archive(self, archive: Archive) -> bool:
        """Note the images of an archive that lie here from before, and tell whether those are all it holds."""
        if self.collection is None or not archive.each.checksum:
            return False
        known = [
            record
            for record in self.collection.manifest.records(source=self.site.name)
            if record.details.get("archive_checksum") == archive.each.checksum
            and record.details.get("record") == archive.each.details.get("record")
        ]
        count = int(known[0].details.get("archive_images", "0")) if known else 0
        if len(known) < max(count, 1) or not all(self._settled(r) or r.state == "refused" for r in known):
            return False
        for record in known:
            if record.image_id not in self._words:
                self._words[record.image_id] = record.diagnosis_given
                self._note(record)
        return True

    def take(self, found: Found) -> ManifestRecord | None:
        """Return the record of an image that is to be fetched, or None where that is decided."""
        if found.image_id in self._words:
            self.add_words(found.image_id, found.diagnosis_given)
            return None
        words = _joined(found.diagnosis_given, self._words_before.pop(found.image_id, ""))
        found = replace(found, diagnosis_given=words)
        self._words[found.image_id] = words
        record, refusal = self.judged(found)
        if self.collection is None:
            state: State = "refused" if refusal else "wanted"
            self._count(replace(record, state=state, reason=refusal))
            return None if refusal else record
        before = self.collection.manifest.get(self.site.name, found.image_id)
        old = self.collection.manifest.find(self._number, record)
        if self._settled(old):
            self._count(self._mapped_anew(old))
            self.tried.doubts[refusal] += bool(refusal and old.state == "fetched")
        elif refusal:
            self.refuse(record, refusal)
        elif before is not None and before.state == "refused" and before.details.get(FILE_REFUSED) == _file(record):
            self.refuse_file(record, before.reason)
        else:
            return record
        return None

    def judged(self, found: Found) -> tuple[ManifestRecord, str]:
        """Return an image's record, and why it is not to be fetched, or nothing."""
        licence = judge(found.statements, self.site.licence)
        told = {"licence_as_stated": licence.words, "licence_stated_at": licence.stated_at, "checksum": found.checksum}
        record = ManifestRecord(
            source=self.site.name,
            image_id=found.image_id,
            page_url=found.page_url,
            file_url=found.file_url,
            licence=licence.code,
            attribution=found.attribution or self.site.attribution,
            size_bytes=found.size_bytes or 0,
            diagnosis_given=found.diagnosis_given,
            diagnosis=self._code(found.diagnosis_given),
            details={**found.details, **{name: text for name, text in told.items() if text}},
            found_at=now(),
        )
        return record, found.refusal or self._unfit(found) or licence.refusal or self._unlicensed(record)

    def add_words(self, image_id: str, diagnosis_given: str) -> None:
        """Note that an image was found under other words too; it is then mapped only where all of them agree."""
        taken = image_id in self._words
        words = self._words if taken else self._words_before
        before = words.get(image_id, "")
        words[image_id] = _joined(before, diagnosis_given)
        if taken and words[image_id] != before:
            self._write_words(image_id)

    def kept(self, record: ManifestRecord) -> None:
        """Count an image that was fetched just now."""
        self.tried.new += 1
        self._count(record)
        if self.collection is not None and self._words.get(record.image_id, "") != record.diagnosis_given:
            self._write_words(record.image_id)

    def fail(self, record: ManifestRecord, reason: str) -> None:
        """Write an image as failed: the next run tries it again."""
        if self.collection is not None:
            self._count(self.collection.fail(record, reason))

    def refuse(self, record: ManifestRecord, reason: str) -> None:
        """Write an image as refused."""
        if self.collection is not None:
            self._count(self.collection.refuse(record, reason))

    def refuse_file(self, record: ManifestRecord, reason: str) -> None:
        """Write an image as refused for what its file says: the same file is not asked for again."""
        self.refuse(replace(record, details={**record.details, FILE_REFUSED: _file(record)}), reason)

    # Within

    def _settled(self, old: ManifestRecord) -> bool:
        if old.state == "fetched" and self.collection is not None:
            return self.collection.file_of(old).is_file()
        return old.state == "forgotten"

    def _note(self, old: ManifestRecord) -> None:
        assert self.collection is not None
        self.collection.manifest.find(self._number, old)
        self._count(self._mapped_anew(old))

    def _mapped_anew(self, old: ManifestRecord) -> ManifestRecord:
        """Return the record with the code that the site's table gives now; it may have been written again since."""
        code = self._code(old.diagnosis_given)
        if self.collection is None or old.state != "fetched" or code == old.diagnosis:
            return old
        return self.collection.manifest.change(self.site.name, old.image_id, diagnosis=code)

    def _count(self, record: ManifestRecord) -> None:
        self.tried.states[record.state] += 1
        if record.reason:
            self.tried.reasons[record.state, record.reason] += 1
        else:
            self.tried.licences[record.licence] += 1

    def _write_words(self, image_id: str) -> None:
        old = self.collection.manifest.get(self.site.name, image_id) if self.collection else None
        if old is not None and self.collection is not None and old.state != "forgotten":
            words = self._words[image_id]
            self.collection.manifest.change(
                self.site.name, image_id, diagnosis_given=words, diagnosis=self._code(words)
            )

    def _code(self, words: str) -> str:
        codes = {self._codes.get(word.casefold(), "") for word in words.split(JOINT)}
        return codes.pop() if len(codes) == 1 else ""

    def _unfit(self, found: Found) -> str:
        suffix = PurePosixPath(urlsplit(found.file_url).path).suffix.lower()
        if found.media_type and found.media_type not in MEDIA_TYPES:
            return f"It is no photograph ({found.media_type[:60]})."
        if not found.media_type and suffix in OTHER_SUFFIXES:
            return f"It is no photograph ({suffix})."
        if (found.size_bytes or 0) > self.site.limits.max_image_bytes:
            return too_large(self.site.limits.max_image_bytes)
        return "" if found.file_url else "The page tells of no file."

    def _unlicensed(self, record: ManifestRecord) -> str:
        if not wanted(record.licence, self._licences):
            return NO_LICENCE_WISHED.format(record.licence)
        if not record.attribution and "BY" in family_of(record.licence).split("-"):
            return f"{record.licence} asks to name the author, and the page names nobody."
        return ""


def _file(record: ManifestRecord) -> str:
    return f"{record.file_url} {record.details.get('checksum', '')}".strip()


def _joined(before: str, more: str) -> str:
    """Return the words before and one more among them, each once."""
    words = [word for word in before.split(JOINT) if word]
    extra = more.replace(JOINT, ", ")
    return JOINT.join(words if extra in ("", *words) else [*words, extra])


def too_large(limit_bytes: int) -> str:
    """Return the reason for a file that is larger than is accepted."""
    return f"It is larger than {limit_bytes / 2**20:,.1f} MB."
