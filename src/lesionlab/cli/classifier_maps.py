"""`lesionlab classifier maps`: whether a classifier's class activation maps show what it goes by."""

from __future__ import annotations

from typing import Annotated

import typer

from lesionlab.cli.progress import progress_bar
from lesionlab.cli.training_choices import DEFAULT_DATA, SplitChoice


def maps(
    model: Annotated[str, typer.Option(help="A classifier: name, run or folder.")] = "released",
    data: Annotated[str, typer.Option(help="A prepared data set, by name or folder.")] = DEFAULT_DATA,
    split: SplitChoice = None,
    count: Annotated[int, typer.Option(min=1, help="Validation images to delete places of, drawn at random.")] = 64,
) -> None:
    """Delete the places that the map of the decided class names, and see how soon the class's logit falls.

    Beside it stand the same places deleted least important first, and in random order. If the map shows what the
    classifier goes by, its logit falls soonest in the map's order.
    """
    import numpy as np

    from lesionlab.cli.evaluation_part import open_part
    from lesionlab.core.seeds import derive_seed
    from lesionlab.evaluation.class_maps import deletion, deletion_text
    from lesionlab.inference.catalogue import find_model
    from lesionlab.inference.predictor import Predictor

    predictor = Predictor(find_model(model, "classifier"))
    part = open_part(data, "validation", predictor.folder, "", None, split)
    rows = np.sort(np.random.default_rng(derive_seed("maps")).permutation(len(part.indices))[:count])
    images = part.data.take_pixels(predictor.card.image.size_px, part.indices[rows])
    with progress_bar("Deleting", "images") as progress:
        found = deletion(predictor, images, progress)
    typer.echo(deletion_text(found, part.data.name, part.name))
