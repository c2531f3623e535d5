"""Many image files to answers: some are decoded while others are classified, and one bad file stops none."""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Iterable
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from lesionlab.core.errors import ImageError, LesionLabError
from lesionlab.core.imaging import Pixels, read_content, squares_for_models
from lesionlab.core.in_order import batches, in_order
from lesionlab.core.picture_statistics import SEEN_PX
from lesionlab.inference.averaging import way_of
from lesionlab.inference.predictor import Prediction, Predictor
from lesionlab.inference.provenance import read_provenance
from lesionlab.inference.scope import Scope

FILES_AT_ONCE = 16  # of a worker: two full batches of the engine


@dataclass(frozen=True, eq=False)
class Asking:
    """How files are asked about: by which predictor, whether it knows its scope, and whether over an image's views."""

    predictor: Predictor
    scope: Scope | None = None
    averaged: bool = False


@dataclass(frozen=True)
class Answer:
    """What became of one file: a prediction, or cause and cure of why there is none."""

    path: Path
    sha256: str = ""  # of the file; blank where it was not read
    prediction: Prediction | None = None
    in_scope: bool | None = None  # None where it is not known
    provenance: dict[str, Any] | None = None  # of a synthetic image
    error: LesionLabError | None = None


def predict_files(asked: Asking, paths: Iterable[Path], workers: int = 1) -> Generator[Answer]:
    """Yield an answer for each file, in order; a worker holds one image in full at a time.

    A predictor with as many `streams` as workers is the fastest.

    Raises:
        ModelError: the model gives no numbers; that is no file's fault.
    """
    work = partial(_predict, asked)
    with closing(in_order(work, batches(paths, FILES_AT_ONCE), workers)) as answered:
        for answers in answered:
            yield from answers


def _predict(asked: Asking, paths: list[Path]) -> list[Answer]:
    size_px = asked.predictor.card.image.size_px
    seen = [_see(path, (size_px, SEEN_PX)) for path in paths]
    squares = [found for _, found in seen if found]
    predictions = way_of(asked.predictor, asked.averaged)([found[size_px] for found in squares])
    odd = [None] * len(squares) if asked.scope is None else asked.scope.refuses([found[SEEN_PX] for found in squares])
    told = iter(zip(predictions, odd, strict=True))
    return [_answered(answer, *next(told)) if found else answer for answer, found in seen]


def _answered(answer: Answer, prediction: Prediction, odd: bool | None) -> Answer:
    return replace(answer, prediction=prediction, in_scope=None if odd is None else not odd)


def _see(path: Path, sizes_px: tuple[int, ...]) -> tuple[Answer, dict[int, Pixels]]:
    """Return what a file tells, and its pixels at each size; none where they cannot be read."""
    answer = Answer(path)
    try:
        content = read_content(path)
        answer = replace(answer, sha256=hashlib.sha256(content).hexdigest())
        squares = squares_for_models(content, sizes_px)
        return replace(answer, provenance=read_provenance(content)), squares
    except LesionLabError as error:
        return replace(answer, error=error), {}
    except OSError as error:
        return replace(answer, error=_unread(error)), {}


def _unread(error: OSError) -> ImageError:
    reason = error.strerror or type(error).__name__
    return ImageError(f"{reason[:1].upper()}{reason[1:]}.", "Check that the file is there and may be read.")
