"""The name of a feature space: which frozen network turned images into features, and at what size."""

from __future__ import annotations

from dataclasses import dataclass


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
