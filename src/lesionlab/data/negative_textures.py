"""Surfaces from close by: weave, draped cloth, wood, stone, gravel, leaves, water, bricks, fur."""

from __future__ import annotations

import numpy as np

from lesionlab.data.negative_canvas import (
    Draw,
    Field,
    blend,
    colour,
    fractal,
    grid,
    noise,
    photographed,
    plain,
    soft_step,
)


def weave(draw: Draw) -> Field:
    """Draw woven threads."""
    at, threads = grid(), draw.uniform(8, 40)
    across = np.sin(np.pi * threads * (at.x + 0.01 * noise(draw, 8))) * np.cos(np.pi * threads * at.y / 2)
    along = np.sin(np.pi * threads * (at.y + 0.01 * noise(draw, 8))) * np.cos(np.pi * threads * at.x / 2)
    relief = np.maximum(np.abs(across), np.abs(along)).astype(np.float32)
    picture = plain(colour(draw)) * (1 - draw.uniform(0.1, 0.6) * relief[..., None])
    return photographed(draw, blend(picture, colour(draw), 0.4 * soft_step(fractal(draw, 3), 1.5)))


def draped(draw: Draw) -> Field:
    """Draw a surface in folds, lit from the side."""
    height = fractal(draw, draw.uniform(1, 4), 3) + draw.uniform(0, 1) * noise(draw, draw.uniform(3, 10), 4)
    return photographed(draw, _lit_relief(draw, height, plain(colour(draw)), draw.uniform(4, 14)))


def wood(draw: Draw) -> Field:
    """Draw the grain of wood."""
    at, period = grid(), draw.uniform(0.05, 0.3)
    rings = np.sin((at.y + 0.15 * noise(draw, 2, 0.4) + 0.03 * noise(draw, 60, 0.1)) * 2 * np.pi / period)
    brown = np.array((draw.uniform(90, 210), draw.uniform(60, 150), draw.uniform(30, 100)), np.float32)
    picture = brown * (1 + 0.15 * np.asarray(rings, np.float32) + 0.08 * noise(draw, 150, 0.05))[..., None]
    return photographed(draw, np.asarray(picture if draw.random() < 0.5 else picture.transpose(1, 0, 2), np.float32))


def stone(draw: Draw) -> Field:
    """Draw marble, plaster or concrete."""
    veins = 1 - soft_step(np.abs(fractal(draw, draw.uniform(1, 4))) - draw.uniform(0.02, 0.2), 0.2)
    picture = plain(colour(draw)) + 14 * fractal(draw, 12)[..., None]
    return photographed(draw, blend(picture, colour(draw), draw.uniform(0, 0.8) * veins))


def gravel(draw: Draw) -> Field:
    """Draw pebbles, grains or cells: each pixel belongs to the nearest of many middles."""
    at, count = grid(), int(draw.integers(15, 110))
    middles = draw.uniform(-1.1, 1.1, (count, 2)).astype(np.float32)
    distances = np.hypot(at.x[..., None] - middles[:, 0], at.y[..., None] - middles[:, 1])
    nearest = np.partition(distances, 1, axis=-1)[..., :2]
    base, spread = np.array(colour(draw), np.float32), draw.uniform(5, 50)
    tones = (base + draw.normal(0, spread, (count, 1)) + draw.normal(0, spread / 3, (count, 3))).astype(np.float32)
    gap = soft_step(np.asarray(nearest[..., 1] - nearest[..., 0] - 0.02, np.float32), 0.05)
    return photographed(draw, tones[distances.argmin(axis=-1)] * (0.35 + 0.65 * gap[..., None]))


def leaves(draw: Draw) -> Field:
    """Draw leaves, grass or petals, one over the other."""
    at, picture = grid(), plain(colour(draw, 0.1)) * 0.4
    hue = np.array(colour(draw, 0.1) if draw.random() < 0.5 else (70, 130, 50), np.float32)
    for _ in range(draw.integers(20, 70)):
        (x, y), angle = draw.uniform(-1.1, 1.1, 2), draw.uniform(0, np.pi)
        along = (at.x - x) * np.cos(angle) + (at.y - y) * np.sin(angle)
        across = (at.y - y) * np.cos(angle) - (at.x - x) * np.sin(angle)
        length = draw.uniform(0.08, 0.45)
        inside = 1 - (along / length) ** 2 - (across / (length * draw.uniform(0.1, 0.5))) ** 2
        tone = hue * draw.uniform(0.5, 1.5) + draw.normal(0, 10, 3)
        picture = blend(picture, np.asarray(tone, np.float32), soft_step(np.asarray(inside, np.float32), 0.2))
    return photographed(draw, picture)


def water(draw: Draw) -> Field:
    """Draw ripples that shine."""
    height = noise(draw, draw.uniform(4, 20), 0.3) + 0.5 * noise(draw, 40, 0.4)
    blue = (int(draw.integers(10, 90)), int(draw.integers(60, 160)), int(draw.integers(90, 220)))
    return photographed(draw, _lit_relief(draw, height, plain(blue if draw.random() < 0.7 else colour(draw)), 5))


def bricks(draw: Draw) -> Field:
    """Draw a wall of bricks or slabs."""
    at, rows = grid(), draw.integers(3, 12)
    row = np.floor((at.y + 1) / 2 * rows)
    place = (at.x + 1) / 2 * rows * draw.uniform(0.4, 1.2) + 0.5 * (row % 2)
    joint = np.minimum(np.abs(place % 1 - 0.5), np.abs((at.y + 1) / 2 * rows % 1 - 0.5))
    tone = 1 + 0.2 * np.sin(12.9898 * row + 78.233 * np.floor(place))
    picture = plain(colour(draw)) * np.asarray(tone, np.float32)[..., None] + 8 * fractal(draw, 20)[..., None]
    return photographed(draw, blend(picture, colour(draw), 1 - soft_step(np.asarray(0.45 - joint, np.float32), 0.05)))


def fur(draw: Draw) -> Field:
    """Draw fur, carpet or hair that covers everything."""
    angle = noise(draw, 2)
    strands = np.where(angle > draw.normal(), noise(draw, 120, 12), noise(draw, 90, 0.1))
    picture = plain(colour(draw)) * (1 + draw.uniform(0.15, 0.45) * np.asarray(strands, np.float32)[..., None])
    return photographed(draw, blend(picture, colour(draw), 0.6 * soft_step(fractal(draw, 3), 1.0)))


def _lit_relief(draw: Draw, height: Field, picture: Field, depth: float) -> Field:
    down, across = np.gradient(height)
    angle = draw.uniform(0, 2 * np.pi)
    slope = np.clip(depth * (across * np.cos(angle) + down * np.sin(angle)), -0.8, 0.8)
    return np.asarray(picture * (1 + slope)[..., None], np.float32)


TEXTURES = (weave, draped, wood, stone, gravel, leaves, water, bricks, fur)
