"""Where a study's synthetic images come from: the seam between its pools and what fills them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from lesionlab.core.progress import Progress
from lesionlab.data.prepared import PreparedData
from lesionlab.data.synthetic_set import SyntheticSet
from lesionlab.records.options import ClassifierOptions

Drawing = Callable[[str, str], AbstractContextManager[Progress]]  # a description and a unit


class Source(Protocol):
    """What makes synthetic images from the training part of some data, and says which real images it saw."""

    def fill(self, folder: Path, data: PreparedData, place: str, judge: ClassifierOptions | None) -> SyntheticSet:
        """Make in `folder`, or find there, the images for arms with the training part of `data`.

        `place` names fold and share; with a `judge` only images that such a classifier agrees with are kept.
        """
        ...
