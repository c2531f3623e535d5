"""Any set of images that lies in a folder for each diagnosis."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from lesionlab.core.diagnoses import HAM10000_CODES
from lesionlab.core.errors import DataError
from lesionlab.data.groups import known_duplicates
from lesionlab.data.known_lesions import ham10000_lesions
from lesionlab.data.mapping import LEFT_OUT, Mapping
from lesionlab.data.problems import gather
from lesionlab.data.rows import ImageRow
from lesionlab.data.source import Source, checked_folder, counted, find_files, fingerprint_of, image_entries

NO_LESIONS = "No lesion ids: each image counts as a lesion of its own, so two pictures of one lesion may be parted."
_RIGHT = (
    f"Give a folder that holds a folder of images for each diagnosis, named by its code ({', '.join(HAM10000_CODES)}), "
    "or map other names with --mapping (docs/data.md)."
)


def read_folders(place: Path, mapping: Mapping | None = None) -> Source:
    """Take each folder's name as the diagnosis of the images in it; a mapping translates names.

    Images named like HAM10000's keep their lesions; others count as lesions of their own.

    Raises:
        DataError: there is no folder, or it holds no folders with images.
    """
    checked_folder(place, _RIGHT)
    mapping = mapping or Mapping()
    found = {folder: find_files([folder]) for folder in _class_folders(place)}
    times = Counter(image_id for files, _ in found.values() for image_id in files)
    lesions, rows, files = ham10000_lesions(), [], {}
    unknown: list[str] = []
    for folder, (there, _) in found.items():
        code = mapping.code_of(folder.name)
        if not code:
            unknown += [folder.name] * len(there) if code != LEFT_OUT else []
            continue
        for image_id in (i for i in there if times[i] == 1):
            rows.append(ImageRow(image_id, lesions.get(image_id, image_id), code))
            files[image_id] = there[image_id]
    rows.sort(key=lambda row: row.image_id)
    problems = gather(
        {
            "images in two folders": [image_id for image_id, count in times.items() if count > 1],
            "images with two different files": [i for _, contradicting in found.values() for i in contradicting],
        }
    )
    if unknown:
        problems["images in folders that name no known diagnosis"] = counted(unknown)
    ordered = {row.image_id: files[row.image_id] for row in rows if row.image_id in files}
    description = "\n".join(f"{row.image_id} {row.diagnosis}" for row in rows) + repr(mapping)
    return Source(
        layout="folders",
        name=mapping.name or place.resolve().name,
        place=place,
        rows=tuple(rows),
        files=ordered,
        problems=problems,
        unlisted=sum(1 for _ in image_entries([place])),
        fingerprint=fingerprint_of(description.encode(), ordered),
        licence=mapping.licence,
        attribution=mapping.attribution,
        pairs=known_duplicates(),
        notes=() if all(row.image_id in lesions for row in rows) else (NO_LESIONS,),
        arguments=(str(place.resolve()),),
    )


def _class_folders(place: Path) -> list[Path]:
    folders = sorted(p for p in place.iterdir() if p.is_dir() and not p.name.startswith("."))
    filled = [folder for folder in folders if any(True for _ in image_entries([folder]))]
    if not filled:
        nested = [f.name for f in folders if any(p.is_dir() and any(image_entries([p])) for p in f.iterdir())]
        if nested:
            raise DataError(
                f"{place} holds folders of folders ({', '.join(nested[:5])}).",
                f"Give one of them, such as {place / nested[0]}; the parts are made anew, by lesion.",
            )
        raise DataError(f"{place} holds no folders with images in them.", _RIGHT)
    return filled
