"""Where exported models lie: the released ones, the user's own, and those of runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from lesionlab.core.errors import ModelError
from lesionlab.core.home import models_folder, runs_folder
from lesionlab.records.card import CARD_NAME, read_card
from lesionlab.records.release import ROLES, members

RELEASED = "released"


def usual_places(released: Path) -> Iterator[tuple[str, Path]]:
    """Yield the name and folder of every export: those of the release in `released` first, then own, then of runs.

    A release has several extractors, so each goes by its own name.
    """
    for place in members(released):
        folder = released / place
        if (folder / CARD_NAME).is_file():
            yield RELEASED if place in ROLES else folder.name, folder
    for card in sorted(models_folder().glob(f"*/{CARD_NAME}")):
        yield card.parent.name, card.parent
    for card in sorted(runs_folder().glob(f"*/export/{CARD_NAME}")):
        yield card.parent.parent.name, card.parent


def find_export(weights_sha256: str, folders: Iterable[Path]) -> Path | None:
    """Return the first of these export folders whose card is of these weights, or None; unreadable ones are passed."""
    for folder in folders:
        try:
            if read_card(folder).weights_sha256 == weights_sha256:
                return folder
        except ModelError:
            continue
    return None
