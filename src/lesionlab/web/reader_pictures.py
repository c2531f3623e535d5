"""The pictures of a reader game: as many real as synthetic, of the same diagnoses, in an order that tells nothing."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from PIL import Image

from lesionlab.core.errors import DataError, LesionLabError
from lesionlab.core.imaging import Pixels
from lesionlab.core.seeds import MAX_SEED, derive_seed
from lesionlab.data.prepared import Part
from lesionlab.evaluation.reference import held_out_part
from lesionlab.inference.recipe import Recipe
from lesionlab.records.card import ModelCard
from lesionlab.records.seen_groups import read_seen_groups
from lesionlab.web.models_in_use import models_in_use
from lesionlab.web.real_images import prepared


class NoRealSideError(LesionLabError):
    """The game has no real images to show."""

    http_status = 409
    code = "no_real_images"


@dataclass(frozen=True)
class Picture:
    """One picture: what it is, and its file, which does not tell."""

    synthetic: bool
    diagnosis: str
    name: str  # the id of a real image, the seed of a synthetic one
    png: bytes


def held_out() -> Part:
    """Return the real images that the generator learned nothing from, at hand at its size.

    Raises:
        NoRealSideError: the data is not prepared here, not at this size, or has no such images.
        ModelError: the generator is missing or damaged.
    """
    card = models_in_use().card("generator")
    folder = models_in_use().config.generator
    size_px = card.image.size_px
    try:
        data = prepared(card.training.data)
        part = held_out_part(data, read_seen_groups(folder, card))
    except DataError as error:
        raise NoRealSideError(f"There are no real images to set beside. {error.cause}", error.cure) from error
    if size_px not in data.sizes_px:
        arguments = " ".join(data.record.arguments)
        raise NoRealSideError(
            f"'{data.name}' is not prepared at {size_px} px, the size of the generator's images.",
            f"Add it: `lesionlab data prepare {arguments} --name {data.name} --size {size_px}`.",
        )
    return part


def draw_pictures(count: int, seed: int) -> tuple[Picture, ...]:
    """Return `count` pictures, an even number, half of them real; the same seed draws the same.

    A real image is of a lesion that the generator learned nothing from, and no lesion comes twice. For each there is a
    synthetic one of its diagnosis. Diagnoses come in turn, so that a rare one is as frequent as moles.

    Raises:
        NoRealSideError: there are no real images, or too few; see `held_out`.
        ModelError: the generator is missing or damaged.
    """
    card, part = models_in_use().card("generator"), held_out()
    draw = np.random.default_rng(derive_seed("reader game", seed))
    places = _places(part, card, count // 2, draw)
    codes = [part.classes[part.labels[place]] for place in places]
    recipes = [Recipe(int(number), code) for number, code in zip(_seeds(draw, len(codes)), codes, strict=True)]
    real = part.data.take_pixels(card.image.size_px, part.indices[places])
    pictures = [
        *(Picture(False, code, part.image_ids[i], flat_png(p)) for i, code, p in zip(places, codes, real, strict=True)),
        *(
            Picture(True, recipe.diagnosis, str(recipe.seed), flat_png(pixels))
            for recipe, pixels in zip(recipes, models_in_use().sample(recipes), strict=True)
        ),
    ]
    return tuple(pictures[place] for place in draw.permutation(len(pictures)))


def flat_png(pixels: Pixels) -> bytes:
    """Return pixels, uint8 [H, W, 3], as a PNG that is not compressed: its length depends on the size alone."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG", compress_level=0)
    return buffer.getvalue()


def _places(part: Part, card: ModelCard, wanted: int, draw: np.random.Generator) -> list[int]:
    """Draw one image of each of `wanted` lesions, by diagnosis in turn."""
    order = draw.permutation(len(part.labels)).tolist()
    first_of_group = {part.groups[place]: place for place in reversed(order)}
    waiting = {
        code: [i for i in order if first_of_group[part.groups[i]] == i and part.labels[i] == label]
        for label, code in enumerate(part.classes)
        if code in card.classes
    }
    places: list[int] = []
    while len(places) < wanted and any(waiting.values()):
        codes = [code for code in waiting if waiting[code]]
        places += [waiting[code].pop() for code in draw.permutation(codes).tolist()]
    if len(places) < wanted:
        raise NoRealSideError(
            f"Only {len(places)} lesions are held out from the generator; the game asks for {wanted}.",
            "Play with fewer pictures.",
        )
    return places[:wanted]


def _seeds(draw: np.random.Generator, count: int) -> list[int]:
    return [int(value) for value in draw.integers(0, MAX_SEED, count, endpoint=True)]
