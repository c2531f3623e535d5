"""Where models are: the released ones, the user's own, the exports of runs, and any folder by its path."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

from lesionlab.core.errors import LesionLabError, ModelError
from lesionlab.core.names import a, did_you_mean
from lesionlab.core.resources import released_folder
from lesionlab.records.card import CARD_NAME, Kind, ModelCard, read_card
from lesionlab.records.exports import RELEASED, usual_places
from lesionlab.records.release import EXTRACTORS

COMMANDS: dict[Kind, str] = {
    "generator": "gan train",
    "classifier": "classifier train",
    "extractor": "models extractor",
}


class ListedModel(NamedTuple):
    """A model that was found: the name to give, its folder, and its card or why that cannot be read."""

    name: str
    folder: Path
    card: ModelCard | LesionLabError


def generator_folder() -> Path:
    """Return the folder of the released generator."""
    return released_folder() / "generator"


def classifier_folder() -> Path:
    """Return the folder of the released classifier."""
    return released_folder() / "classifier"


def released_extractors() -> list[Path]:
    """Return the folders of the released extractors: what images shaped first, then networks of random weights.

    Raises:
        ModelError: a card cannot be read.
    """
    folders = [model.folder for model in list_models() if model.folder.parent == released_folder() / EXTRACTORS]
    return sorted(folders, key=lambda folder: read_card(folder).training.images == 0)


def find_model(name_or_path: str, kind: Kind) -> Path:
    """Return the export folder of a model of this kind.

    `released`, the name of a released extractor, a folder in the home's `models/`, a run's name or number, or the path
    of an export, a run or a release.
    A name wins over a folder of the same name in the working directory: `./released` means that one.

    Raises:
        ModelError: there is none of this name, it is of another kind, or its card cannot be read.
    """
    named = [model for model in list_models() if name_or_path in _names(model)]
    others = [] if name_or_path == RELEASED else named  # a model of another kind, to be told as that
    folder = next((m.folder for m in [*(m for m in named if _kind_of(m) == kind), *others]), None)
    if folder is None and name_or_path != RELEASED:
        folder = _at_path(name_or_path, kind)
    if folder is None:
        raise _unknown(name_or_path, kind)
    card = read_card(folder)
    if card.kind != kind:
        raise ModelError(f"'{name_or_path}' is {a(card.kind)}, not {a(kind)}.", _known(kind))
    return folder


def list_models() -> list[ListedModel]:
    """Return all models in the usual places: the released ones first, then the user's own, then those of runs."""
    return [ListedModel(name, folder, _card_or_error(folder)) for name, folder in usual_places(released_folder())]


def _card_or_error(folder: Path) -> ModelCard | LesionLabError:
    try:
        return read_card(folder)
    except LesionLabError as error:
        return error


def _names(model: ListedModel) -> list[str]:
    # A run goes by its number too, however many zeros it is written with.
    number = model.name[:5]
    is_run = model.folder.name == "export" and number.isdigit()
    return [model.name, number, str(int(number))] if is_run else [model.name]


def _at_path(text: str, kind: Kind) -> Path | None:
    for folder in (Path(text), Path(text) / "export", Path(text) / kind):
        if (folder / CARD_NAME).is_file():
            return folder
    # A word with a separator is meant as a path: an error about it should speak of its card, not of names.
    separators = [os.sep, os.altsep or os.sep]
    return Path(text) if any(sep in text for sep in separators) or Path(text).is_file() else None


def _kind_of(model: ListedModel) -> str:
    return model.card.kind if isinstance(model.card, ModelCard) else ""


def _known(kind: Kind) -> str:
    names = [model.name for model in list_models() if _kind_of(model) == kind]
    return f"Known {kind}s: {', '.join(names)}." if names else f"Make one: `lesionlab {COMMANDS[kind]}`."


def _unknown(name: str, kind: Kind) -> ModelError:
    names = [model.name for model in list_models() if _kind_of(model) == kind]
    if name == RELEASED and kind == "extractor" and names:
        return ModelError("Released extractors go by names of their own.", _known(kind))
    if name == RELEASED:
        return ModelError(
            f"No released {kind} lies in {released_folder()}.",
            f"Install LesionLab again, or make one with `lesionlab {COMMANDS[kind]}`.",
        )
    cure = did_you_mean(name, names) if names else _known(kind)
    return ModelError(f"There is no {kind} '{name}'.", cure)
