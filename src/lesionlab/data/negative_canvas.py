"""Drawing tools of pictures that are no lesions: colours, smooth noise, shapes, light and grain."""

from __future__ import annotations

import colorsys
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

SIDE_PX = 128  # drawn at this size and reduced, so that edges are smooth
SKIN = ((246, 219, 205), (232, 190, 168), (220, 170, 150), (200, 150, 120), (150, 105, 80), (100, 68, 50))

Colour = tuple[int, int, int]
Field = NDArray[np.float32]  # [SIDE_PX, SIDE_PX], or with three channels
Draw = np.random.Generator


@dataclass(frozen=True)
class Grid:
    """Coordinates of the picture's pixels, -1 to 1."""

    x: Field
    y: Field


def grid() -> Grid:
    """Return the coordinates of all pixels."""
    axis = np.linspace(-1, 1, SIDE_PX, dtype=np.float32)
    return Grid(np.broadcast_to(axis, (SIDE_PX, SIDE_PX)), np.broadcast_to(axis[:, None], (SIDE_PX, SIDE_PX)))


def skin(draw: Draw) -> Colour:
    """Draw a colour of skin, from light to dark, sometimes reddened."""
    one, other = draw.choice(len(SKIN), 2)
    share = draw.random()
    tone = share * np.array(SKIN[one]) + (1 - share) * np.array(SKIN[other])
    return _colour(tone + draw.normal(0, 8, 3) + np.array((10, -12, -6)) * draw.random())


def colour(draw: Draw, like_skin: float = 0.35) -> Colour:
    """Draw any colour, or with this probability one of skin, so that skin's colour alone says nothing."""
    if draw.random() < like_skin:
        return skin(draw)
    hue, light, saturation = draw.random(), draw.uniform(0.05, 0.95), draw.beta(1.2, 1.6)
    return _colour(np.array(colorsys.hls_to_rgb(hue, light, saturation)) * 255)


def _colour(values: NDArray[np.floating]) -> Colour:
    red, green, blue = np.clip(np.rint(values), 0, 255).astype(int).tolist()
    return red, green, blue


def plain(of: Colour) -> Field:
    """Return a picture of one colour: float32 [S, S, 3]."""
    return np.broadcast_to(np.array(of, np.float32), (SIDE_PX, SIDE_PX, 3)).copy()


def noise(draw: Draw, cells: float, stretch: float = 1.0) -> Field:
    """Return smooth noise of zero mean and unit deviation, so many cells down, `stretch` times fewer across."""
    down, across = max(2, round(cells) + 2), max(2, round(cells / stretch) + 2)
    lattice = Image.fromarray(draw.standard_normal((down, across)).astype(np.float32))
    values = np.asarray(lattice.resize((SIDE_PX, SIDE_PX), Image.Resampling.BICUBIC))
    return np.asarray((values - values.mean()) / (values.std() + 1e-6), np.float32)


def fractal(draw: Draw, cells: float, octaves: int = 4) -> Field:
    """Return noise with finer detail of half the strength in each octave; unit deviation."""
    total = np.asarray(sum(noise(draw, cells * 2**octave) * 0.5**octave for octave in range(octaves)), np.float32)
    return np.asarray(total / total.std(), np.float32)


def blend(picture: Field, of: Colour | Field, cover: Field) -> Field:
    """Lay a colour, or another picture, over a picture where `cover` [S, S] is 1."""
    share = np.clip(cover, 0, 1)[..., None]
    return np.asarray(picture + share * (np.asarray(of, np.float32) - picture), np.float32)


def soft_step(values: NDArray[np.floating], width: float = 0.02) -> Field:
    """Return 0 where values are negative and 1 where they are positive, with an edge of this width."""
    return np.asarray(np.clip(values / width + 0.5, 0, 1), np.float32)


def blob(draw: Draw, radius: float, middle: tuple[float, float], wobble: float = 0.15) -> Field:
    """Return the depth inside a rounded shape: positive within."""
    at = grid()
    angle = np.arctan2(at.y - middle[1], at.x - middle[0])
    reach = radius * (
        1 + sum(wobble / k * draw.normal() * np.cos(k * angle + draw.uniform(0, 6.3)) for k in range(2, 7))
    )
    return np.asarray(reach - np.hypot(at.x - middle[0], at.y - middle[1]), np.float32)


def shapes(draw: Draw, picture: Field, count: int, largest: float = 0.5) -> Field:
    """Draw so many ellipses, boxes and polygons of any colour onto a picture."""
    image = to_image(picture)
    pen = ImageDraw.Draw(image)
    for _ in range(count):
        left, top = draw.uniform(-0.1, 0.9, 2) * SIDE_PX
        width, height = draw.uniform(0.05, largest, 2) * SIDE_PX
        box, fill = (left, top, left + width, top + height), colour(draw)
        kind = draw.integers(3)
        if kind == 0:
            pen.ellipse(box, fill=fill)
        elif kind == 1:
            pen.rectangle(box, fill=fill)
        else:
            points = draw.uniform(0, 1, (int(draw.integers(3, 7)), 2)) * (width, height) + (left, top)
            pen.polygon([tuple(point) for point in points.tolist()], fill=fill)
    return from_image(image)


def lit(draw: Draw, picture: Field, strength: float = 0.35) -> Field:
    """Light a picture from one side, with a vignette now and then."""
    at, angle = grid(), draw.uniform(0, 2 * np.pi)
    light = 1 + draw.uniform(0, strength) * (at.x * np.cos(angle) + at.y * np.sin(angle))
    if draw.random() < 0.3:
        light = light - draw.uniform(0.05, 0.4) * (at.x**2 + at.y**2) / 2
    return np.asarray(picture * light[..., None], np.float32)


def photographed(draw: Draw, picture: Field) -> Field:
    """Add what a camera adds: light, a colour cast, softness, grain."""
    cast = draw.normal(1, 0.05, 3).astype(np.float32)
    soft = softened(lit(draw, picture) * cast, draw.uniform(0, 2.2))
    grain = draw.normal(0, draw.uniform(0, 6), (SIDE_PX, SIDE_PX, 1)).astype(np.float32)
    return np.asarray(soft + grain, np.float32)


def softened(picture: Field, radius_px: float) -> Field:
    """Blur a picture by a Gaussian of this radius."""
    return from_image(to_image(picture).filter(ImageFilter.GaussianBlur(radius_px)))


def to_image(picture: Field) -> Image.Image:
    """Return float32 [S, S, 3] of 0..255 as an image."""
    return Image.fromarray(np.clip(np.rint(picture), 0, 255).astype(np.uint8))


def from_image(image: Image.Image) -> Field:
    """Return an image as float32 [S, S, 3]."""
    return np.asarray(image.convert("RGB"), np.float32)
