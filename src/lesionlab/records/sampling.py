"""How a synthetic set is sampled: its plan, and the journal of what was tried, so that it can go on after anything."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

from lesionlab.core.errors import DataError
from lesionlab.core.files import write_json
from lesionlab.core.locks import try_lock
from lesionlab.records.codec import from_plain, to_plain
from lesionlab.records.synthetic import (
    COLUMNS,
    OPTIONAL_COLUMNS,
    PLAN_NAME,
    SyntheticImage,
    image_from,
    manifest_row,
)

JOURNAL_NAME = ".sampled.csv"
WITHHELD_NAME = "withheld.csv"

FilterName = Literal["agreement", "novelty"]  # the column of its scores, too


@dataclass(frozen=True)
class FilterUse:
    """A filter as it was used: what judged, by SHA-256, and the score below which an image was withheld."""

    name: FilterName
    judge: str
    limit: float


@dataclass(frozen=True)
class SamplingPlan:
    """All that the bytes of a synthetic set depend on: the same plan gives the same set, however often it stopped."""

    generator: dict[str, Any]  # what every file says of what made it
    counts: dict[str, int]  # images to keep of each diagnosis
    first_seed: int
    truncation: float | None = None
    images_per_shard: int = 0  # of a tar file; 0: each image is a file of its own
    sheet: bool = False
    filters: tuple[FilterUse, ...] = ()

    @property
    def total(self) -> int:
        """The images of the whole set."""
        return sum(self.counts.values())

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of its manifest."""
        used: set[str] = {each.name for each in self.filters}
        used |= {"shard"} if self.images_per_shard else set()
        used |= {"truncation"} if self.truncation is not None else set()
        return (*COLUMNS, *(name for name in OPTIONAL_COLUMNS if name in used))

    def differences(self, other: SamplingPlan) -> tuple[str, ...]:
        """Return the names of the fields in which another plan differs."""
        return tuple(f.name for f in fields(self) if getattr(self, f.name) != getattr(other, f.name))


@dataclass(frozen=True)
class Tried:
    """An image that was made: kept, or withheld by a filter, named by its column."""

    image: SyntheticImage  # without file and SHA-256 where it is withheld
    withheld: str = ""


def write_plan(folder: Path, plan: SamplingPlan) -> None:
    """Write a plan into its folder, before anything else."""
    write_json(folder / PLAN_NAME, to_plain(plan))


def read_plan(folder: Path) -> SamplingPlan | None:
    """Read the plan of a folder; None where there is none.

    Raises:
        DataError: it is damaged.
    """
    path = folder / PLAN_NAME
    try:
        return from_plain(SamplingPlan, json.loads(path.read_text(encoding="utf-8")), str(path), DataError)
    except FileNotFoundError:
        return None
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise DataError(f"{path} is damaged: {error}.", "Sample the images again, into another folder.") from error


class Journal:
    """What was tried in a folder so far, in order, a line each; lines are added, and cut off where files are lost.

    One process at a time: it holds a lock until it is closed.

    Raises:
        DataError: another process works on this folder.
    """

    def __init__(self, folder: Path, plan: SamplingPlan) -> None:
        self.path = folder / JOURNAL_NAME
        self._plan = plan
        self._columns = (*plan.columns, "withheld")
        self._file = self.path.open("a+b")
        self._lock = try_lock(self._file)
        if not self._lock.__enter__():
            self._file.close()
            raise DataError(f"Another process is sampling into {folder}.", "Wait until it has ended.")

    def __enter__(self) -> Journal:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        """Let go of the folder."""
        self._lock.__exit__(None, None, None)
        self._file.close()

    def add(self, tried: Iterable[Tried]) -> None:
        """Add lines, once their files are written."""
        buffer = io.StringIO()
        csv.writer(buffer, lineterminator="\n").writerows(
            [*manifest_row(each.image, self._columns[:-1]), each.withheld] for each in tried
        )
        self._file.write(buffer.getvalue().encode())
        self._file.flush()

    def lines(self) -> Iterator[Tried]:
        """Yield all lines, one in memory at a time; it ends before the first that is cut or damaged."""
        with self.path.open("rb") as file:
            for line in file:
                tried = self._parsed(line)
                if tried is None:
                    return
                yield tried

    def recall(self, holds: Callable[[SyntheticImage], bool]) -> Iterator[Tried]:
        """Yield what is done and need not be done again, and cut off the rest.

        The first kept image whose file no longer `holds` ends it, and so does a line that was being written when the
        process was killed; of shards, whole ones count.
        """
        kept = end = position = 0
        waiting: list[Tried] = []
        with self.path.open("rb") as file:
            for line in file:
                tried = self._parsed(line)
                if tried is None or not (tried.withheld or holds(tried.image)):
                    break
                position += len(line)
                kept += not tried.withheld
                waiting.append(tried)
                if kept % (self._plan.images_per_shard or 1) == 0 or kept == self._plan.total:
                    end = position
                    yield from waiting
                    waiting.clear()
        self._file.truncate(end)

    def _parsed(self, line: bytes) -> Tried | None:
        try:
            (values,) = csv.reader([line.decode()], strict=True)
            row = dict(zip(self._columns, values, strict=True))
            return Tried(image_from(row), row["withheld"]) if line.endswith(b"\n") else None
        except (UnicodeDecodeError, csv.Error, ValueError):
            return None
