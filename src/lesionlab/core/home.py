"""The home folder, the only place where LesionLab writes unasked."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def home() -> Path:
    """Return `LESIONLAB_HOME`, or LesionLab's folder in the platform's data folder."""
    chosen = os.environ.get("LESIONLAB_HOME")
    if chosen:
        return Path(chosen).expanduser().resolve()
    return _platform_data_folder() / "lesionlab"


def _platform_data_folder() -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local"))
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support"
    return Path(os.environ.get("XDG_DATA_HOME", Path.home() / ".local" / "share"))


def cache_folder() -> Path:
    """Return the folder of prepared data sets."""
    return home() / "cache"


def runs_folder() -> Path:
    """Return the folder of training runs."""
    return home() / "runs"


def studies_folder() -> Path:
    """Return the folder of studies."""
    return home() / "studies"


def models_folder() -> Path:
    """Return the folder of the user's own exported models."""
    return home() / "models"


def pretrained_folder() -> Path:
    """Return the folder of published weights to begin a training with."""
    return home() / "pretrained"


def collect_folder() -> Path:
    """Return the folder of collected images and their manifest."""
    return home() / "collect"
