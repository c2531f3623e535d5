"""What a crawl works with, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from lesionlab.collect.web.findings import Reader
from lesionlab.collect.web.frontier import Frontier
from lesionlab.collect.web.intake import Intake
from lesionlab.collect.web.site import Limits
from lesionlab.core.progress import Progress, silent


@dataclass
class Crawl:
    """What a crawl works with, and what went wrong on its way."""

    reader: Reader
    intake: Intake
    frontier: Frontier
    limits: Limits
    limit: int
    all_wanted: bool = False
    progress: Progress = silent
    troubles: list[str] = field(default_factory=list)
    error: Exception | None = None

    @property
    def available(self) -> int | None:
        """Return how many images the site has, or None where not all of it was seen."""
        return sum(self.intake.tried.states.values()) if self.frontier.exhausted and not self.troubles else None
