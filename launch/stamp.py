"""The stamp in an environment: what it was made from, so that a second start installs nothing."""

import hashlib
import json
import platform
import sys
import tomllib
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

STAMP_NAME = "lesionlab.json"
_FORMAT = 1

# A change of these tables means another installation; one of the linter's settings does not.
_INSTALLING_TABLES = ("build-system", "project", "tool.hatch")


class State(Enum):
    """What is found where an environment should be."""

    ABSENT = "absent"
    FOREIGN = "foreign"  # not made here: never touched
    UNUSABLE = "unusable"  # half-made, of another Python, or moved: made anew
    OUTDATED = "outdated"  # whole, but for other requirements: updated in place
    CURRENT = "current"


@dataclass(frozen=True)
class Stamp:
    """What an environment depends on: a changed base means making it anew, changed requirements updating it."""

    base: str
    requirements: str


def stamp_now(root: Path, lock: Path) -> Stamp:
    """Return the stamp for this checkout, this lock and this Python."""
    python = (*sys.version_info[:2], platform.python_implementation(), platform.machine(), sys.base_prefix)
    return Stamp(
        _digest(_FORMAT, str(root), *python),
        _digest(lock.read_text(encoding="utf-8"), *_installing_tables(root / "pyproject.toml")),
    )


def _installing_tables(pyproject: Path) -> list[Any]:
    document = tomllib.loads(pyproject.read_text(encoding="utf-8"))
    tables = []
    for name in _INSTALLING_TABLES:
        table: Any = document
        for key in name.split("."):
            table = table.get(key, {})
        tables.append(table)
    return tables


def _digest(*parts: Any) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def write_mark(folder: Path, stamp: Stamp | None) -> None:
    """Mark the folder as ours: with a stamp when it is whole, without one while it is being made."""
    content: dict[str, str] = {"made_by": "run.py"}
    if stamp:
        content |= {"base": stamp.base, "requirements": stamp.requirements}
    beside = folder / f".{STAMP_NAME}.part"
    beside.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    beside.replace(folder / STAMP_NAME)


def state_of(folder: Path, python: Path, wanted: Stamp) -> State:
    """Return what stands in the folder, compared with the stamp that is wanted."""
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return State.ABSENT
    mark = folder / STAMP_NAME
    if not mark.is_file():
        return State.FOREIGN
    try:
        found = json.loads(mark.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError):
        return State.UNUSABLE
    if not python.exists() or found.get("base") != wanted.base:
        return State.UNUSABLE
    return State.CURRENT if found.get("requirements") == wanted.requirements else State.OUTDATED
