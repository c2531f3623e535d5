"""Start LesionLab: `python run.py` serves it, `python run.py test` tests it; `python run.py --help` tells the rest.

This file is read by any Python 3, so that one which is too old can be told so; the work is done in `launch/`.
"""

import shutil
import sys
from pathlib import Path

OLDEST = (3, 11)
CANDIDATES = ("python3.14", "python3.13", "python3.12", "python3.11")


def complaint(version: "tuple[int, int]") -> str:
    """Return what to tell a Python of this version, or nothing when it will do."""
    if version >= OLDEST:
        return ""
    cause = f"This is Python {version[0]}.{version[1]}; LesionLab needs {OLDEST[0]}.{OLDEST[1]} or newer."
    newer = next((name for name in CANDIDATES if shutil.which(name)), "")
    if newer:
        return f"{cause}\nThere is a newer one here: {newer} run.py"
    return f"{cause}\nInstall a newer Python from your system's packages or its own site, then run this again."


if __name__ == "__main__":
    told = complaint(sys.version_info[:2])
    if told:
        sys.stderr.write(f"{told}\n")
        sys.exit(2)
    sys.path.insert(0, str(Path(__file__).resolve().parent))
    from launch.commands import start

    sys.exit(start(sys.argv[1:]))
