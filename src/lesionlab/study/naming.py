"""Folders of studies: numbered one after another whatever their kind, and found again by number, name or place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol, TypeVar

from lesionlab.core.errors import StudyError
from lesionlab.core.home import studies_folder
from lesionlab.core.locks import locked


class InFolder(Protocol):
    """A study of any kind."""

    @property
    def path(self) -> Path:
        """Its folder."""
        ...


Study = TypeVar("Study", bound=InFolder)


@contextmanager
def alone() -> Iterator[Path]:
    """Let one process at a time look for a study and make it; yield the folder of all studies."""
    parent = studies_folder()
    parent.mkdir(parents=True, exist_ok=True)
    with (parent / ".lock").open("ab") as file, locked(file):
        yield parent


def next_folder(parent: Path, kind: str) -> Path:
    """Return the folder of the next study, such as `00003-ladder`; it is not made yet."""
    numbers = [int(match[1]) for path in parent.iterdir() if (match := re.match(r"(\d{5})-", path.name))]
    return parent / f"{max(numbers, default=-1) + 1:05d}-{kind}"


def named(name: str, marker: str, opened: Callable[[Path], Study], there: Sequence[Study], what: str) -> Study:
    """Return the study of this name: a folder that holds the file `marker`, or one of those `there`, by name or number.

    Raises:
        StudyError: there is none; the latest are named.
    """
    if (Path(name) / marker).is_file():
        return opened(Path(name))
    for study in there:
        if study.path.name == name or (name.isdigit() and study.path.name[:5] == f"{int(name):05d}"):
            return study
    known = ", ".join(study.path.name for study in there[-5:]) or "none yet"
    raise StudyError(f"There is no {what} '{name[:80]}' in {studies_folder()}.", f"The latest: {known}.")
