"""`lesionlab classifier calibrate`: probabilities that mean what they say, and prediction sets, into its card."""

from __future__ import annotations

from typing import Annotated

import typer

from lesionlab.cli.progress import progress_bar
from lesionlab.cli.training_choices import DEFAULT_DATA, SplitChoice


def calibrate(
    model: Annotated[str, typer.Argument(help="A classifier: run, name or folder; see `models list`.")],
    data: Annotated[str, typer.Option(help="A prepared data set, by name or folder.")] = DEFAULT_DATA,
    split: SplitChoice = None,
) -> None:
    """Fit a classifier's probabilities to natural prevalence, and prediction sets, on lesions that chose nothing.

    They are written into the model's card. What was measured of its earlier decisions is removed: measure it again.
    """
    from lesionlab.cli.evaluation_part import open_part
    from lesionlab.evaluation.calibration import calibrate_classifier
    from lesionlab.inference.catalogue import find_model
    from lesionlab.inference.predictor import Predictor
    from lesionlab.records.card import CARD_NAME, write_card

    predictor = Predictor(find_model(model, "classifier"))
    validation = open_part(data, "validation", predictor.folder, "", None, split)
    with progress_bar("Calibrating", "images") as progress:
        found = calibrate_classifier(predictor, validation, progress)
    write_card(predictor.folder, found.card)
    typer.echo(found.to_text())
    typer.echo(f"Card: {predictor.folder / CARD_NAME}")
