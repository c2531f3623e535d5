"""The only door to the test part: each opening is logged first."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from lesionlab.core.errors import DataError
from lesionlab.data.prepared import Part, PreparedData
from lesionlab.records.ledger import Opening, append


def open_test_part(data: PreparedData, ledger: Path, purpose: str, part: Literal["test", "external"] = "test") -> Part:
    """Append the time (UTC), the split's SHA-256 and the purpose to the CSV `ledger`, then return the test part.

    The line is on the disk before the part is handed out. An external set opens in the same way.

    Raises:
        DataError: the purpose is empty, the split has no such part, or the ledger cannot be written.
    """
    if not purpose.strip():
        raise DataError("The test part was asked for without a purpose.", "Say what the test is for; it is logged.")
    if not any(row.part == part for row in data.split.rows):
        raise DataError(f"'{data.name}' has no image in the {part} part.", "Name another data set, or another part.")
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return data.take_logged_part(part, append(ledger, Opening(now, data.split.sha256, " ".join(purpose.split()))))
