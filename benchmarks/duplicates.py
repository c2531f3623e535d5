"""Candidates for near duplicates beside a plain loop over all pairs of perceptual hashes."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from functools import partial

import imagehash
import numpy as np
from PIL import Image

from benchmarks.comparison import Comparison
from benchmarks.memory import peak_mib
from lesionlab.core.diagnoses import HAM10000_CODES
from lesionlab.curate.duplicates import candidates
from lesionlab.curate.duplicates_pictures import Pictures
from lesionlab.curate.duplicates_views import describe
from lesionlab.data.procedural import procedural_lesion

COUNTS = (10_015, 100_000)
DRAWINGS = 140  # distinct lesions; the others are these, moved, turned and with noise of their own
PLAIN_SAMPLE = 300  # images that the plain loop compares; its seconds are scaled to all, hashes and pairs apart


def comparisons(counts: tuple[int, ...] = COUNTS, sample: int = PLAIN_SAMPLE) -> Iterator[Comparison]:
    """Find the candidates among so many pictures; the plain way is timed on a sample, once a count, and scaled."""
    for count in counts:
        plain_s = plainly(pictures(sample), count)
        squares = pictures(count)  # made before memory is watched: a prepared set's are mapped, not held
        seconds: list[float] = []
        held = peak_mib(partial(_search_into, seconds, squares))
        name = f"duplicate candidates, {count:,} images"
        plain = f"imagehash, all pairs, scaled from {sample}"
        yield Comparison(name, plain, "images", count, seconds[0], plain_s, held)


def _search_into(seconds: list[float], squares: np.ndarray) -> None:
    seconds.append(search(squares))


def search(squares: np.ndarray) -> float:
    """Return the seconds it takes from squares to candidates."""
    started = time.perf_counter()
    listed, everyone = Pictures(squares), np.arange(len(squares))
    hashes = listed.hashes()
    candidates(describe(listed.run, len(squares)), hashes, everyone, everyone)
    return time.perf_counter() - started


def plainly(squares: np.ndarray, count: int) -> float:
    """Return the seconds of hashing and comparing all pairs, scaled from the sample to `count` images."""
    started = time.perf_counter()
    hashes = [imagehash.phash(Image.fromarray(square)) for square in squares]
    hashed = time.perf_counter()
    near = sum(one - other <= 8 for one, other in itertools.combinations(hashes, 2))
    compared = time.perf_counter() - hashed
    assert near >= 0
    pairs = len(squares) * (len(squares) - 1) / 2
    return (hashed - started) * count / len(squares) + compared * count * (count - 1) / 2 / pairs


def pictures(count: int) -> np.ndarray:
    """Return drawn lesions, each moved, turned and grained in its own way: uint8 [count, 64, 64, 3]."""
    draw = np.random.default_rng(0)
    drawn = [procedural_lesion(HAM10000_CODES[n % len(HAM10000_CODES)], n, 96) for n in range(min(DRAWINGS, count))]
    grain = draw.integers(-12, 13, (64, 64 + 4096, 1), np.int16)
    squares = np.empty((count, 64, 64, 3), np.uint8)
    for number in range(count):
        top, left, turns, start = draw.integers((0, 0, 0, 0), (33, 33, 4, 4096)).tolist()
        window = np.rot90(drawn[number % len(drawn)][top : top + 64, left : left + 64], turns)
        squares[number] = np.clip(window + grain[:, start : start + 64], 0, 255)
    return squares
