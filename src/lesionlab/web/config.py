"""What one web app is told: its two models, its port and its limits."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from lesionlab.core import imaging

ROLES = ("generator", "classifier")


@dataclass(frozen=True)
class WebConfig:
    """The export folders in use, the port answered for (None: any, for tests) and the largest upload."""

    generator: Path
    classifier: Path
    port: int | None = None
    max_upload_bytes: int = imaging.MAX_BYTES

    def folder(self, role: str) -> Path:
        """Return the export folder of a role."""
        return self.generator if role == "generator" else self.classifier
