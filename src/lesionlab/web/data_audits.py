"""Audits for the pages: of prepared sets, each made once, and of lists that someone pasted."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from flask import current_app

from lesionlab.core.errors import InputError, TooLargeError
from lesionlab.core.home import home
from lesionlab.core.resources import splits_folder
from lesionlab.curate.audit import audit_lists, audit_prepared, lists_of, release_split
from lesionlab.curate.audit_fix import Fixed, fix
from lesionlab.curate.audit_lists import read_pasted, read_pasted_table
from lesionlab.curate.audit_pictures import compare_pictures
from lesionlab.data.prepared import PreparedData
from lesionlab.records.audit import Audit
from lesionlab.records.split import PARTS

_EXTENSION = "lesionlab.audits"
LEDGER_NAME = "test-openings.csv"
TABLE = "table"
MAX_PASTED = 4 * 2**20  # characters: 200,000 lines


class Audits:
    """Audits of prepared sets under their own splits, without the search for near duplicates, which takes minutes."""

    def __init__(self) -> None:
        self._made: dict[tuple[Path, str], Audit] = {}
        self._lock = threading.Lock()

    def get(self, data: PreparedData) -> Audit:
        """Return the audit of a prepared set.

        Raises:
            DataError: its metadata or pixels are missing or damaged.
        """
        key = (data.folder, data.split.sha256 + data.record.fingerprint)
        with self._lock:  # who waits here finds it made
            if key not in self._made:
                ledgers = (splits_folder() / LEDGER_NAME, home() / LEDGER_NAME)
                self._made[key] = audit_prepared(data, compare_pictures(data, quick=True), ledgers=ledgers)
            return self._made[key]


def use_audits(app_extensions: dict[str, object]) -> None:
    """Put an empty memory of audits into an app's extensions."""
    app_extensions[_EXTENSION] = Audits()


def audit_of(data: PreparedData) -> Audit:
    """Return the audit of a prepared set; see `Audits`."""
    audits = current_app.extensions[_EXTENSION]
    assert isinstance(audits, Audits)
    return audits.get(data)


@dataclass(frozen=True)
class Pasted:
    """The audit of a split that was pasted; of one that leaks, a version without leaks as well."""

    audit: Audit
    fixed: Fixed | None

    def fixed_csv(self) -> str:
        """Return the version without leaks as a table of ids and parts."""
        rows = () if self.fixed is None else self.fixed.rows
        return "".join(["image_id,part\n", *(f"{row.image_id},{row.part}\n" for row in rows)])


def audit_pasted(values: Mapping[str, str]) -> Pasted:
    """Audit lists of HAM10000 ids by part, or a table of ids and parts, from the fields of a form; no image is needed.

    Raises:
        InputError: fewer than two parts, both lists and a table, or nothing that can be read.
        TooLargeError: more than 4 MB of text.
    """
    if sum(map(len, values.values())) > MAX_PASTED:
        raise TooLargeError("The lists have more than 4 MB of text.", "Paste ids alone, or use `lesionlab data audit`.")
    lists = {part: values[part] for part in PARTS if values.get(part, "").strip()}
    table = values.get(TABLE, "").strip()
    if table and lists:
        raise InputError("Both lists and a table were given.", "Leave one of them blank.")
    if not table and len(lists) < 2:
        raise InputError(
            f"{len(lists)} of the three lists has ids.", "Paste the ids of at least two parts, or a table."
        )
    reference = release_split()
    known = {row.image_id for row in reference.rows}
    listed = read_pasted_table(table, known) if table else read_pasted(lists, known)
    named = lists_of("the split that was pasted", listed, reference)
    audit = audit_lists(named, reference)
    return Pasted(audit, fix(named.rows, audit) if audit.leaks else None)
