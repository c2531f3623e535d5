"""What a table of predictions holds: a row for each file, and beside it a plan that tells what the rows depend on."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

from lesionlab import __version__
from lesionlab.core.errors import DataError
from lesionlab.core.files import sha256_of
from lesionlab.core.notice import NOTICE
from lesionlab.inference.prediction_stream import Answer, Asking
from lesionlab.records.card import CARD_NAME
from lesionlab.records.codec import from_plain
from lesionlab.records.scope import SCOPE_NAME

DECIMALS = 6


@dataclass(frozen=True)
class TablePlan:
    """All that the rows of a table depend on, besides their files."""

    model: str
    weights_sha256: str
    card_sha256: str
    precision: str  # float32 or bfloat16
    averaged: bool  # over the eight views of each image
    scope_sha256: str  # blank: the model does not know its scope
    classes: tuple[str, ...]
    software: str = f"LesionLab {__version__}"
    notice: str = NOTICE

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the table: probabilities are those whose name begins with `p_`."""
        shares = (f"p_{code}" for code in self.classes)
        return ("file", "sha256", "in_scope", "decision", "set", *shares, "synthetic", "error")

    def differences(self, other: TablePlan) -> tuple[str, ...]:
        """Return the names of the fields in which another plan differs."""
        return tuple(f.name for f in fields(self) if getattr(self, f.name) != getattr(other, f.name))


def plan_for(asked: Asking) -> TablePlan:
    """Return the plan of a table that is filled by asking a classifier in this way."""
    predictor, card = asked.predictor, asked.predictor.card
    return TablePlan(
        model=card.name,
        weights_sha256=card.weights_sha256,
        card_sha256=sha256_of(predictor.folder / CARD_NAME),
        precision=predictor.precision,
        averaged=asked.averaged,
        scope_sha256="" if asked.scope is None else sha256_of(predictor.folder / SCOPE_NAME),
        classes=card.classes,
    )


def plan_path(table: Path) -> Path:
    """Return the path of the plan beside a table."""
    return table.with_name(f"{table.name}.about.json")


def read_plan(table: Path) -> TablePlan | None:
    """Read the plan beside a table; None where there is none.

    Raises:
        DataError: it is damaged.
    """
    path = plan_path(table)
    try:
        return from_plain(TablePlan, json.loads(path.read_text(encoding="utf-8")), str(path), DataError)
    except FileNotFoundError:
        return None
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise DataError(f"{path} is damaged: {error}.", "Name another file for the table.") from error


def file_name(path: Path) -> str:
    """Return a file's path as a table tells it: on one line, and in UTF-8 whatever its bytes are."""
    text = os.fsencode(path).decode("utf-8", "backslashreplace")
    return text.replace("\r", "\\r").replace("\n", "\\n")


def row_of(answer: Answer, plan: TablePlan) -> list[str]:
    """Return the row of an answer: values as text, blank where there is none."""
    head = [file_name(answer.path), answer.sha256]
    if answer.prediction is None:
        cause = answer.error.cause if answer.error else ""
        return [*head, *[""] * (len(plan.columns) - 3), _one_line(cause)]
    made = answer.provenance or {}
    synthetic = _one_line(str(made.get("diagnosis", "yes"))) if made.get("synthetic") else ""
    shares = [f"{probability:.{DECIMALS}f}" for probability in answer.prediction.probabilities]
    found = answer.prediction
    within = {None: "", True: "yes", False: "no"}[answer.in_scope]
    return [*head, within, found.decision, " ".join(found.prediction_set), *shares, synthetic, ""]


def line_of(row: Sequence[str]) -> bytes:
    """Return a row as a line of CSV."""
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerow(row)
    return buffer.getvalue().encode("utf-8", "backslashreplace")


def row_in(line: bytes, plan: TablePlan) -> list[str] | None:
    """Return the row of a line of CSV; None where it is cut or damaged."""
    try:
        (row,) = csv.reader([line.decode()], strict=True)
    except (UnicodeDecodeError, csv.Error, ValueError):
        return None
    return row if line.endswith(b"\n") and len(row) == len(plan.columns) else None


def _one_line(text: str) -> str:
    return " ".join(text.split())
