"""Do class activation maps show what a classifier goes by? Deleting what they name must cost the class its logit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lesionlab.core.errors import InputError
from lesionlab.core.imaging import Pixels, square
from lesionlab.core.progress import Progress, silent
from lesionlab.core.seeds import derive_seed
from lesionlab.evaluation.shares import share_interval
from lesionlab.inference.predictor import Predictor

RANDOM_ORDERS = 3
Order = NDArray[np.intp]


@dataclass(frozen=True)
class Deletion:
    """The logit of the class decided for, as places are deleted, relative to its fall when all are.

    A curve's area is its mean: 1 where nothing is lost until the end, less the sooner the logit falls; the logit may
    rise above its start or fall below its end. `ahead` is the share of images whose map beats random orders.
    """

    by_map: NDArray[np.float64]  # [images], areas
    by_chance: NDArray[np.float64]  # [images], means over random orders
    least_first: NDArray[np.float64]  # [images], the map's order turned about

    @property
    def ahead(self) -> float:
        """The share of images whose logit falls sooner by the map than by chance."""
        return float((self.by_map < self.by_chance).mean())


def deletion(predictor: Predictor, images: NDArray[np.uint8], progress: Progress = silent) -> Deletion:
    """Delete the places of images uint8 [n, S, S, 3] in three orders: by the map, least first, and by chance.

    A place is a cell of the map, laid over the image; what is deleted takes the mean colour of the image's rim. An
    image whose logit does not fall when all is deleted says nothing, and is left out.

    Raises:
        InputError: no image has a logit that falls.
    """
    draw = np.random.default_rng(derive_seed("deletion"))
    areas = []
    for number, image in enumerate(images):
        found = _areas(predictor, square(image, predictor.card.image.size_px), draw)
        areas += [] if found is None else [found]
        progress(number + 1, len(images))
    if not areas:
        raise InputError("No image's evidence falls when all of it is deleted.", "Give images that hold a lesion.")
    by_map, least_first, *by_chance = np.array(areas).T
    return Deletion(by_map, np.mean(by_chance, axis=0), least_first)


def deletion_text(found: Deletion, data: str, part: str) -> str:
    """Return what a deletion test found, as lines for people."""
    n = len(found.by_map)
    low, high = share_interval(round(found.ahead * n), n)
    areas = {"by the map": found.by_map, "at random": found.by_chance, "least important first": found.least_first}
    lines = [f"  {name:<22} {area.mean():6.3f}" for name, area in areas.items()]
    return "\n".join(
        [
            f"{data}, {part}: {n:,} images, the decided class's logit as places are deleted, mean area under the curve",
            *lines,
            f"The logit falls sooner by the map than at random in {found.ahead:.1%} of the images "
            f"(95% interval {low:.1%} to {high:.1%})",
        ]
    )


def _areas(predictor: Predictor, image: Pixels, draw: np.random.Generator) -> list[float] | None:
    (prediction,) = predictor.predict([image])
    label = predictor.card.classes.index(prediction.decision)
    class_map = prediction.maps[label]
    most_first = np.argsort(-class_map, axis=None, kind="stable")
    orders = [most_first, most_first[::-1], *(draw.permutation(class_map.size) for _ in range(RANDOM_ORDERS))]
    steps = [step for order in orders for step in deleted(image, order, class_map.shape)]
    logits = np.array([each.maps[label].mean() for each in predictor.predict(steps)]).reshape(len(orders), -1)
    start, end = float(class_map.mean()), logits[0, -1]
    if end >= start:
        return None
    curves = np.concatenate([np.full((len(orders), 1), start), logits], axis=1)
    return [float(area) for area in ((curves - end) / (start - end)).mean(axis=1)]


def deleted(image: Pixels, order: Order, cells: tuple[int, ...]) -> list[Pixels]:
    """Return an image uint8 [S, S, 3] after each step of deleting cells of a grid [h, w] in this order."""
    down, across = cells
    edges_down, edges_across = (np.linspace(0, len(image), count + 1).round().astype(int) for count in (down, across))
    rim = np.concatenate([image[[0, -1]].reshape(-1, 3), image[:, [0, -1]].reshape(-1, 3)]).mean(axis=0)
    left, steps = image.copy(), []
    for cell in order.tolist():
        row, column = divmod(cell, across)
        left[edges_down[row] : edges_down[row + 1], edges_across[column] : edges_across[column + 1]] = np.rint(rim)
        steps.append(left.copy())
    return steps


def rank_correlation(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """Return Spearman's correlation of two maps of one shape: 1 where they order the places alike; 0 for a flat one."""
    if min(float(np.ptp(each)) for each in (one, other)) == 0:
        return 0.0
    ranks = [np.argsort(np.argsort(each, axis=None, kind="stable"), kind="stable") for each in (one, other)]
    first, second = (each - (one.size - 1) / 2 for each in ranks)
    return float(first @ second / np.sqrt((first @ first) * (second @ second)))
