"""Anyone's split: lists of image ids, folders of images, or a table of ids and parts, as they are found in the wild."""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from lesionlab.core.errors import InputError
from lesionlab.records.split import PARTS

ID_COLUMNS = ("image_id", "image", "isic_id", "id", "filename", "file_name", "file", "path", "name", "img")
PART_COLUMNS = ("part", "split", "set", "subset", "partition", "fold", "phase")
PART_NAMES = {
    **dict.fromkeys(("train", "training", "tr"), "train"),
    **dict.fromkeys(("validation", "valid", "val", "dev"), "validation"),
    **dict.fromkeys(("test", "testing", "holdout", "hold-out", "ts"), "test"),
}
MAX_PARTS = 50
_ISIC_ID = re.compile(r"ISIC_\d{7}(?!\d)", re.IGNORECASE)
_MEND = "Give one image id or file name on a line, or a table with columns image_id and part."


@dataclass(frozen=True)
class Listed:
    """What lists say: the parts in order, each with its ids in order, each once; and what was odd about them."""

    parts: dict[str, tuple[str, ...]]
    unknown: tuple[str, ...] = ()  # not among the ids known
    twice: tuple[str, ...] = ()  # named more than once in one part


def read_lists(files: Mapping[str, Path], known: Container[str]) -> Listed:
    """Read a list of ids, or a folder of images, for each part; only file names are looked at, never an image.

    Raises:
        InputError: a list is missing, cannot be read, or names no image of those known.
    """
    return _listed({part: _ids(path, known) for part, path in files.items()}, known, next(iter(files.values())))


def read_pasted(texts: Mapping[str, str], known: Container[str]) -> Listed:
    """Read a list of ids for each part from text, one on a line.

    Raises:
        InputError: a list names no image of those known.
    """
    return _listed({part: _ids_of(_text_lines(text), known) for part, text in texts.items()}, known, "your lists")


def read_pasted_table(text: str, known: Container[str]) -> Listed:
    """Read a table as `read_table` does, from text.

    Raises:
        InputError: it lacks one of the columns, or names no image of those known.
    """
    return _table(_text_lines(text), "Your table", known)


def read_table(path: Path, known: Container[str]) -> Listed:
    """Read a CSV (comma, semicolon or tab) with a column of ids and one of parts, with or without a head.

    Raises:
        InputError: it is missing, cannot be read, lacks one of the columns, or names no image of those known.
    """
    return _table(_lines(path), path, known)


def _table(lines: list[str], where: Path | str, known: Container[str]) -> Listed:
    delimiter = max(",;\t", key=lambda mark: lines[0].count(mark)) if lines else ","
    rows = [[cell.strip() for cell in row] for row in csv.reader(lines, delimiter=delimiter)]
    id_column, part_column, body = _columns(where, rows, known)
    found: defaultdict[str, list[str]] = defaultdict(list)
    for row in body:
        if len(row) <= max(id_column, part_column) or not row[part_column]:
            raise InputError(f"A line of {where} has no part: '{','.join(row)[:60]}'.", _MEND)
        found[_part_name(row[part_column])] += _ids_in(row[id_column], known)
    if not 2 <= len(found) <= MAX_PARTS:
        raise InputError(
            f"{where} names {len(found):,} part{'' if len(found) == 1 else 's'}; a split has 2 to 50.", _MEND
        )
    ordered = [*(part for part in PARTS if part in found), *sorted(set(found) - set(PARTS))]
    return _listed({part: found[part] for part in ordered}, known, where)


def _part_name(given: str) -> str:
    return f"fold-{given}" if given.isdecimal() else PART_NAMES.get(given.lower(), given)


def _listed(ids: Mapping[str, Sequence[str]], known: Container[str], where: Path | str) -> Listed:
    twice = {image for images in ids.values() for image, times in Counter(images).items() if times > 1}
    unknown = {image for images in ids.values() for image in images if image not in known}
    parts = {part: tuple(i for i in dict.fromkeys(images) if i in known) for part, images in ids.items()}
    empty = [part for part, images in parts.items() if not images]
    if empty:
        first = f" (the first unknown: {min(unknown)[:40]})" if unknown else ""
        raise InputError(f"The {empty[0]} part of {where} names no image of this data set{first}.", _MEND)
    return Listed(parts, tuple(sorted(unknown)), tuple(sorted(twice)))


def _ids(path: Path, known: Container[str]) -> list[str]:
    if path.is_dir():
        files = sorted(file for file in path.rglob("*") if file.is_file() and not file.name.startswith("."))
        images = [file.name for file in files if file.suffix.lower() in (".jpg", ".jpeg", ".png")]
        return [image for name in images for image in _ids_in(name, known)]
    return _ids_of(_lines(path), known)


def _ids_of(lines: list[str], known: Container[str]) -> list[str]:
    if lines and lines[0].lower().split(",")[0].strip('" ') in ID_COLUMNS:
        del lines[0]
    return [image for line in lines for image in _ids_in(line, known)]


def _lines(path: Path) -> list[str]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (UnicodeDecodeError, FileNotFoundError) as error:
        reason = "There is no file" if isinstance(error, FileNotFoundError) else "This is no text file:"
        raise InputError(f"{reason} {path}.", _MEND) from error
    return _text_lines(text)


def _text_lines(text: str) -> list[str]:
    without_comments = (re.sub(r"(^|\s)#.*", "", line).strip() for line in text.splitlines())
    return [line for line in without_comments if line]


def _ids_in(text: str, known: Container[str]) -> Iterator[str]:
    """Yield the ids that a line names: the ISIC Archive's anywhere in it, else its file name, else its number."""
    named = list(dict.fromkeys(match.upper() for match in _ISIC_ID.findall(text)))
    if named:
        yield from named
        return
    stems = [_stem(cell) for cell in re.split(r"[,;\t]", text)]
    stem = next((stem for stem in stems if stem in known), stems[0])
    yield f"ISIC_{int(stem):07d}" if stem not in known and re.fullmatch(r"\d{1,7}", stem) else stem


def _stem(text: str) -> str:
    name = PurePosixPath(text.strip("\"' ").replace("\\", "/")).name
    return re.sub(r"\.(jpe?g|png)$", "", name, flags=re.IGNORECASE)


def _columns(where: Path | str, rows: list[list[str]], known: Container[str]) -> tuple[int, int, list[list[str]]]:
    """Return which columns hold ids and parts, and the rows below the head."""
    if not rows:
        raise InputError(f"{where} has no rows.", _MEND)
    head = [cell.lower() for cell in rows[0]]
    id_column, part_column = _first(ID_COLUMNS, head), _first(PART_COLUMNS, head)
    if id_column is not None and part_column is not None:
        return id_column, part_column, rows[1:]
    ids = [column for column, cell in enumerate(rows[0]) if any(i in known for i in _ids_in(cell, known))]
    parts = [column for column, cell in enumerate(head) if cell in PART_NAMES]
    if ids and parts:
        return ids[0], parts[0], rows
    raise InputError(f"{where} has no column of ids and one of parts; it begins: '{','.join(rows[0])[:60]}'.", _MEND)


def _first(names: Iterable[str], head: Sequence[str]) -> int | None:
    return next((head.index(name) for name in names if name in head), None)
