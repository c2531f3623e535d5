"""The studies of this machine and those that come with LesionLab, as far as their files tell."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from lesionlab.core.errors import LesionLabError
from lesionlab.core.home import studies_folder
from lesionlab.core.names import did_you_mean
from lesionlab.core.resources import reports_folder
from lesionlab.records.effect import EFFECT_NAME, EffectRecord, read_effect
from lesionlab.records.protocol import PROTOCOL_NAME, read_protocol

REPORT_NAME = "report.html"
KINDS = {
    "effect": "Do synthetic images help?",
    "ladder": "What is each step of the generator's recipe worth?",
    "sizes": "What do fewer images cost a generator?",
    "theatre": "What does each known leak buy?",
}
_NUMBERED = re.compile(rf"(\d{{5}})-({'|'.join(KINDS)})")
_RECORDS = {"theatre": "staged-records"}


class NoSuchStudyError(LesionLabError):
    """A study, or a file of one, that is not here."""

    http_status = 404
    code = "no_such_study"


@dataclass(frozen=True)
class StudyHere:
    """A study: its name in addresses, its folder, and its outcome where one was written and can be read."""

    name: str
    path: Path
    kind: str  # a key of KINDS
    number: int | None  # by which commands know it; None where it came with LesionLab
    title: str
    records: int  # trainings that are done
    outcome: EffectRecord | None = None
    problem: LesionLabError | None = None

    @property
    def has_report(self) -> bool:
        """Whether its page as one file lies there."""
        return (self.path / REPORT_NAME).is_file()

    @property
    def unread(self) -> int:
        """How many trainings were done since its outcome was written."""
        known = len(self.outcome.trainings) if self.outcome else 0
        return max(0, self.records - known) if self.number is not None else 0

    @property
    def command(self) -> str:
        """The command that says what its records say."""
        return f"lesionlab study {'theatre --show' if self.kind == 'theatre' else 'report'} {self.number}"


def studies_here() -> dict[str, StudyHere]:
    """Return every study by its name, the newest of this machine first, then those that come with LesionLab."""
    own = {path.name: _numbered(path, match) for path, match in _folders()}
    found = dict(sorted(own.items(), reverse=True))
    for path in sorted(reports_folder().glob(f"*/{EFFECT_NAME}")):
        name = path.parent.name if path.parent.name not in found else f"published-{path.parent.name}"
        found[name] = _of_effect(name, path.parent, None)
    return found


def study_here(name: str) -> StudyHere:
    """Return a study by its name.

    Raises:
        NoSuchStudyError: none has this name.
    """
    here = studies_here()  # a name alone, never a path
    if name not in here:
        cure = did_you_mean(name[:60], here) if here else "Begin one with `lesionlab study init`."
        raise NoSuchStudyError(f"No study is called '{name[:60]}'.", cure)
    return here[name]


def outcome_here(name: str) -> tuple[StudyHere, EffectRecord]:
    """Return a study of synthetic images with its outcome.

    Raises:
        NoSuchStudyError: none has this name, it is of another kind, or its outcome was not written yet.
        StudyError: its outcome is damaged.
    """
    study = study_here(name)
    if study.problem is not None:
        raise study.problem
    if study.outcome is None:
        cure = f"`{study.command}` writes it." if study.records else "It has no record yet; run its protocol."
        raise NoSuchStudyError(f"{study.name} has no outcome to be shown here.", cure)
    return study, study.outcome


def _folders() -> Iterator[tuple[Path, re.Match[str]]]:
    for path in studies_folder().glob("*-*"):
        match = _NUMBERED.fullmatch(path.name)
        if match and path.is_dir():
            yield path, match


def _numbered(path: Path, match: re.Match[str]) -> StudyHere:
    number, kind = int(match[1]), match[2]
    if kind == "effect":
        return _of_effect(path.name, path, number)
    return StudyHere(path.name, path, kind, number, KINDS[kind], _count(path, kind))


def _of_effect(name: str, path: Path, number: int | None) -> StudyHere:
    records = _count(path, "effect")
    try:
        if (path / EFFECT_NAME).is_file():
            outcome = _outcome(path / EFFECT_NAME)
            return StudyHere(name, path, "effect", number, outcome.protocol.title, records, outcome)
        return StudyHere(name, path, "effect", number, read_protocol(path / PROTOCOL_NAME).title, records)
    except LesionLabError as problem:
        return StudyHere(name, path, "effect", number, KINDS["effect"], records, problem=problem)


def _count(path: Path, kind: str) -> int:
    return sum(1 for _ in (path / _RECORDS.get(kind, "records")).glob("*.json"))


def _outcome(path: Path) -> EffectRecord:
    told = path.stat()
    return _read(path, told.st_mtime_ns, told.st_size)


@lru_cache(maxsize=16)
def _read(path: Path, _changed: int, _size: int) -> EffectRecord:
    return read_effect(path)
