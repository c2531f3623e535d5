"""The command line in a process of its own, with our delays at zero: what a test may do and no option can."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

# Scrapy and Twisted take seconds to compile: where the tests' own process keeps no compiled files, these do.
_COMPILED = str(Path(tempfile.gettempdir()) / f"lesionlab-tests-compiled-{os.getuid() if hasattr(os, 'getuid') else 0}")
_PROGRAM = """
import sys, warnings
from lesionlab.collect.web import politeness
politeness.POLITE = politeness.Pace(delays=0.0)
from lesionlab.cli.main import main
main()
"""


def hurried(*arguments: str, home: Path) -> subprocess.Popen[str]:
    """Start `lesionlab` with these arguments."""
    left_out = ("http_proxy", "https_proxy", "all_proxy", "pythondontwritebytecode")
    kept = {name: value for name, value in os.environ.items() if name.lower() not in left_out}
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", _PROGRAM, *arguments],
        env={
            **kept,
            "LESIONLAB_HOME": str(home),
            "LESIONLAB_CONTACT": "tests@example.org",
            "PYTHONPYCACHEPREFIX": _COMPILED,
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


def hurry(*arguments: str, home: Path, timeout_s: float = 60) -> tuple[int, str, str]:
    """Run `lesionlab` with these arguments; return its exit code, output and errors."""
    process = hurried(*arguments, home=home)
    try:
        output, errors = process.communicate(timeout=timeout_s)
    finally:
        process.kill()
    return process.returncode, output, errors
