"""The part of a data set that a model is measured on, opened only when it can be measured there."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import typer

from lesionlab.core.errors import DataError, InputError
from lesionlab.core.home import home
from lesionlab.data.prepared import Part, PreparedData, open_prepared
from lesionlab.data.test_part import open_test_part
from lesionlab.evaluation.unseen import check_unseen
from lesionlab.records.card import ModelCard, read_card
from lesionlab.records.seen_groups import read_seen_groups

LEDGER_NAME = "test-openings.csv"


PartName = Literal["validation", "test", "external"]


def open_part(
    data_name: str,
    part: PartName,
    model: Path,
    purpose: str,
    ledger: Path | None,
    split: Path | None = None,
    judges: Sequence[Path] = (),
) -> Part:
    """Return the validation part, or another after its opening was written into the ledger.

    `judges` are further models that the model is measured with: none of them may have seen the part either.

    Raises:
        InputError: the test or the external part without a purpose.
        DataError: the data do not fit the model.
        LeakError: the model has seen images of this part.
    """
    if part != "validation" and not purpose.strip():
        raise InputError(f"The {part} part opens for a stated purpose only.", 'Add --purpose "why it is opened".')
    data, card = open_prepared(data_name, split), read_card(model)
    _check_fits(card, data)
    _check_unseen(model, "the model", data, part)
    for judge in judges:
        _check_unseen(judge, read_card(judge).name, data, part)
    if part == "validation":
        return data.part(part)
    return open_test_part(data, ledger or home() / LEDGER_NAME, purpose.strip(), part)


def _check_unseen(model: Path, who: str, data: PreparedData, part: PartName) -> None:
    card = read_card(model)
    if card.training.images and card.training.split_sha256 != data.split.sha256:
        check_unseen(read_seen_groups(model, card), data, part)
        note = f"{who} learned from '{card.training.data}', where no image of this part is, by id or lesion"
        typer.echo(f"note: {note}; pictures were not compared.", err=True)


def _check_fits(card: ModelCard, data: PreparedData) -> None:
    data.pixels(card.image.size_px)
    if card.classes != data.split.classes:
        raise DataError(
            f"The model knows {', '.join(card.classes)}; '{data.name}' has {', '.join(data.split.classes)}.",
            "Evaluate a model on data with its own class list.",
        )
