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
from lesionlab.inference.predictor import Prediction, Predictor
from lesionlab.inference.provenance import read_provenance

FILES_AT_ONCE = 16  # of a worker: two full batches of the engine


@dataclass(frozen=True)
class Answer:
    """What became of one file: a prediction, or cause and cure of why there is none."""

    path: Path
    sha256: str = ""  # of the file; blank where it was not read
    prediction: Prediction | None = None
    provenance: dict[str, Any] | None = None  # of a synthetic image
    error: LesionLabError | None = None


def predict_files(predictor: Predictor, paths: Iterable[Path], workers: int = 1) -> Generator[Answer]:
    """Yield an answer for each file, in order; a worker holds one image in full at a time.

    A predictor with as many `streams` as workers is the fastest.

    Raises:
        ModelError: the model gives no numbers; that is no file's fault.
    """
    work = partial(_predict, predictor)
    with closing(in_order(work, batches(paths, FILES_AT_ONCE), workers)) as answered:
        for answers in answered:
            yield from answers


def _predict(predictor: Predictor, paths: list[Path]) -> list[Answer]:
    seen = [_see(path, predictor.card.image.size_px) for path in paths]
    predictions = iter(predictor.predict([pixels for _, pixels in seen if pixels is not None]))
    return [answer if pixels is None else replace(answer, prediction=next(predictions)) for answer, pixels in seen]


def _see(path: Path, size_px: int) -> tuple[Answer, Pixels | None]:
    """Return what a file tells, and its pixels as the model sees them; none where they cannot be read."""
    answer = Answer(path)
    try:
        content = read_content(path)
        answer = replace(answer, sha256=hashlib.sha256(content).hexdigest())
        pixels = squares_for_models(content, (size_px,))[size_px]
        return replace(answer, provenance=read_provenance(content)), pixels
    except LesionLabError as error:
        return replace(answer, error=error), None
    except OSError as error:
        return replace(answer, error=_unread(error)), None


def _unread(error: OSError) -> ImageError:
    reason = error.strerror or type(error).__name__
    return ImageError(f"{reason[:1].upper()}{reason[1:]}.", "Check that the file is there and may be read.")
