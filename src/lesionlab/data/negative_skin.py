"""Skin without a lesion, or with none that can be judged: bare, hairy, from afar, blurred, in collages; other scans."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from lesionlab.core.diagnoses import HAM10000_CODES
from lesionlab.core.seeds import MAX_SEED
from lesionlab.data.negative_canvas import (
    SIDE_PX,
    Draw,
    Field,
    blend,
    blob,
    colour,
    fractal,
    from_image,
    grid,
    noise,
    photographed,
    plain,
    skin,
    soft_step,
    softened,
    to_image,
)
from lesionlab.data.procedural import procedural_lesion


def bare_skin(draw: Draw) -> Field:
    """Draw skin without any lesion."""
    tone = plain(skin(draw)) * (1 + draw.uniform(0.01, 0.05) * fractal(draw, draw.uniform(2, 8))[..., None])
    pores = soft_step(noise(draw, draw.uniform(30, 90)) - 1.2, 0.8)
    return photographed(draw, tone * (1 - draw.uniform(0, 0.12) * pores[..., None]))


def hairy_skin(draw: Draw) -> Field:
    """Draw skin under hairs, without any lesion."""
    image = to_image(bare_skin(draw))
    pen, shade = ImageDraw.Draw(image), int(draw.integers(15, 110))
    along = draw.uniform(0, np.pi)
    for _ in range(draw.integers(8, 70)):
        angle, (x, y), length = along + draw.normal(0, 0.4), draw.uniform(0, SIDE_PX, 2), draw.uniform(15, 80)
        across, down = length * np.cos(angle), length * np.sin(angle)
        bend, sag = draw.normal(0, 6, 2)
        path = [(x, y), (x + across / 2 + bend, y + down / 2 + sag), (x + across, y + down)]
        pen.line(path, fill=(shade, int(shade * 0.8), int(shade * 0.65)), width=int(draw.integers(1, 3)))
    return from_image(image)


def creased_skin(draw: Draw) -> Field:
    """Draw the lines of a palm, a knuckle or a fold."""
    ridges = noise(draw, draw.uniform(4, 14), draw.uniform(0.15, 0.4)) + 0.4 * noise(draw, 30, 0.3)
    line = 1 - soft_step(np.abs(ridges) - 0.12, 0.25)
    return photographed(draw, bare_skin(draw) * (1 - draw.uniform(0.1, 0.5) * line[..., None]))


def limb(draw: Draw) -> Field:
    """Draw an arm, a hand or a leg before a ground, moles on it now and then."""
    at, angle = grid(), draw.uniform(0, np.pi)
    across = at.y * np.cos(angle) - at.x * np.sin(angle) + 0.08 * noise(draw, 2)
    half = draw.uniform(0.2, 0.6)
    round_shade = np.sqrt(np.clip(1 - (across / half) ** 2, 0.05, 1))
    arm = np.asarray(plain(skin(draw)) * (0.55 + 0.45 * round_shade)[..., None], np.float32)
    picture = blend(plain(colour(draw, 0.1)), arm, soft_step(np.asarray(half - np.abs(across), np.float32)))
    for _ in range(draw.integers(0, 6)):
        x, y = draw.uniform(-0.5, 0.5, 2)
        picture = blend(picture, (90, 55, 40), 0.8 * soft_step(blob(draw, draw.uniform(0.015, 0.05), (x, y))))
    return photographed(draw, picture)


def lesion_from_afar(draw: Draw) -> Field:
    """Draw a lesion as a phone without a dermatoscope takes it: a tenth of the side of much skin."""
    side = int(draw.integers(8, 18))
    small = np.asarray(_lesion(draw, side), np.float32)
    left, top = draw.integers(20, SIDE_PX - 40, 2)
    rim = small[[0, -1]].reshape(-1, 3).mean(axis=0)
    skin_around = rim * (1 + 0.03 * fractal(draw, 3)[..., None])
    canvas = np.asarray(skin_around, np.float32)
    canvas[top : top + side, left : left + side] += small - rim
    return photographed(draw, canvas)


def blurred_lesion(draw: Draw) -> Field:
    """Draw a lesion so far out of focus that nothing of it can be told."""
    return softened(from_image(_lesion(draw, SIDE_PX)), draw.uniform(0.14, 0.3) * SIDE_PX)


def collage(draw: Draw) -> Field:
    """Draw several small lesions side by side, as on a page or a screen."""
    cells = int(draw.integers(2, 5))
    side = SIDE_PX // cells
    image = to_image(plain((255, 255, 255) if draw.random() < 0.6 else colour(draw)))
    for place in range(cells**2):
        image.paste(_lesion(draw, side - 4), (place % cells * side + 2, place // cells * side + 2))
    return from_image(image)


def histology(draw: Draw) -> Field:
    """Draw stained tissue: pink ground, violet kernels."""
    picture = plain((int(draw.integers(215, 245)), int(draw.integers(150, 200)), int(draw.integers(190, 220))))
    picture = blend(picture, (250, 245, 248), soft_step(fractal(draw, 3) - 0.8, 0.3))
    kernels = soft_step(noise(draw, draw.uniform(25, 80)) - draw.uniform(0.8, 1.6), 0.4)
    return photographed(draw, blend(picture, (100, 60, 140), kernels))


def eye_ground(draw: Draw) -> Field:
    """Draw the back of an eye: an orange disc on black, with vessels."""
    disc = soft_step(blob(draw, draw.uniform(0.8, 1.0), (0.0, 0.0), 0.0), 0.03)
    tissue = plain((int(draw.integers(180, 225)), int(draw.integers(80, 120)), int(draw.integers(30, 60))))
    vessels = 1 - soft_step(np.abs(noise(draw, 5)) - 0.05, 0.08)
    tissue = blend(tissue, (120, 30, 20), 0.7 * vessels)
    spot = soft_step(blob(draw, 0.17, (draw.uniform(-0.6, 0.6), 0.0), 0.03), 0.1)
    return photographed(draw, blend(plain((4, 3, 3)), blend(tissue, (250, 220, 150), spot), disc))


def grey_scan(draw: Draw) -> Field:
    """Draw an X-ray or an ultrasound: grey shapes on black, speckled."""
    shape = soft_step(blob(draw, draw.uniform(0.5, 0.9), (0.0, 0.0), 0.2), 0.2)
    grey = 40 + 170 * shape * soft_step(fractal(draw, 4), 3) + draw.uniform(0, 25) * noise(draw, 180)
    return np.asarray(np.repeat(np.clip(grey, 0, 255)[..., None], 3, axis=2), np.float32)


def _lesion(draw: Draw, side_px: int) -> Image.Image:
    code = HAM10000_CODES[draw.integers(len(HAM10000_CODES))]
    return Image.fromarray(procedural_lesion(code, int(draw.integers(MAX_SEED)), side_px))


SKIN_KINDS = (
    *(bare_skin, hairy_skin, creased_skin, limb, lesion_from_afar, blurred_lesion, collage),
    *(histology, eye_ground, grey_scan),
)
