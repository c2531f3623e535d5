"""What a prepared folder says of itself."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from lesionlab.core.errors import DataError
from lesionlab.data.additions import AdditionsRecord
from lesionlab.data.problems import Problem
from lesionlab.data.rights import Attribution
from lesionlab.records.codec import from_plain
from lesionlab.records.split import EXTERNAL

RECORD_NAME = "prepared.json"
VERSION = 2


@dataclass(frozen=True)
class PreparedRecord:
    """What `prepared.json` says; it is written last, so a folder without it is not prepared."""

    version: int
    name: str
    kind: str  # a layout of `layouts`, or "procedural"
    source: str
    arguments: tuple[str, ...]  # the words after `data prepare` that make it again
    fingerprint: str  # of the source; another one means that the pixels are stale
    seed: int
    images: int
    lesions: int
    groups: int
    classes: tuple[str, ...]
    counts: dict[str, dict[str, int]]  # part -> class -> images
    split_sha256: str
    sizes_px: tuple[int, ...]
    problems: dict[str, Problem]  # what was left out, on the user's word
    unlisted: int  # image files that the metadata does not name
    notes: tuple[str, ...]  # what a user should know of the source
    sources: dict[str, dict[str, int]]  # source -> class -> images
    licences: dict[str, int]  # code -> images; a blank code: not stated
    licence: str  # the code for what is derived from all of them; blank where a source does not say
    attributions: tuple[Attribution, ...]
    additions: AdditionsRecord | None
    lesionlab: str

    @property
    def added_sources(self) -> dict[str, dict[str, int]]:
        """The sources that joined by --add: source -> class -> images."""
        return {} if self.additions is None else self.additions.sources_used

    @property
    def external(self) -> bool:
        """Whether it is for testing alone."""
        return EXTERNAL in self.counts


def read_record(folder: Path) -> PreparedRecord:
    """Read `prepared.json`.

    Raises:
        DataError: it is missing, damaged or of another version.
    """
    path = folder / RECORD_NAME
    anew = f"Delete {folder} and run `lesionlab data prepare` again."
    try:
        plain = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise DataError(f"{path} is missing or damaged.", anew) from error
    version = plain.get("version") if isinstance(plain, dict) else None
    if version != VERSION:
        raise DataError(f"{path} is of version {version}; this LesionLab reads version {VERSION}.", anew)
    return from_plain(PreparedRecord, plain, str(path), DataError)
