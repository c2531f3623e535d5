"""Photo-like scenes of shapes and light: landscapes, rooms, things on tables and floors, heads, plates, night."""

from __future__ import annotations

import numpy as np

from lesionlab.data.negative_canvas import (
    Draw,
    Field,
    blend,
    blob,
    colour,
    fractal,
    grid,
    noise,
    photographed,
    plain,
    skin,
    soft_step,
    softened,
)
from lesionlab.data.negative_textures import bricks, draped, stone, weave, wood


def landscape(draw: Draw) -> Field:
    """Draw sky, hills and ground."""
    at = grid()
    sky = (int(draw.integers(90, 235)), int(draw.integers(140, 240)), int(draw.integers(180, 256)))
    picture = blend(plain(sky), (255, 240, 225), np.asarray(at.y / 2 + 0.5, np.float32))
    picture = blend(picture, (250, 250, 250), 0.6 * soft_step(fractal(draw, 3) - 1, 0.8))
    horizon = draw.uniform(-0.5, 0.4)
    for layer in range(draw.integers(1, 5)):
        ridge = horizon + 0.2 * layer + draw.uniform(0.02, 0.2) * noise(draw, draw.uniform(2, 12))[0]
        ground = plain(colour(draw, 0.15)) * (1 + 0.15 * fractal(draw, 10)[..., None])
        picture = blend(picture, ground, soft_step(np.asarray(at.y - ridge, np.float32)))
    return photographed(draw, picture)


def room(draw: Draw) -> Field:
    """Draw two walls and a floor with boxes before them."""
    at, corner, base = grid(), draw.uniform(-0.6, 0.6), draw.uniform(0, 0.6)
    wall = np.array(colour(draw), np.float32)
    picture = blend(plain(colour(draw)), wall, soft_step(np.asarray(at.x - corner, np.float32)))
    floor = soft_step(np.asarray(at.y - base - 0.4 * np.abs(at.x - corner), np.float32))
    picture = blend(picture, wood(draw), floor)
    for _ in range(draw.integers(1, 6)):
        picture = _box(draw, picture)
    return photographed(draw, picture)


def _box(draw: Draw, picture: Field) -> Field:
    at, (x, y), (w, h) = grid(), draw.uniform(-0.8, 0.8, 2), draw.uniform(0.1, 0.5, 2)
    inside = np.minimum(w - np.abs(at.x - x), h - np.abs(at.y - y)).astype(np.float32)
    surface = plain(colour(draw)) * (1 + 0.3 * (at.x - x)[..., None] / w)
    return blend(picture, np.asarray(surface, np.float32), soft_step(inside))


def _surface(draw: Draw) -> Field:
    kinds = (wood, stone, bricks, weave, draped)
    return plain(colour(draw)) if draw.random() < 0.35 else kinds[draw.integers(len(kinds))](draw)


def thing_on_surface(draw: Draw) -> Field:
    """Draw one thing that lies on a table, floor or wall, with its shadow."""
    x, y = draw.uniform(-0.2, 0.2, 2)
    depth = blob(draw, draw.uniform(0.35, 0.85), (x, y), draw.uniform(0.05, 0.6))
    shadow = np.roll(depth, tuple(draw.integers(-8, 9, 2).tolist()), axis=(0, 1))
    picture = _surface(draw) * (1 - draw.uniform(0, 0.6) * soft_step(shadow, 0.15))[..., None]
    fill = _surface(draw) * (1 + 0.25 * np.clip(noise(draw, 3), -2, 2))[..., None]
    return photographed(draw, blend(picture, np.asarray(fill, np.float32), soft_step(depth, 0.03)))


def long_thing(draw: Draw) -> Field:
    """Draw a thing with arms: bars that meet, such as a tool, a toy or a garment laid out."""
    at, inside = grid(), np.full(grid().x.shape, -1, np.float32)
    for _ in range(draw.integers(2, 6)):
        angle, width, length = draw.uniform(0, np.pi), draw.uniform(0.06, 0.35), draw.uniform(0.4, 1.0)
        x, y = draw.uniform(-0.25, 0.25, 2)
        along = (at.x - x) * np.cos(angle) + (at.y - y) * np.sin(angle)
        across = (at.y - y) * np.cos(angle) - (at.x - x) * np.sin(angle)
        inside = np.maximum(inside, np.minimum(width - np.abs(across), length - np.abs(along)))
    return photographed(draw, blend(_surface(draw), _surface(draw), soft_step(np.asarray(inside, np.float32), 0.03)))


def balls(draw: Draw) -> Field:
    """Draw balls, fruit or coins, shaded by a lamp."""
    at, picture, light = grid(), _surface(draw), draw.normal(0, 1, 3)
    light /= np.linalg.norm(light)
    for _ in range(draw.integers(1, 9)):
        (x, y), radius = draw.uniform(-0.8, 0.8, 2), draw.uniform(0.12, 0.6)
        u, v = (at.x - x) / radius, (at.y - y) / radius
        height = np.sqrt(np.clip(1 - u**2 - v**2, 0, 1))
        shade = np.clip(0.35 + 0.65 * (u * light[0] + v * light[1] + height * abs(light[2])), 0.1, 1)
        surface = plain(colour(draw)) * shade[..., None] + 140 * (shade**20)[..., None]
        inside = soft_step(np.asarray(1 - np.hypot(u, v), np.float32), 0.05)
        picture = blend(picture, np.asarray(surface, np.float32), inside)
    return photographed(draw, picture)


def head(draw: Draw) -> Field:
    """Draw a head with hair, eyes and a mouth before a ground."""
    tone, x = skin(draw), draw.uniform(-0.2, 0.2)
    picture = blend(_surface(draw), colour(draw, 0.1), soft_step(blob(draw, 0.95, (x, 1.35), 0.05)))
    hair = (int(draw.integers(10, 180)), int(draw.integers(10, 130)), int(draw.integers(5, 80)))
    picture = blend(picture, hair, soft_step(blob(draw, draw.uniform(0.6, 0.8), (x, -0.2), 0.1)))
    picture = blend(picture, tone, soft_step(blob(draw, 0.52, (x, 0.0), 0.06)))
    for side in (-0.2, 0.2):
        picture = blend(picture, (245, 245, 245), soft_step(blob(draw, 0.08, (x + side, -0.1), 0.05)))
        picture = blend(picture, (40, 30, 25), soft_step(blob(draw, 0.045, (x + side, -0.1), 0.02)))
    return photographed(draw, blend(picture, (170, 70, 75), soft_step(blob(draw, 0.11, (x, 0.27), 0.2))))


def plate(draw: Draw) -> Field:
    """Draw a plate or cup from above, with something in it."""
    x, y = draw.uniform(-0.15, 0.15, 2)
    radius = draw.uniform(0.5, 0.95)
    picture = blend(_surface(draw), (240, 240, 238), soft_step(blob(draw, radius, (x, y), 0.01)))
    food = plain(colour(draw)) * (1 + 0.2 * fractal(draw, 8)[..., None])
    return photographed(draw, blend(picture, food, soft_step(blob(draw, 0.7 * radius, (x, y), 0.05))))


def night(draw: Draw) -> Field:
    """Draw lights out of focus before the dark."""
    picture = plain((int(draw.integers(0, 50)), int(draw.integers(0, 45)), int(draw.integers(0, 60))))
    for _ in range(draw.integers(4, 30)):
        x, y = draw.uniform(-1, 1, 2)
        picture = blend(picture, colour(draw, 0.1), 0.7 * soft_step(blob(draw, draw.uniform(0.03, 0.3), (x, y), 0.02)))
    return photographed(draw, softened(picture, draw.uniform(0, 5)))


def crowd(draw: Draw) -> Field:
    """Draw many things of any shape before a surface."""
    picture = _surface(draw)
    for _ in range(draw.integers(6, 30)):
        x, y = draw.uniform(-1, 1, 2)
        depth = blob(draw, draw.uniform(0.08, 0.4), (x, y), draw.uniform(0.05, 0.5))
        surface = plain(colour(draw)) * (1 + 0.2 * noise(draw, draw.uniform(2, 20))[..., None])
        picture = blend(picture, np.asarray(surface, np.float32), soft_step(depth))
    return photographed(draw, picture)


SCENES = (landscape, room, thing_on_surface, long_thing, balls, head, plate, night, crowd)
