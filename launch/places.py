"""The two environments: where they lie, what goes into them, and how much that is."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOOLS_LOCK = ROOT / "requirements" / "tools.lock"

# Variables of the caller's own Python that would leak into the environment or turn an installation elsewhere.
_FOREIGN = (
    "PYTHONHOME",
    "PYTHONPATH",
    "PYTHONSAFEPATH",
    "VIRTUAL_ENV",
    "CONDA_PREFIX",
    "PIP_PREFIX",
    "PIP_REQUIRE_VIRTUALENV",
    "PIP_TARGET",
    "PIP_USER",
    "UV_PROJECT_ENVIRONMENT",
    "UV_SYSTEM_PYTHON",
    "UV_TARGET",
)


@dataclass(frozen=True)
class Environment:
    """One virtual environment: its folder, its lock, what it is for, and its size in MB."""

    folder: Path
    lock: Path
    purpose: str
    probe: str  # imported once after installing, to see that it works
    download_mb: int
    installed_mb: int

    @property
    def scripts(self) -> Path:
        """The folder with its commands."""
        return self.folder / ("Scripts" if os.name == "nt" else "bin")

    @property
    def python(self) -> Path:
        """Its Python."""
        return self.command("python")

    def command(self, name: str) -> Path:
        """Return the path of one of its commands."""
        return self.scripts / (f"{name}.exe" if os.name == "nt" else name)


def serving(root: Path = ROOT) -> Environment:
    """Return the environment that serves: no torch."""
    lock = root / "requirements" / "serve.lock"
    return Environment(root / ".venv", lock, "the web app and the command line", "lesionlab.cli.main", 120, 400)


def developing(root: Path = ROOT, platform: str = sys.platform) -> Environment:
    """Return the environment that trains and tests: torch, and on Linux its CUDA libraries."""
    lock = root / "requirements" / "dev.lock"
    download_mb, installed_mb = (3300, 6400) if platform.startswith("linux") else (450, 1500)
    return Environment(
        root / ".venv-dev", lock, "training, tests and checks", "lesionlab.cli.main, torch", download_mb, installed_mb
    )


def clean_environ(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the variables for a child process: without those of another Python, with ours."""
    kept = {name: value for name, value in environ.items() if name not in _FOREIGN}
    return {
        **kept,
        "PYTHONNOUSERSITE": "1",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_NO_INPUT": "1",
        "UV_COMPILE_BYTECODE": "1",  # else the first start compiles for 11 s
        "UV_PYTHON_DOWNLOADS": "never",
        "UV_NO_PROGRESS": "1",
    }
