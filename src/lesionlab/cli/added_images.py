"""Collected images for `data prepare --add`: which pass the filters, and which belong to the base."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from lesionlab.core.errors import InputError
from lesionlab.core.licences import family_of, find_licence, is_open

if TYPE_CHECKING:
    from lesionlab.core.progress import Progress
    from lesionlab.data.additions import AddedImage, Additions, Picture, Tie
    from lesionlab.data.prepared import PreparedData
    from lesionlab.data.source import Source
    from lesionlab.records.collected import ManifestRecord

HOME_COLLECTION = "collected"
# The archive's words for what HAM10000's metadata calls otherwise: one name a stratum.
_DETAILS = {
    "age_approx": "age",
    "anatom_site_general": "localization",
    "site": "localization",
    "diagnosis_confirm_type": "dx_type",
}
_OF_ARCHIVE = re.compile(r"ISIC_\d{7}")


@dataclass(frozen=True)
class Filters:
    """Which collected images are asked for: by licence (empty: all open ones), by source and by detail."""

    licences: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    only: Mapping[str, str] = field(default_factory=dict)

    def checked(self) -> Filters:
        """Return the same with licences by their codes.

        Raises:
            InputError: a licence is unknown or forbids what is derived.
        """
        return replace(self, licences=tuple(_checked_licence(text) for text in self.licences))

    def words(self) -> tuple[str, ...]:
        """Return them as words of the command line."""
        pairs = [("--licence", code) for code in self.licences] + [("--source", name) for name in self.sources]
        pairs += [("--only", f"{column}={value}") for column, value in self.only.items()]
        return tuple(word for pair in pairs for word in pair)


def read_additions(manifests: Sequence[str], filters: Filters, base: Source) -> Additions:
    """Read the collections and choose among their fetched images; every one left out is counted under its reason.

    Raises:
        InputError: a licence that is unknown or forbids what is derived, or a source that no image is of.
        CollectError: there is no collection at a place, or its manifest cannot be used.
    """
    from lesionlab.data.additions import Additions
    from lesionlab.data.problems import Problem, gather
    from lesionlab.data.source import counted

    filters = filters.checked()
    places = tuple(dict.fromkeys(_place(each) for each in manifests))
    reasons: defaultdict[str, list[str]] = defaultdict(list)
    chosen: dict[str, AddedImage] = {}
    others: dict[str, AddedImage] = {}
    told: list[tuple[str, str]] = []
    base_ids = {row.image_id for row in base.rows}
    found = 0
    seen_sources: set[str] = set()
    for record, file in _records(places):
        image = _image(record, file, base_ids)
        if image.same_as and record.lesion_id:
            told.append((image.lesion_id, image.same_as))
        if record.state != "fetched":
            continue
        found += 1
        seen_sources.add(record.source)
        reason, word = _against(record, image, filters)
        if image.image_id in chosen:
            reason, word = "listed in two collections", image.image_id
        if reason:
            reasons[reason].append(word or image.image_id)
            others[image.image_id] = image
        else:
            chosen[image.image_id] = image
    if unknown := set(filters.sources) - seen_sources:
        there = ", ".join(sorted(seen_sources)) or "none"
        raise InputError(f"No collected image is of the source '{min(unknown)}'.", f"Sources there: {there}.")
    left_out: dict[str, Problem] = {}
    for reason, words in reasons.items():
        left_out |= {reason: counted(words)} if reason in (_NO_DIAGNOSIS, _NO_LICENCE) else gather({reason: words})
    return Additions(
        images=(*chosen.values(), *_kin(chosen, others)),
        manifests=tuple(str(place.resolve()) for place in places),
        filters=filters.words(),
        found=found,
        left_out=left_out,
        lesions_of_base=tuple(sorted(set(told))),
    )


def relate_pictures(pictures: Sequence[Picture], base: PreparedData, progress: Progress) -> list[Tie]:
    """Return which added pictures belong to the base's or to one another."""
    from lesionlab.curate.relations import AddedPicture, relate
    from lesionlab.data.additions import Tie

    added = [AddedPicture(picture.image_id, picture.square, picture.sha256) for picture in pictures]
    return [
        Tie(found.image_id, found.other_id, found.kind != "near", found.among_added)
        for found in relate(added, base, progress)
    ]


_NO_DIAGNOSIS = "without one of the seven diagnoses"
_NO_LICENCE = "under a licence that was not asked for"


def _against(record: ManifestRecord, image: AddedImage, filters: Filters) -> tuple[str, str]:
    """Return why a record is not wanted, and the word that its reason counts by."""
    from lesionlab.core.diagnoses import HAM10000_CODES

    if filters.sources and record.source not in filters.sources:
        return "of another source", ""
    for column, value in filters.only.items():
        if image.details.get(column) != value:
            return f"without {column}={value}", ""
    if not _passes(record.licence, filters.licences):
        return _NO_LICENCE, record.licence or "none"
    if record.diagnosis not in HAM10000_CODES:
        return _NO_DIAGNOSIS, record.diagnosis_given or "none given"
    return "", ""


def _passes(code: str, wanted: Sequence[str]) -> bool:
    """Tell whether a licence is asked for: by its code, or by its family without a version."""
    return is_open(code) and (not wanted or code in wanted or family_of(code) in wanted)


def _checked_licence(text: str) -> str:
    licence = find_licence(text)
    if licence is None:
        raise InputError(f"'{text[:40]}' is no licence known here.", "Write it like CC-BY, CC-BY-NC-4.0 or CC0-1.0.")
    if not is_open(licence.code):
        raise InputError(f"{licence.name} forbids what is derived.", "Choose licences that allow it, such as CC-BY.")
    return licence.code


def _place(text: str) -> Path:
    from lesionlab.core.home import collect_folder

    return collect_folder() if text == HOME_COLLECTION else Path(text)


def _records(places: Iterable[Path]) -> Iterator[tuple[ManifestRecord, Path]]:
    from lesionlab.collect.collection import open_collection

    for place in places:
        # The files lie beside the manifest, whether that or its folder was named.
        folder = place.parent if place.is_file() else place
        with open_collection(folder) as collection:
            for record in collection.manifest.records():
                yield record, collection.file_of(record)


def _image(record: ManifestRecord, file: Path, base_ids: set[str]) -> AddedImage:
    from lesionlab.data.additions import AddedImage

    image_id = f"{record.source}:{record.image_id}"
    own = record.image_id if _OF_ARCHIVE.fullmatch(record.image_id) else ""
    # What only looked alike when it was collected is judged again, picture against picture, by `relate_pictures`.
    told = record.same_as if record.same_by in ("id", "bytes") else ""
    same_as = next((each for each in (told, own) if each in base_ids), "")
    return AddedImage(
        image_id=image_id,
        lesion_id=f"{record.source}:{record.lesion_id}" if record.lesion_id else image_id,
        diagnosis=record.diagnosis,
        file=file,
        source=record.source,
        licence=record.licence,
        attribution=record.attribution,
        sha256=record.sha256,
        page_url=record.page_url,
        same_as=same_as,
        details={_DETAILS.get(name, name): value for name, value in record.details.items()},
    )


def _kin(chosen: dict[str, AddedImage], others: dict[str, AddedImage]) -> Iterator[AddedImage]:
    """Yield the images that are not wanted and share a lesion with one that is: their relations count."""
    lesions = {image.lesion_id for image in chosen.values()}
    for image in others.values():
        if image.lesion_id in lesions and image.image_id not in chosen:
            yield replace(image, wanted=False)
