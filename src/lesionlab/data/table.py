"""Any set of images with a CSV table: a mapping says which column is what and which word is which diagnosis."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from lesionlab.core.errors import DataError
from lesionlab.data.folders import NO_LESIONS
from lesionlab.data.groups import known_duplicates
from lesionlab.data.known_lesions import ham10000_lesions
from lesionlab.data.mapping import LEFT_OUT, Mapping
from lesionlab.data.problems import gather
from lesionlab.data.rows import ImageRow
from lesionlab.data.source import IMAGE_SUFFIXES, Source, counted, files_of, fingerprint_of, read_rows

_MAPPING = "Write a mapping and give it with --mapping (docs/data.md, Other sets, has one to start from)."


def read_table(place: Path, mapping: Mapping | None) -> Source:
    """Read a table, or the one table in a folder, as its mapping tells.

    Raises:
        DataError: there is no table or no mapping, or the table lacks a column that the mapping names.
    """
    table = find_table(place, mapping.table if mapping else "")
    content = table.read_bytes()
    if mapping is None or not {"image", "diagnosis"} <= set(mapping.columns):
        head = content[:2000].decode("utf-8-sig", "replace").partition("\n")[0].strip()
        lacks = "A table needs a mapping" if mapping is None else "The mapping lacks the column of image or diagnosis"
        raise DataError(f"{lacks}; {table.name} has the columns {head}.", _MAPPING)
    columns = mapping.columns
    raw_rows = read_rows(content, table, tuple({**columns, **mapping.details}.values()), _MAPPING)
    folder = table.parent / mapping.images
    if not folder.is_dir():
        raise DataError(f"There is no folder {folder} of images.", 'Name it in the mapping: images = "...".')
    files, several = _files(folder)
    ids = [Path(row[columns["image"]]).name for row in raw_rows]
    ids = [i[: -len(Path(i).suffix)] if i.lower().endswith(IMAGE_SUFFIXES) else i for i in ids]
    times = Counter(ids)
    lesions, rows = ham10000_lesions(), []
    unknown, bare = [], []
    for image_id, row in zip(ids, raw_rows, strict=True):
        word = row[columns["diagnosis"]]
        code = mapping.code_of(word)
        if code is None:
            unknown.append(word)
        elif not image_id:
            bare.append(f"line {row['line']}")
        elif code != LEFT_OUT and times[image_id] == 1:
            lesion = row.get(columns.get("lesion", ""), "") or lesions.get(image_id, image_id)
            rows.append(ImageRow(image_id, lesion, code, {ours: row[c] for ours, c in mapping.details.items()}))
    rows.sort(key=lambda row: row.image_id)
    used, lacking = files_of(rows, files, several)
    problems = gather(
        {
            "images listed more than once": [i for i, count in times.items() if count > 1 and i],
            "rows without an image": bare,
            **lacking,
        }
    )
    if unknown:
        problems["images with a diagnosis that the mapping does not name"] = counted(unknown)
    named = "lesion" in columns or all(row.image_id in lesions for row in rows)
    return Source(
        layout="table",
        name=mapping.name or table.resolve().parent.name,
        place=place,
        rows=tuple(rows),
        files=used,
        problems=problems,
        unlisted=len(set(files) - set(times)),
        fingerprint=fingerprint_of(content + repr(mapping).encode(), used),
        licence=mapping.licence,
        attribution=mapping.attribution,
        pairs=known_duplicates(),
        notes=() if named else (NO_LESIONS,),
        arguments=(str(place.resolve()),),
    )


def find_table(place: Path, name: str = "") -> Path:
    """Return the table at `place`: itself, the one of this name in it, or the only one in it.

    Raises:
        DataError: there is none, or there are several.
    """
    if place.is_file():
        return place
    if not place.is_dir():
        raise DataError(f"There is no table {place}.", "Give a CSV file, or the folder that holds one.")
    tables = sorted(p for p in place.iterdir() if p.suffix.lower() in (".csv", ".tsv", ".tab"))
    chosen = [path for path in tables if path.name == name] if name else tables
    if len(chosen) != 1:
        listed = ", ".join(path.name for path in tables) or "none"
        raise DataError(f"{place} holds no single table (there are: {listed}).", "Give the CSV file itself.")
    return chosen[0]


def _files(folder: Path) -> tuple[dict[str, Path], set[str]]:
    """Return the image file of each id, sub-folders included, and the ids with more than one."""
    files: dict[str, Path] = {}
    several = set()
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in IMAGE_SUFFIXES and not path.name.startswith("."):
            if path.stem in files:
                several.add(path.stem)
            files.setdefault(path.stem, path)
    return files, several
