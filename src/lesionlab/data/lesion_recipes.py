"""What each diagnosis looks like under the dermatoscope, simplified enough to be taught and learned."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from lesionlab.data.lesion_canvas import Canvas, Field, step

Colour = tuple[int, int, int]


@dataclass
class Look:
    """A lesion to be laid on skin: pigments that darken, paints that cover, and a relief that catches light."""

    melanin: Field
    blood: Field
    paints: list[tuple[Colour, Field]] = field(default_factory=list)
    relief: Field | None = None
    gloss: float = 0.0


def nevus(canvas: Canvas) -> Look:
    """Draw a mole: round, even, a regular network that fades at the rim, sometimes globules."""
    draw = canvas.rng.uniform
    depth = canvas.outline(draw(0.42, 0.66), draw(1.0, 1.25), draw(0.025, 0.05))
    body = step(depth, -draw(0.06, 0.14), draw(0.1, 0.22))
    centre = step(depth, 0.05, 0.5)
    grown = canvas.warped(0.055, 5)
    melanin = body * (draw(0.45, 1.0) + draw(-0.1, 0.4) * centre + 0.08 * canvas.fractal(4))
    if draw() < 0.7:
        cords = grown.network(draw(0.12, 0.17)) * (1 + 0.4 * canvas.noise(3))
        melanin += draw(0.4, 0.7) * body * cords * (1 - 0.5 * centre)
    else:
        globules = grown.dots(*_scatter(canvas, 45, 0.5, 0.02, 0.045))
        melanin += draw(0.3, 0.55) * body * globules
    return Look(melanin, 0.1 * body)


def melanoma(canvas: Canvas) -> Look:
    """Draw a melanoma: asymmetric, notched, of several colours, with a blue-white veil, dots and streaks."""
    draw = canvas.rng.uniform
    depth = canvas.outline(draw(0.5, 0.7), draw(1.2, 1.8), draw(0.14, 0.22), 2) + 0.045 * canvas.fractal(8, 2)
    body = step(depth, -0.05, draw(0.06, 0.14))
    dark = step(canvas.fractal(2), -draw(0.1, 0.4), 0.5)
    veil, pale = canvas.fractal(2), canvas.fractal(2)
    grown = canvas.warped(0.09, 4)
    cords = grown.network(draw(0.15, 0.23)) * step(canvas.noise(2), -0.2, 0.4) * (1 - 0.7 * dark)
    dots = grown.dots(*_scatter(canvas, 24, 0.8, 0.015, 0.045)) * step(depth, -0.08, 0.0)
    streaks = canvas.strokes(_streaks(canvas, int(draw(0, 9)))) * step(depth, -0.22, -0.04)
    melanin = body * (draw(0.5, 0.9) + draw(0.9, 1.7) * dark + 0.16 * canvas.fractal(5))
    melanin = np.maximum(melanin + 0.6 * body * cords, np.maximum(2.0 * dots, 1.3 * streaks))
    paints = [
        ((122, 136, 160), draw(0.45, 0.75) * body * step(veil, 0.1, 0.8) * step(depth, 0.05, 0.25)),
        ((226, 196, 186), draw(0.2, 0.7) * body * step(pale, 0.5, 1.0)),
    ]
    blood = body * (0.12 + draw(0.1, 0.5) * step(-veil, 0.3, 0.9))
    return Look(melanin, blood, paints, 0.05 * body * dark, gloss=0.1)


def basal_cell_carcinoma(canvas: Canvas) -> Look:
    """Draw a basal cell carcinoma: pink and pearly, branching vessels, now and then blue-grey nests."""
    draw = canvas.rng.uniform
    depth = canvas.outline(draw(0.45, 0.66), draw(1.0, 1.4), draw(0.06, 0.11))
    body = step(depth, -0.1, draw(0.1, 0.18))
    pearl = step(canvas.fractal(3), -0.4, 1.0)
    vessels = canvas.strokes(_trees(canvas, int(draw(2, 6))))
    nests = canvas.warped(0.05, 5).distance(*_scatter(canvas, int(draw(2, 8)), 0.42, 0.045, 0.11))
    nest_share = draw(0.4, 0.9) * (draw() < 0.6)
    crust = step(canvas.fractal(3), 0.55, 0.9) * (draw() < 0.4)
    paints = [
        ((252, 228, 226), body * (0.12 + 0.45 * pearl)),
        ((88, 90, 116), nest_share * body * (1 - step(nests, 0.5, 1.4))),
        ((168, 92, 50), 0.7 * crust * step(depth, 0.15, 0.3)),
        ((176, 38, 52), draw(0.6, 0.85) * vessels * step(depth, -0.12, 0.06)),
    ]
    relief = 0.12 * step(depth, -0.12, 0.25) + 0.02 * body * canvas.noise(7)
    return Look(0.06 * body, body * (0.34 + 0.1 * canvas.fractal(3)), paints, relief, gloss=0.9)


def benign_keratosis(canvas: Canvas) -> Look:
    """Draw a seborrhoeic keratosis: stuck on, sharp-edged, fissured, with milia dots and dark openings."""
    draw = canvas.rng.uniform
    depth = canvas.outline(draw(0.5, 0.7), draw(1.0, 1.5), draw(0.05, 0.1), 4) + 0.025 * canvas.noise(14)
    body = step(depth, -0.02, 0.04)
    folds = canvas.fractal(int(draw(5, 9)), 2)
    fissures = np.exp(-((folds * np.float32(1 / 0.16)) ** 2))
    grown = canvas.warped(0.03, 8)
    milia = grown.dots(*_scatter(canvas, int(draw(8, 26)), 0.58, 0.014, 0.034))
    openings = grown.dots(*_scatter(canvas, int(draw(3, 14)), 0.52, 0.024, 0.05))
    tan = canvas.fractal(3)
    melanin = body * (draw(0.4, 0.95) + 0.16 * tan + draw(0.25, 0.6) * fissures + 0.8 * openings)
    paints = [
        ((202, 158, 96), body * (0.26 + 0.1 * tan)),
        ((250, 240, 208), 0.8 * milia * body * (1 - openings)),
    ]
    relief = body * (0.1 - 0.045 * fissures + 0.02 * canvas.noise(18))
    return Look(melanin, 0.05 * body, paints, relief, gloss=0.12)


def actinic_keratosis(canvas: Canvas) -> Look:
    """Draw an actinic keratosis: a pink, ill-defined patch with pale follicles and whitish-yellow scale."""
    draw = canvas.rng.uniform
    depth = canvas.outline(draw(0.55, 0.8), draw(1.0, 1.6), draw(0.12, 0.2))
    body = step(depth, -0.14, draw(0.15, 0.3))
    centres, radii = _pores(canvas, draw(0.17, 0.24))
    distance = canvas.warped(0.03, 5).distance(centres, radii)
    follicle, halo = 1 - step(distance, 0.3, 1.0), np.exp(-((distance - 1.3) ** 2) * np.float32(4))
    flakes = canvas.noise(11) + 0.8 * canvas.noise(23) + 0.9 * canvas.noise(3)
    scale = step(flakes, draw(0.3, 0.8), 1.2) * step(depth, -0.05, 0.15)
    blood = body * (draw(0.26, 0.55) + 0.14 * canvas.fractal(4) + 0.14 * halo)
    paints = [
        ((244, 222, 188), 0.5 * body * follicle),
        ((251, 243, 226), draw(0.6, 0.95) * scale),
    ]
    return Look(0.14 * body, blood, paints, 0.035 * scale + 0.012 * body * canvas.noise(23), gloss=0.1)


def dermatofibroma(canvas: Canvas) -> Look:
    """Draw a dermatofibroma: a white scar-like centre within a soft brown ring of delicate network."""
    draw = canvas.rng.uniform
    depth = canvas.outline(draw(0.45, 0.64), draw(1.0, 1.25), draw(0.03, 0.05))
    body = step(depth, -0.18, 0.16)
    inner = draw(0.12, 0.2)
    scar = step(depth + 0.07 * canvas.fractal(5), inner, inner + draw(0.14, 0.24))
    cords = canvas.warped(0.03, 5).network(draw(0.1, 0.13))
    fibres = step(canvas.noise(7) + 0.7 * canvas.noise(15), -0.4, 0.9)
    melanin = body * (1 - scar) * (draw(0.35, 0.65) + draw(0.3, 0.5) * cords + 0.08 * canvas.fractal(4))
    paints = [((247, 228, 220), scar * (0.5 + 0.4 * fibres))]
    blood = body * (0.2 + 0.06 * canvas.fractal(3))
    return Look(melanin, blood, paints, 0.05 * body + 0.012 * scar * fibres, gloss=0.2)


def vascular(canvas: Canvas) -> Look:
    """Draw an angioma: crowded red to purple lagoons, sharply parted by pale septa."""
    draw = canvas.rng.uniform
    centres, radii = _crowd(canvas, int(draw(8, 22)), draw(0.3, 0.5), draw(0.1, 0.18))
    nearness, which = canvas.warped(0.06, 5).nearest(centres, radii)
    lagoon = 1 - step(nearness + 0.08 * canvas.noise(9), 0.82, 1.05)
    around = 1 - step(nearness, 0.9, 2.0)
    purple = np.clip(draw(-0.3, 0.9) + 0.3 * canvas.rng.standard_normal(len(radii)), 0, 1).astype(np.float32)[which]
    dark = (canvas.rng.random(len(radii)) < 0.2).astype(np.float32)[which]
    dome = np.sqrt(np.clip(1.1 - nearness**2, 0, 1)) * radii[which]
    paints = [
        ((226, 150, 156), 0.55 * around * (1 - lagoon)),
        ((188, 30, 48), 0.95 * lagoon * (1 - purple)),
        ((88, 26, 70), 0.95 * lagoon * purple),
        ((34, 8, 26), lagoon * (0.6 * dark + 0.25 * step(canvas.noise(4), -0.2, 0.9))),
    ]
    return Look(0 * lagoon, 0.3 * around, paints, 0.45 * dome, gloss=0.6)


RECIPES: dict[str, Callable[[Canvas], Look]] = {
    "akiec": actinic_keratosis,
    "bcc": basal_cell_carcinoma,
    "bkl": benign_keratosis,
    "df": dermatofibroma,
    "mel": melanoma,
    "nv": nevus,
    "vasc": vascular,
}


def _scatter(canvas: Canvas, count: int, spread: float, smallest: float, largest: float) -> tuple[Field, Field]:
    """Return `count` centres within a disc of radius `spread`, and radii."""
    angle = canvas.rng.uniform(0, 2 * np.pi, count)
    distance = spread * np.sqrt(canvas.rng.random(count))
    centres = np.stack((distance * np.cos(angle), distance * np.sin(angle)), 1)
    return centres.astype(np.float32), canvas.rng.uniform(smallest, largest, count).astype(np.float32)


def _pores(canvas: Canvas, spacing: float) -> tuple[Field, Field]:
    """Return follicle openings on a jittered triangular grid over the middle of the view."""
    steps = np.arange(-3, 4)
    row, column = (field.ravel() for field in np.meshgrid(steps, steps, indexing="ij"))
    grid = np.stack((spacing * (column + 0.5 * (row % 2)), spacing * 0.87 * row), 1)
    centres = grid + canvas.rng.normal(0, 0.16 * spacing, grid.shape)
    return centres.astype(np.float32), canvas.rng.uniform(0.02, 0.05, len(grid)).astype(np.float32)


def _crowd(canvas: Canvas, count: int, spread: float, radius: float) -> tuple[Field, Field]:
    """Return dots that push each other apart until they barely touch."""
    centres, radii = _scatter(canvas, count, spread, 0.6 * radius, 1.25 * radius)
    for _ in range(12):
        apart = centres[:, None] - centres[None]
        distance = np.hypot(apart[..., 0], apart[..., 1]) + np.eye(count, dtype=np.float32)
        overlap = np.clip(0.93 * (radii[:, None] + radii[None]) - distance, 0, None) * (1 - np.eye(count))
        centres += (0.25 * (overlap / distance)[..., None] * apart).sum(1).astype(np.float32)
        centres *= np.float32(0.985)
    return centres, radii


def _streaks(canvas: Canvas, count: int) -> list[tuple[Field, float, float]]:
    """Return short spokes that leave the rim on one side."""
    paths = []
    for angle in canvas.rng.uniform(0, 1.8, count) + canvas.rng.uniform(0, 2 * np.pi):
        inner, outer = canvas.rng.uniform(0.3, 0.5), canvas.rng.uniform(0.65, 0.9)
        direction = np.array([np.cos(angle), np.sin(angle)], np.float32)
        paths.append((np.stack((inner * direction, outer * direction)).astype(np.float32), 0.055, 0.02))
    return paths


def _trees(canvas: Canvas, count: int) -> list[tuple[Field, float, float]]:
    """Return vessels that enter from the rim and branch."""
    paths: list[tuple[Field, float, float]] = []
    for _ in range(count):
        angle = canvas.rng.uniform(0, 2 * np.pi)
        start = 0.62 * np.array([np.cos(angle), np.sin(angle)]).astype(np.float32)
        width = canvas.rng.uniform(0.02, 0.036)
        trunk = _wander(canvas, start, angle + np.pi + canvas.rng.uniform(-0.5, 0.5), 14, 0.065)
        paths.append((trunk, width, 0.4 * width))
        for knot in canvas.rng.integers(2, 12, 4):
            heading = angle + np.pi + canvas.rng.choice((-1.0, 1.0)) * canvas.rng.uniform(0.5, 1.2)
            paths.append((_wander(canvas, trunk[knot], heading, 7, 0.05), 0.6 * width, 0.25 * width))
    return paths


def _wander(canvas: Canvas, start: Field, heading: float, knots: int, stride: float) -> Field:
    turns = heading + np.cumsum(canvas.rng.normal(0, 0.28, knots))
    moves = stride * np.stack((np.cos(turns), np.sin(turns)), 1)
    return np.concatenate(([start], start + np.cumsum(moves, 0))).astype(np.float32)
