"""The part of a data set that a model is measured on, opened only when it can be measured there."""

from __future__ import annotations

from pathlib import Path

import typer

from lesionlab.core.errors import DataError, InputError
from lesionlab.core.home import home
from lesionlab.data.prepared import Part, PreparedData, open_prepared
from lesionlab.data.test_part import open_test_part
from lesionlab.records.card import ModelCard

LEDGER_NAME = "test-openings.csv"


def open_part(data_name: str, part: str, card: ModelCard, purpose: str, ledger: Path | None) -> Part:
    """Return the validation part, or the test part after its opening was written into the ledger.

    Raises:
        InputError: the test part without a purpose.
        DataError: the data do not fit the model, or are another split of the data that it was trained on.
    """
    if part == "test" and not purpose.strip():
        raise InputError("The test part opens for a stated purpose only.", 'Add --purpose "why it is opened".')
    data = open_prepared(data_name)
    _check_fits(card, data)
    if part == "test":
        return open_test_part(data, ledger or home() / LEDGER_NAME, purpose.strip())
    return data.part(part)


def _check_fits(card: ModelCard, data: PreparedData) -> None:
    data.pixels(card.image.size_px)
    if card.classes != data.split.classes:
        raise DataError(
            f"The model knows {', '.join(card.classes)}; '{data.name}' has {', '.join(data.split.classes)}.",
            "Evaluate a model on data with its own class list.",
        )
    if card.training.split_sha256 == data.split.sha256:
        return
    if card.training.data == data.name:
        raise DataError(
            f"The model was trained on split {card.training.split_sha256[:12]} of '{data.name}', and this is split "
            f"{data.split.sha256[:12]}: images it has learned from may lie in this part.",
            "Prepare the data with the split of the model, or train on this one.",
        )
    trained_on = card.training.data
    typer.echo(f"note: the model learned from '{trained_on}'; this holds only if no lesion is in both.", err=True)
