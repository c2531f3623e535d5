"""The command line in a process of its own, with our delays at zero: what a test may do and no option can."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

_PROGRAM = """
import sys, warnings
from lesionlab.collect.web import politeness
politeness.POLITE = politeness.Pace(delays=0.0)
from lesionlab.cli.main import main
main()
"""


def hurried(*arguments: str, home: Path) -> subprocess.Popen[str]:
    """Start `lesionlab` with these arguments."""
    proxies = ("http_proxy", "https_proxy", "all_proxy")
    kept = {name: value for name, value in os.environ.items() if name.lower() not in proxies}
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", _PROGRAM, *arguments],
        env={**kept, "LESIONLAB_HOME": str(home), "LESIONLAB_CONTACT": "tests@example.org"},
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
