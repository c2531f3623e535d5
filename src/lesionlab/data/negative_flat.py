"""Pictures that no camera took: gradients, noise, patterns, drawings, charts, screenshots, pages of text."""

from __future__ import annotations

import numpy as np
from PIL import ImageDraw

from lesionlab.data.negative_canvas import (
    SIDE_PX,
    Colour,
    Draw,
    Field,
    blend,
    blob,
    colour,
    fractal,
    from_image,
    grid,
    noise,
    plain,
    shapes,
    soft_step,
    to_image,
)

WORDS = "the of lesion page data menu file view 2024 OK cancel search image result total mean note and with for 17 3.2"


def gradient(draw: Draw) -> Field:
    """Draw colours that run into each other along a line or from a middle."""
    at, angle = grid(), draw.uniform(0, 2 * np.pi)
    along = at.x * np.cos(angle) + at.y * np.sin(angle)
    if draw.random() < 0.4:
        along = np.hypot(at.x - draw.uniform(-0.5, 0.5), at.y - draw.uniform(-0.5, 0.5)) * 2 - 1
    picture = blend(plain(colour(draw)), colour(draw), np.asarray(along / 2.4 + 0.5, np.float32))
    return picture if draw.random() < 0.5 else blend(picture, colour(draw), np.asarray(at.y / 2 + 0.5, np.float32))


def static(draw: Draw) -> Field:
    """Draw noise: grey or coloured, fine or coarse."""
    middle, spread, cells = np.array(colour(draw), np.float32), draw.uniform(15, 90), draw.uniform(16, 128)
    if draw.random() < 0.5:
        return np.asarray(middle + spread * noise(draw, cells)[..., None], np.float32)
    return np.asarray(middle + spread * np.stack([noise(draw, cells) for _ in range(3)], axis=-1), np.float32)


def colour_clouds(draw: Draw) -> Field:
    """Draw smooth clouds of any colours."""
    picture = plain(colour(draw))
    for _ in range(draw.integers(1, 5)):
        cloud = fractal(draw, draw.uniform(1, 5), int(draw.integers(1, 5)))
        picture = blend(picture, colour(draw), soft_step(cloud, draw.uniform(0.1, 2)))
    return picture


def stripes(draw: Draw) -> Field:
    """Draw stripes, straight or bent, or a plaid of two directions."""
    at, picture = grid(), plain(colour(draw))
    for _ in range(draw.integers(1, 3)):
        angle, period = draw.uniform(0, np.pi), draw.uniform(0.05, 0.6)
        place = at.x * np.cos(angle) + at.y * np.sin(angle) + draw.uniform(0, 0.1) * noise(draw, 3)
        wave = np.sin(2 * np.pi * place / period).astype(np.float32) - draw.uniform(-0.6, 0.6)
        picture = blend(picture, colour(draw), soft_step(wave, 0.3) * np.float32(draw.uniform(0.4, 1)))
    return picture


def tiles(draw: Draw) -> Field:
    """Draw a checkerboard or coloured tiles."""
    at, cells = grid(), draw.integers(2, 14)
    rows, columns = ((side * 0.4999 + 0.5) * cells for side in (at.y, at.x))
    if draw.random() < 0.5:
        odd = (rows.astype(int) + columns.astype(int)) % 2
        return blend(plain(colour(draw)), colour(draw), np.asarray(odd, np.float32))
    colours = np.array([colour(draw) for _ in range(cells**2)], np.float32)
    return np.asarray(colours[rows.astype(int) * cells + columns.astype(int)], np.float32)


def rings(draw: Draw) -> Field:
    """Draw rings about a middle, such as of a target or a drain."""
    at, picture = grid(), plain(colour(draw))
    x, y = draw.uniform(-0.3, 0.3, 2)
    distance = np.hypot(at.x - x, (at.y - y) * draw.uniform(0.7, 1.4))
    for radius in np.sort(draw.uniform(0.1, 1.1, int(draw.integers(1, 7))))[::-1]:
        picture = blend(picture, colour(draw), soft_step(np.asarray(radius - distance, np.float32)))
    return picture


def cartoon(draw: Draw) -> Field:
    """Draw flat shapes with outlines on a flat ground."""
    picture = plain(colour(draw))
    for _ in range(draw.integers(2, 8)):
        x, y = draw.uniform(-0.8, 0.8, 2)
        depth = blob(draw, draw.uniform(0.1, 0.5), (x, y), draw.uniform(0, 0.4))
        picture = blend(blend(picture, (20, 20, 20), soft_step(depth + 0.03)), colour(draw, 0.2), soft_step(depth))
    return picture


def line_drawing(draw: Draw) -> Field:
    """Draw pen strokes on paper."""
    paper, ink = (int(draw.integers(225, 256)),) * 3, (int(draw.integers(0, 90)),) * 3
    image = to_image(plain(paper if draw.random() < 0.6 else colour(draw)))
    pen = ImageDraw.Draw(image)
    for _ in range(draw.integers(5, 30)):
        start, walk = draw.uniform(0, SIDE_PX, 2), np.cumsum(draw.normal(0, 10, (12, 2)), axis=0)
        pen.line([tuple(point) for point in (start + walk).tolist()], fill=ink, width=int(draw.integers(1, 4)))
    return from_image(image)


def text_page(draw: Draw) -> Field:
    """Draw a page of text, dark on light or light on dark."""
    light = draw.random() < 0.75
    ground: Colour = (int(draw.integers(225, 256)),) * 3 if light else (int(draw.integers(0, 60)),) * 3
    image = to_image(plain(ground if draw.random() < 0.7 else colour(draw)))
    pen, ink = ImageDraw.Draw(image), (30, 30, 30) if light else (220, 220, 220)
    _write_lines(draw, pen, (6, 6, SIDE_PX - 6, SIDE_PX - 6), ink)
    return from_image(image)


def screenshot(draw: Draw) -> Field:
    """Draw a window: bars, boxes, buttons, words, a picture now and then."""
    image = to_image(plain(colour(draw, 0.1) if draw.random() < 0.4 else (245, 245, 247)))
    pen, bar = ImageDraw.Draw(image), int(draw.integers(6, 16))
    pen.rectangle((0, 0, SIDE_PX, bar), fill=colour(draw, 0.1))
    for _ in range(draw.integers(2, 7)):
        left, top = draw.uniform(0, 0.7, 2) * SIDE_PX
        box = (left, top + bar, left + draw.uniform(15, 75), top + bar + draw.uniform(10, 55))
        pen.rectangle(box, fill=colour(draw, 0.3) if draw.random() < 0.5 else (255, 255, 255), outline=(150, 150, 150))
        if draw.random() < 0.7:
            _write_lines(draw, pen, (box[0] + 3, box[1] + 2, box[2], box[3]), (40, 40, 40))
    return from_image(image)


def chart(draw: Draw) -> Field:
    """Draw a chart: axes with bars, a curve or points."""
    image = to_image(plain((255, 255, 255)))
    pen, ink = ImageDraw.Draw(image), colour(draw, 0.2)
    pen.line([(12, 8), (12, 115), (122, 115)], fill=(30, 30, 30), width=2)
    heights = draw.uniform(10, 100, 12)
    places = [(17 + 9 * k, 115 - height) for k, height in enumerate(heights.tolist())]
    kind = draw.integers(3)
    if kind == 1:
        pen.line(places, fill=ink, width=2)
    for x, y in places if kind != 1 else ():
        pen.rectangle((x, y, x + 6, 115) if kind == 0 else (x, y, x + 4, y + 4), fill=ink)
    return from_image(image)


def symbols(draw: Draw) -> Field:
    """Draw many shapes of any colour over each other."""
    return shapes(draw, plain(colour(draw)), int(draw.integers(3, 40)), draw.uniform(0.15, 0.6))


def _write_lines(draw: Draw, pen: ImageDraw.ImageDraw, box: tuple[float, float, float, float], ink: Colour) -> None:
    words, top = WORDS.split(), box[1]
    while top < box[3] - 8:
        left = box[0]
        while left < box[2] - 20 and draw.random() < 0.93:
            word = words[draw.integers(len(words))]
            pen.text((left, top), word, fill=ink)
            left += 6 * len(word) + 5
        top += 11


FLAT = (
    *(gradient, static, colour_clouds, stripes, tiles, rings, cartoon, line_drawing),
    *(text_page, screenshot, chart, symbols),
)
