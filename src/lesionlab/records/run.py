"""A run folder: it explains itself, and a run killed at any moment resumes from it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from lesionlab.core.errors import RunError
from lesionlab.core.files import write_json, write_text
from lesionlab.core.locks import try_lock
from lesionlab.records.codec import from_plain, to_plain

Options = TypeVar("Options")

OPTIONS_NAME = "options.json"


@dataclass(frozen=True)
class RunRecord:
    """What a run is: its kind, its data and its command; `options` beside it are the stage's own."""

    kind: str  # "generator" or "classifier"
    data: str  # name of the prepared data set
    split_sha256: str
    command: str
    options: dict[str, Any]
    only: tuple[str, ...] = ()  # the diagnoses trained on, where they are not all
    parent_sha256: str = ""  # of the weights that it began with; a generator's card and groups lie in `parent`
    job: str = ""  # the id of the job that began it, if a worker did


@dataclass(frozen=True)
class RunFolder:
    """The files of one run, by name."""

    path: Path

    @property
    def state(self) -> Path:
        """The state to resume from."""
        return self.path / "state.pt"

    @property
    def stats(self) -> Path:
        """One JSON line a tick."""
        return self.path / "stats.jsonl"

    @property
    def split(self) -> Path:
        """The split, where it is another than the data set's own."""
        return self.path / "split.csv"

    @property
    def parent(self) -> Path:
        """The folder with card and groups of the model that it began with, if any."""
        return self.path / "parent"

    @property
    def samples(self) -> Path:
        """The folder of sample sheets."""
        return self.path / "samples"

    @property
    def animation(self) -> Path:
        """The sample sheets one after another."""
        return self.path / "progress.webp"

    @property
    def report(self) -> Path:
        """The page that tells how the training went."""
        return self.path / "report.html"

    @property
    def export(self) -> Path:
        """The folder of the exported model."""
        return self.path / "export"

    @property
    def done(self) -> bool:
        """Whether the run came to its end and its export is whole."""
        return (self.path / "done").is_file()

    @contextmanager
    def trained_by_this_process(self) -> Iterator[None]:
        """Keep other processes from training the run, until the block or the process ends.

        Raises:
            RunError: another process trains it.
        """
        with self._lock_file.open("ab") as file, try_lock(file) as held:
            if not held:
                raise RunError(
                    f"Another process trains {self.path.name}.", "Wait for it, or stop it: its state is saved then."
                )
            yield

    @property
    def in_training(self) -> bool:
        """Whether a process trains the run at this moment."""
        if not self._lock_file.is_file():
            return False
        with self._lock_file.open("ab") as file, try_lock(file) as free:
            return not free

    @property
    def _lock_file(self) -> Path:
        return self.path / ".lock"

    def mark_done(self) -> None:
        """Write the marker that ends a run."""
        write_text(self.path / "done", "")

    def read(self) -> RunRecord:
        """Read `options.json`.

        Raises:
            RunError: there is none, or it is damaged.
        """
        path = self.path / OPTIONS_NAME
        try:
            return from_plain(RunRecord, json.loads(path.read_text(encoding="utf-8")), str(path), RunError)
        except FileNotFoundError as error:
            raise RunError(
                f"{self.path} is no run folder: it holds no {OPTIONS_NAME}.", "Give the folder of a run."
            ) from error
        except (UnicodeDecodeError, json.JSONDecodeError) as error:
            raise RunError(f"{path} is damaged: {error}.", "Start the run anew.") from error

    def keep_stats_before(self, kimg: float) -> None:
        """Drop the lines at or after `kimg`: a resumed run writes them again."""
        lines = [json.dumps(line) for line in self.read_stats() if line["kimg"] <= kimg]
        write_text(self.stats, "".join(f"{line}\n" for line in lines))

    def add_stats(self, values: Mapping[str, float]) -> None:
        """Append one line of statistics; it must hold `kimg`."""
        with self.stats.open("a", encoding="utf-8") as file:
            file.write(json.dumps(dict(values)) + "\n")

    def read_stats(self) -> list[dict[str, float]]:
        """Return the whole lines of statistics; a line cut off by a kill is left out."""
        if not self.stats.is_file():
            return []
        lines = self.stats.read_text(encoding="utf-8").splitlines(keepends=True)
        return [json.loads(line) for line in lines if line.endswith("}\n")]


def create_run(parent: Path, record: RunRecord, label: str) -> RunFolder:
    """Make the next numbered folder, such as `00003-gan-ham10000-64px`, and write its `options.json`."""
    parent.mkdir(parents=True, exist_ok=True)
    numbers = [int(m[1]) for p in parent.iterdir() if (m := re.match(r"(\d{5})-", p.name))]
    number = max(numbers, default=-1) + 1
    while True:
        path = parent / f"{number:05d}-{label}"
        try:
            path.mkdir()  # atomic: two runs started at once get two folders
            break
        except FileExistsError:
            number += 1
    write_json(path / OPTIONS_NAME, to_plain(record))
    return RunFolder(path)


def find_run(name: str, parent: Path) -> RunFolder:
    """Return the run with this path, folder name or number.

    Raises:
        RunError: none matches; the runs there are named.
    """
    if (Path(name) / OPTIONS_NAME).is_file():
        return RunFolder(Path(name))
    there = sorted(p for p in parent.glob("*") if (p / OPTIONS_NAME).is_file())
    for path in there:
        if path.name == name or (name.isdigit() and int(name) == int(path.name[:5])):
            return RunFolder(path)
    known = ", ".join(p.name for p in there[-5:]) or "none yet"
    raise RunError(f"There is no run '{name}' in {parent}.", f"The latest runs: {known}.")


def find_run_of_job(job: str, parent: Path) -> RunFolder | None:
    """Return the run that a job began, or None where it began none here."""
    for path in sorted(parent.glob(f"*/{OPTIONS_NAME}"), reverse=True):
        run = RunFolder(path.parent)
        try:
            if run.read().job == job:
                return run
        except RunError:
            continue  # a damaged run of somebody else's
    return None
