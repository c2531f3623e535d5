"""The name of a feature space: which frozen network turned images into features, and at what size."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lesionlab.core.errors import InputError


@dataclass(frozen=True)
class FeatureSpace:
    """A frozen network that turns images into features, named by the SHA-256 of its weights."""

    name: str
    sha256: str
    dims: int
    image_size_px: int

    @property
    def key(self) -> str:
        """Name the space as metric keys do, such as `vgg19-random-0@1f2e3d4c5b6a/64px`."""
        return f"{self.name}@{self.sha256[:12]}/{self.image_size_px}px"

    def check_images(self, images: NDArray[np.generic]) -> None:
        """Refuse all but uint8 [n, S, S, 3] of the space's size: resizing would move them in it.

        Raises:
            InputError: images of another size, shape or number type.
        """
        size = self.image_size_px
        if images.dtype != np.uint8 or images.shape[1:] != (size, size, 3):
            raise InputError(
                f"Images {images.dtype} {list(images.shape)} are not of {self.key}.",
                f"Give uint8 [n, {size}, {size}, 3], or a space of their size.",
            )
