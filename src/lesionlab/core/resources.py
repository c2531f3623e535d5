"""Folders that ship with the package: the frontend, the released models, the committed splits and reports."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent


def _shipped(name: str) -> Path:
    packed = _PACKAGE / name
    # A source checkout keeps these folders at its root; the wheel packs them into the package.
    return packed if packed.is_dir() else _PACKAGE.parent.parent / name


def frontend_folder() -> Path:
    """Return the folder with `templates/` and `static/`."""
    return _shipped("frontend")


def released_folder() -> Path:
    """Return the folder of the pinned release set."""
    return _shipped("released")


def splits_folder() -> Path:
    """Return the folder of the release split, the ledger of test openings and the picture hashes of HAM10000."""
    return _shipped("splits")


def reports_folder() -> Path:
    """Return the folder of the reports of studies; it need not be there."""
    return _shipped("reports")
