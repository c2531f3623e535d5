"""The ledger of test openings: when a test part was opened, of which split, and why."""

from __future__ import annotations

import csv
import io
import os
from dataclasses import dataclass
from pathlib import Path

from lesionlab.core.errors import DataError
from lesionlab.core.locks import locked

COLUMNS = ("opened_at", "split_sha256", "purpose")
_HEAD = (",".join(COLUMNS) + "\n").encode()


@dataclass(frozen=True)
class Opening:
    """One line of a ledger: the time (UTC, ISO 8601), the split's SHA-256 and the purpose."""

    opened_at: str
    split_sha256: str
    purpose: str

    def to_csv(self) -> bytes:
        """Return the line, LF line end."""
        buffer = io.StringIO()
        csv.writer(buffer, lineterminator="\n").writerow((self.opened_at, self.split_sha256, self.purpose))
        return buffer.getvalue().encode()


@dataclass(frozen=True)
class LoggedOpening:
    """An opening and the ledger that it stands in: what the test part opens against."""

    opening: Opening
    ledger: Path

    def check(self, split_sha256: str) -> None:
        """Refuse an opening of another split, or one that its ledger does not hold.

        Raises:
            DataError: it is.
        """
        if self.opening.split_sha256 != split_sha256:
            raise DataError(
                f"The opening is of split {self.opening.split_sha256[:12]}, the data has {split_sha256[:12]}.",
                "Open the test part of this split.",
            )
        if self.opening not in read_ledger(self.ledger):
            raise DataError(
                f"The ledger {self.ledger} holds no line about this opening, so the test part stays closed.",
                "Open it with open_test_part.",
            )


def append(ledger: Path, opening: Opening) -> LoggedOpening:
    """Write a line at the end of a ledger, whole and on the disk when this returns; several processes may do so.

    Raises:
        DataError: the file cannot be written, or is no ledger.
    """
    try:
        ledger.parent.mkdir(parents=True, exist_ok=True)
        with ledger.open("a+b", buffering=0) as file, locked(file):
            file.seek(0)
            before = file.read()
            if before and not before.startswith(_HEAD):
                raise _no_ledger(ledger, "its first line is another")
            mended = b"\n" if before and not before.endswith(b"\n") else b""  # a line that a crash has cut
            file.write((b"" if before else _HEAD) + mended + opening.to_csv())
            os.fsync(file.fileno())
    except OSError as error:
        raise DataError(
            f"The ledger {ledger} cannot be written ({error.strerror}), so the test part stays closed.",
            "Name a ledger in a folder you may write to.",
        ) from error
    return LoggedOpening(opening, ledger)


def read_ledger(ledger: Path) -> list[Opening]:
    """Return the openings, oldest first.

    Raises:
        DataError: the file is missing or is no ledger.
    """
    try:
        content = ledger.read_bytes()
        lines = list(csv.reader(io.StringIO(content.decode(), newline="")))
        openings = [Opening(*line) for line in lines[1:]]
    except OSError as error:
        raise DataError(
            f"The ledger {ledger} cannot be read ({error.strerror}).", "Name a ledger that is there."
        ) from error
    except (UnicodeDecodeError, csv.Error, TypeError) as error:
        raise _no_ledger(ledger, "a line has not three values") from error
    if not content.startswith(_HEAD):
        raise _no_ledger(ledger, "its first line is another")
    return openings


def _no_ledger(ledger: Path, why: str) -> DataError:
    return DataError(f"{ledger} is no ledger of test openings: {why}.", "Name the ledger, or a new file.")
