"""Collected images that are to join the training part of a set, and how they belong to it and to one another."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lesionlab.core.progress import Progress, silent
from lesionlab.data.problems import Problem

if TYPE_CHECKING:
    from lesionlab.data.prepared import PreparedData

Stage = Callable[[str, str], AbstractContextManager[Progress]]
"""What draws one stage of the work: called with its name and unit, it gives the progress to report to."""


def silent_stage(description: str, unit: str) -> AbstractContextManager[Progress]:
    """Draw nothing."""
    return nullcontext(silent)


@dataclass(frozen=True)
class AddedImage:
    """One collected image; ids start with the source: "isic:ISIC_0012345", "isic:IL_0000001"."""

    image_id: str
    lesion_id: str  # that of the image where the source names no lesions
    diagnosis: str
    file: Path
    source: str
    licence: str
    attribution: str
    sha256: str
    page_url: str = ""
    same_as: str = ""  # the id of the base image that it is, where its source or the collecting told
    wanted: bool = True  # else it is here for its relations: its lesion has images that are wanted
    details: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Additions:
    """What was found in collections and passed the filters, and what did not, by reason."""

    images: tuple[AddedImage, ...]
    manifests: tuple[str, ...]
    filters: tuple[str, ...]  # as words of the command line
    found: int
    left_out: dict[str, Problem]
    lesions_of_base: tuple[tuple[str, str], ...] = ()  # lesion id here, image id of the base: told, not seen

    @property
    def fingerprint(self) -> str:
        """A digest of all that decides what joins and how: it changes when the collections do."""
        plain = [
            {**vars(i), "file": "", "details": sorted(i.details.items())}
            for i in sorted(self.images, key=lambda i: i.image_id)
        ]
        left_out = sorted((reason, problem.count) for reason, problem in self.left_out.items())
        whole = json.dumps([RELATIONS_VERSION, plain, sorted(self.lesions_of_base), self.filters, left_out])
        return hashlib.sha256(whole.encode()).hexdigest()


@dataclass(frozen=True, eq=False)
class Picture:
    """A decoded added image: its id, its square uint8 [S, S, 3], and the SHA-256 of its file."""

    image_id: str
    square: NDArray[np.uint8]
    sha256: str


@dataclass(frozen=True)
class Tie:
    """Two images that belong together; `other_id` is of the base, or also added (`among_added`)."""

    image_id: str
    other_id: str
    same: bool  # one picture, not only one lesion
    among_added: bool = False


RELATIONS_VERSION = 2  # raise it when pictures are compared otherwise: sets that depend on it are then made anew

Relate = Callable[[Sequence[Picture], "PreparedData", Progress], Sequence[Tie]]


@dataclass(frozen=True)
class AdditionsRecord:
    """What `prepared.json` says of the collected images that joined."""

    manifests: tuple[str, ...]
    filters: tuple[str, ...]  # as words of the command line
    found: int
    used: int
    sources_used: dict[str, dict[str, int]]  # source -> class -> images
    in_base_groups: int  # of those used: joined a lesion group of the base
    left_out: dict[str, Problem]
