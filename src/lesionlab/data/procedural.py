"""Procedural lesions: drawn by rules, seeded, for tests, teaching and examples; no patient is behind them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lesionlab.core.diagnoses import find_diagnosis
from lesionlab.core.errors import InputError
from lesionlab.core.seeds import check_seed, derive_seed
from lesionlab.data.lesion_canvas import Canvas, Field, step
from lesionlab.data.lesion_recipes import RECIPES, Look

SIZE_RANGE_PX = (8, 1024)
DRAWING_VERSION = 1  # raise it whenever a drawing changes: prepared sets of drawings are then made anew

# Skin from light to dark; the examples span it although HAM10000 does not.
_SKIN = np.array(
    [(246, 219, 205), (238, 201, 181), (226, 181, 155), (205, 154, 122), (172, 121, 91), (133, 90, 65), (98, 66, 49)],
    np.float32,
)
# How much a unit of pigment darkens red, green and blue.
_MELANIN = np.array((0.52, 0.86, 1.1), np.float32)
_BLOOD = np.array((0.12, 0.78, 0.6), np.float32)


def procedural_lesion(diagnosis: str, seed: int, size_px: int) -> NDArray[np.uint8]:
    """Draw the lesion of this diagnosis and seed: uint8 [size_px, size_px, 3].

    The same lesion appears at every size. Platforms may differ by one grey level where rounding is close.

    Raises:
        InputError: unknown diagnosis, or seed or size out of range.
    """
    return procedural_view(diagnosis, seed, 0, size_px)


def procedural_view(diagnosis: str, seed: int, view: int, size_px: int) -> NDArray[np.uint8]:
    """Draw one picture of a lesion: another `view` turns, shifts and lights the same lesion anew.

    Raises:
        InputError: unknown diagnosis, or seed or size out of range.
    """
    find_diagnosis(diagnosis)
    check_seed(seed)
    if not SIZE_RANGE_PX[0] <= size_px <= SIZE_RANGE_PX[1]:
        raise InputError(f"Size {size_px} px is not accepted.", f"Give {SIZE_RANGE_PX[0]} to {SIZE_RANGE_PX[1]}.")
    of_lesion, of_view = _generator(diagnosis, seed), _generator(diagnosis, seed, view)
    shift = (of_view.uniform(-0.12, 0.12), of_view.uniform(-0.12, 0.12))
    canvas = Canvas(size_px, of_lesion, of_view.uniform(0.85, 1.2), shift)
    image = _lay_on_skin(canvas, RECIPES[diagnosis](canvas))
    image = np.rot90(image, int(of_view.integers(4)))
    if of_view.random() < 0.5:
        image = image[:, ::-1]
    image = _photograph(image, Canvas(size_px, of_view, 1.0, (0.0, 0.0)))
    return (np.clip(image, 0, 255) + 0.5).astype(np.uint8)


def _generator(*key: int | str) -> np.random.Generator:
    return np.random.Generator(np.random.Philox(key=derive_seed("procedural", *key)))


def _lay_on_skin(canvas: Canvas, look: Look) -> Field:
    """Return skin that carries the lesion: float32 [S, S, 3], 0..255."""
    place = canvas.rng.beta(1.1, 1.9) * (len(_SKIN) - 1.001)
    tone = (1 - place % 1) * _SKIN[int(place)] + place % 1 * _SKIN[int(place) + 1]
    melanin = look.melanin + 0.05 * canvas.fractal(3) + 0.03 * np.abs(canvas.noise(18))
    blood = look.blood + 0.06 * canvas.fractal(2) + 0.04 * canvas.noise(28)
    density = np.clip(melanin, -0.2, None)[..., None] * _MELANIN + np.clip(blood, -0.2, None)[..., None] * _BLOOD
    image = tone.astype(np.float32) * np.exp(-density)
    for colour, cover in look.paints:
        alpha = np.clip(cover, 0, 1)[..., None]
        image += alpha * (np.array(colour, np.float32) - image)
    return image if look.relief is None else _shine(image, look.relief, canvas, look.gloss)


def _shine(image: Field, relief: Field, canvas: Canvas, gloss: float) -> Field:
    """Shade the relief by a lamp at the upper left and add its highlights."""
    uphill: Field = np.add(*np.gradient(relief))
    slope = np.clip(uphill * np.float32(-0.5 / canvas.pixel), -1, 1)
    image = image * (1 + 0.22 * slope)[..., None]
    highlight = np.float32(gloss) * step(-slope, 0.25, 0.9)
    return image + (0.55 * highlight)[..., None] * (255 - image)


def _photograph(image: Field, canvas: Canvas) -> Field:
    """Add what the camera adds: uneven light, a colour cast, hairs now and then, a dark rim, grain."""
    draw = canvas.rng.uniform
    angle = draw(0, 2 * np.pi)
    light = 1 + draw(0, 0.12) * (canvas.x * np.float32(np.cos(angle)) + canvas.y * np.float32(np.sin(angle)))
    distance = np.hypot(canvas.x, canvas.y)
    light -= draw(0.02, 0.14) * distance**2
    if draw() < 0.04:
        light *= 1 - step(distance, 1.12, 1.25)
    cast = canvas.rng.normal(1, 0.025, 3).astype(np.float32)
    if draw() < 0.22:
        shade = np.array((46, 32, 26), np.float32) * np.float32(draw(0.5, 1.8))
        image = image + (0.85 * canvas.strokes(_hairs(canvas)))[..., None] * (shade - image)
    grain = canvas.rng.normal(0, 2, image.shape[:2]).astype(np.float32)
    return (image * light[..., None] * cast + grain[..., None]).astype(np.float32, copy=False)


def _hairs(canvas: Canvas) -> list[tuple[Field, float, float]]:
    hairs = []
    along = canvas.rng.uniform(0, np.pi)
    for _ in range(canvas.rng.integers(1, 6)):
        angle = along + canvas.rng.normal(0, 0.5)
        direction = np.array([np.cos(angle), np.sin(angle)])
        normal = np.array([-direction[1], direction[0]])
        middle, length = canvas.rng.uniform(-0.8, 0.8, 2), canvas.rng.uniform(0.5, 1.3)
        t = np.linspace(-1, 1, 9)[:, None]
        bend = canvas.rng.normal(0, 0.15)
        path = middle + length * t * direction + bend * (1 - t**2) * normal
        hairs.append((path.astype(np.float32), 0.018, 0.01))
    return hairs
