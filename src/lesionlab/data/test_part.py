"""The only door to the test part: each opening is logged first."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path

from lesionlab.core.errors import DataError
from lesionlab.data.prepared import Part, PreparedData

COLUMNS = ("opened_at", "split_sha256", "purpose")


def open_test_part(data: PreparedData, ledger: Path, purpose: str) -> Part:
    """Append the time (UTC), the split's SHA-256 and the purpose to the CSV `ledger`, then return the test part.

    Raises:
        DataError: the purpose is empty, or the ledger cannot be written.
    """
    if not purpose.strip():
        raise DataError("The test part was asked for without a purpose.", "Say what the test is for; it is logged.")
    try:
        ledger.parent.mkdir(parents=True, exist_ok=True)
        with ledger.open("a", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            if file.tell() == 0:
                writer.writerow(COLUMNS)
            writer.writerow((datetime.now(UTC).isoformat(timespec="seconds"), data.split.sha256, purpose.strip()))
    except OSError as error:
        raise DataError(
            f"The ledger {ledger} cannot be written ({error.strerror}), so the test part stays closed.",
            "Name a ledger in a folder you may write to.",
        ) from error
    return data.take_logged_part("test")
