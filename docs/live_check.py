"""Fetch five images from each real host into a temporary home, and note the day and the outcome: `make live-check`."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from live_archives import ARCHIVES, images_of

from lesionlab import __version__
from lesionlab.core.files import write_text
from lesionlab.records.manifest import MANIFEST_NAME, open_manifest

NOTES = Path(__file__).resolve().parent / "live-checks.md"
NEVER = "Not yet run: there was no network where this was built."
HEAD = "| day | version | host | command | outcome |\n|---|---|---|---|---|\n"
IMAGES = 5
LONGEST_S = 600

# A host by its name, and the words after `lesionlab` that fetch five images from it.
HOSTS: Mapping[str, tuple[str, ...]] = {
    "ISIC Archive": ("collect", "isic", "--diagnosis", "nv", "--limit", str(IMAGES)),
    "Wikimedia Commons, its pages": ("collect", "web", "commons", "--limit", str(IMAGES)),
    "Wikimedia Commons, its API": ("collect", "web", "commons-api", "--limit", str(IMAGES)),
    "Zenodo": ("collect", "web", "zenodo", "--start", os.environ.get("ZENODO_RECORD", "0"), "--limit", str(IMAGES)),
}


@dataclass(frozen=True)
class Outcome:
    """What came of one host: how many images are there and verified, and the last words where they are too few."""

    host: str
    words: tuple[str, ...]
    images: int
    seconds: float
    last_words: str

    @property
    def good(self) -> bool:
        """Whether all five came."""
        return self.images >= IMAGES

    def to_row(self, day: str) -> str:
        """Return a row of the table in Markdown."""
        told = f"{self.images} of {IMAGES} images, verified, in {self.seconds:.0f} s"
        if not self.good:
            told = f"**{self.images} of {IMAGES} images**: {self.last_words}"
        return f"| {day} | {__version__} | {self.host} | `lesionlab {' '.join(self.words)}` | {_cell(told)} |"


def check(host: str, words: Sequence[str]) -> Outcome:
    """Run one command in a home of its own, verify what came, and count it."""
    started = datetime.now(UTC)
    with tempfile.TemporaryDirectory() as temporary:
        ended, said = _lesionlab(words, temporary)
        sound, doubts = _lesionlab(("collect", "verify"), temporary)
        images = _fetched(Path(temporary)) if sound == 0 else 0
    last = (said if ended else doubts).strip().splitlines()[-3:]
    seconds = (datetime.now(UTC) - started).total_seconds()
    return Outcome(host, tuple(words), images, seconds, " ".join(line.strip() for line in last) or "it said nothing")


def check_archive(host: str, find: Callable[[], str]) -> Outcome:
    """Fetch five images out of a host's archive and decode them."""
    started = datetime.now(UTC)
    images, last_words = images_of(find, IMAGES)
    seconds = (datetime.now(UTC) - started).total_seconds()
    return Outcome(host, ("collect", "ham10000"), images, seconds, last_words)


def _lesionlab(words: Sequence[str], home: str) -> tuple[int, str]:
    try:
        done = subprocess.run(
            [sys.executable, "-m", "lesionlab", *words],
            env={**os.environ, "LESIONLAB_HOME": home},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=LONGEST_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return 1, f"It took more than {LONGEST_S} s."
    return done.returncode, done.stdout


def _fetched(home: Path) -> int:
    if not (home / "collect" / MANIFEST_NAME).is_file():
        return 0
    with open_manifest(home / "collect") as manifest:
        return manifest.counts()["fetched"]


def noted(page: str, outcomes: Sequence[Outcome], day: str) -> str:
    """Return the page with a row for each outcome, under the head that the first ones bring."""
    if NEVER in page:
        page = page.replace(NEVER, HEAD.rstrip())
    return "\n".join([page.rstrip(), *(outcome.to_row(day) for outcome in outcomes)]) + "\n"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "/")[:300]


def _told(outcome: Outcome, day: str) -> Outcome:
    sys.stdout.write(f"{outcome.to_row(day)}\n")
    sys.stdout.flush()
    return outcome


def main(chosen: Sequence[str]) -> int:
    """Check the hosts that are named, or all; note the outcomes; return 1 where images are lacking."""
    day = f"{datetime.now(UTC):%Y-%m-%d}"
    outcomes = []
    for host, words in HOSTS.items():
        if not chosen or host in chosen:
            outcomes.append(_told(check(host, words), day))
    for host, find in ARCHIVES.items():
        if not chosen or host in chosen:
            outcomes.append(_told(check_archive(host, find), day))
    write_text(NOTES, noted(NOTES.read_text(encoding="utf-8"), outcomes, day))
    return 0 if outcomes and all(outcome.good for outcome in outcomes) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
