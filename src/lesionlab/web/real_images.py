"""Real images to set beside synthetic ones, where the data that a model learned from is prepared on this machine."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from flask import current_app

from lesionlab.core.diagnoses import Diagnosis, describe
from lesionlab.core.errors import DataError
from lesionlab.core.home import cache_folder
from lesionlab.core.png import encode_png
from lesionlab.core.seeds import derive_seed
from lesionlab.data.prepared import PreparedData, open_prepared
from lesionlab.data.prepared_record import RECORD_NAME
from lesionlab.records.card import ModelCard
from lesionlab.web.data_address import data_address

_EXTENSION = "lesionlab.prepared"


@dataclass(frozen=True)
class RealShown:
    """A real image: its id, diagnosis and source, and its picture as a data: address."""

    image_id: str
    diagnosis: Diagnosis
    source: str
    picture: str


class PreparedHere:
    """Prepared sets by name, each opened once; one that was prepared anew is opened anew."""

    def __init__(self) -> None:
        self._opened: dict[Path, tuple[int, PreparedData]] = {}

    def get(self, name: str) -> PreparedData:
        """Return the prepared set of this name.

        Raises:
            DataError: there is none, or it is damaged.
        """
        place = cache_folder() / name
        known = self._opened.get(place)
        if known is not None and _written(known[1]) == known[0]:
            return known[1]
        data = open_prepared(name)
        self._opened[place] = (_written(data), data)
        return data


def use_prepared(app_extensions: dict[str, object]) -> None:
    """Put an empty memory of prepared sets into an app's extensions."""
    app_extensions[_EXTENSION] = PreparedHere()


def prepared(name: str) -> PreparedData:
    """Return the prepared set of this name.

    Raises:
        DataError: there is none, or it is damaged.
    """
    here = current_app.extensions[_EXTENSION]
    assert isinstance(here, PreparedHere)
    return here.get(name)


def at_hand(name: str) -> PreparedData | None:
    """Return the prepared set that a model's card names, for looking at its training images; None where it is not here.

    No external set is one: it is for testing alone.
    """
    try:
        data = prepared(name)
    except DataError:
        return None
    return None if data.record.external else data


def real_images(card: ModelCard, codes: tuple[str, ...], each: int, seed: int) -> tuple[RealShown, ...]:
    """Return training images of these diagnoses at the model's size, drawn by a seed; none where they are not here."""
    data = at_hand(card.training.data)
    if data is None or card.image.size_px not in data.sizes_px:
        return ()
    part = data.part("train")
    draw = np.random.default_rng(derive_seed("real images beside", seed))
    places: list[int] = []
    for code in codes:
        there = np.flatnonzero(part.labels == part.classes.index(code)) if code in part.classes else np.array([], int)
        places += draw.permutation(there)[:each].tolist()
    pixels = data.take_pixels(card.image.size_px, part.indices[np.array(places, np.int64)])
    sources = part.column("source")
    return tuple(
        RealShown(
            part.image_ids[place],
            describe(part.classes[part.labels[place]]),
            sources[place],
            data_address(encode_png(image)),
        )
        for place, image in zip(places, pixels, strict=True)
    )


def _written(data: PreparedData) -> int:
    try:
        return (data.folder / RECORD_NAME).stat().st_mtime_ns
    except OSError:
        return 0
