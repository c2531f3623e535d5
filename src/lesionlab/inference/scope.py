"""Is this a dermoscopic picture of a lesion at all? A classifier has an answer to anything; most have no meaning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lesionlab.core.imaging import Pixels
from lesionlab.core.picture_statistics import picture_statistics
from lesionlab.inference.quality_words import Remark, remarks
from lesionlab.inference.scope_file import ScopeRecord, read_scope
from lesionlab.metrics.neighbours import nearest
from lesionlab.records.card import read_card
from lesionlab.records.scope import SCOPE_NAME

REFUSAL = (
    "No result: this does not look like a dermoscopic picture of a skin lesion. If a spot on your skin worries you, "
    "show it to a doctor."
)


@dataclass(frozen=True)
class Judgement:
    """Whether a picture lies in scope: its distance to the nearest training image, and the limit of that."""

    oddness: float
    limit: float
    remarks: tuple[Remark, ...]

    @property
    def in_scope(self) -> bool:
        """Whether the classifier's answer has a meaning."""
        return self.oddness <= self.limit

    @property
    def words(self) -> str:
        """What to tell: the refusal, where it is one, and what is wrong with the picture; blank where all is well."""
        return " ".join([*([] if self.in_scope else [REFUSAL]), *(remark.words for remark in self.remarks)])


class Scope:
    """What a classifier's training images look like; it needs neither its network nor an engine."""

    def __init__(self, record: ScopeRecord) -> None:
        self.facts = record.facts
        self._record = record

    def judge(self, pixels: Pixels) -> Judgement:
        """Judge a picture, uint8 [H, W, 3] RGB of any size."""
        oddness = float(self.oddness([pixels])[0])
        return Judgement(oddness, self.facts.limit, remarks(pixels, self.facts.quality))

    def oddness(self, pictures: Sequence[Pixels]) -> NDArray[np.float64]:
        """Return the distance of pictures, uint8 [H, W, 3] RGB of any size, to the nearest training image: float64 [n].

        A distance of 1 is the spread of all training images about their mean.
        """
        along = self._record.axes.project(picture_statistics(pictures))
        return nearest(along, self._record.training, 1).distances[:, 0]

    def refuses(self, pictures: Sequence[Pixels]) -> NDArray[np.bool_]:
        """Return which of the pictures are out of scope: bool [n]."""
        return np.asarray(self.oddness(pictures) > self.facts.limit, np.bool_)


def scope_of(folder: Path) -> Scope | None:
    """Return the scope of a classifier's export; None where it does not tell.

    Raises:
        ModelError: what it tells is damaged.
    """
    return load_scope(folder) if (folder / SCOPE_NAME).is_file() else None


def load_scope(folder: Path) -> Scope:
    """Return the scope of a classifier's export.

    Raises:
        ModelError: it has none that fits its card.
    """
    return Scope(read_scope(folder, read_card(folder)))
