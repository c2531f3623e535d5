"""The training cases nearest to an image, made ready for the page; pictures only where the data is at hand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lesionlab.core.diagnoses import Diagnosis, describe
from lesionlab.core.png import encode_png
from lesionlab.inference.nearest_cases import Case
from lesionlab.records.card import ModelCard
from lesionlab.web.data_address import data_address
from lesionlab.web.real_images import at_hand

PICTURE_PX = 96  # as the page shows them, at least


@dataclass(frozen=True)
class CaseShown:
    """A training case: what it is, how near, and its picture as a data: address, blank where it is not at hand."""

    image_id: str
    diagnosis: Diagnosis
    source: str
    distance: float
    picture: str


def training_cases(cases: list[Case], card: ModelCard) -> tuple[CaseShown, ...]:
    """Return cases as the page shows them, with the pictures of the prepared data that the card names."""
    pictures = _pictures(cases, card)
    return tuple(
        CaseShown(case.image_id, describe(case.diagnosis), case.source, case.distance, pictures.get(case.image_id, ""))
        for case in cases
    )


def _pictures(cases: list[Case], card: ModelCard) -> dict[str, str]:
    data = at_hand(card.training.data)
    if data is None:
        return {}
    # No image of another part is shown, also where the data at hand is split in another way than the model's was.
    part = data.part("train")
    wanted = {case.image_id for case in cases}
    places = [place for place, image_id in enumerate(part.image_ids) if image_id in wanted]
    pixels = data.take_pixels(data.size_for(PICTURE_PX), part.indices[np.array(places, dtype=np.int64)])
    return {part.image_ids[place]: data_address(encode_png(image)) for place, image in zip(places, pixels, strict=True)}
