from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PASSES = "def test_passes():\n    pass\n"
SKIPS = "import pytest\n\n\ndef test_skips():\n    pytest.skip('no images here')\n"
MODULE_SKIPS = "import pytest\n\npytest.skip('no browser here', allow_module_level=True)\n"


@pytest.mark.parametrize(
    ("content", "status", "told"),
    [(PASSES, 0, "1 passed"), (PASSES + SKIPS, 1, "no images here"), (MODULE_SKIPS, 1, "no browser here")],
)
def test_a_skip_fails_the_run_and_is_named(tmp_path: Path, content: str, status: int, told: str):
    (tmp_path / "test_it.py").write_text(content)
    if content is MODULE_SKIPS:
        (tmp_path / "test_more.py").write_text(PASSES)
    ran = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no_skips",
            "-p",
            "no:cacheprovider",
            "--rootdir",
            tmp_path,
            tmp_path,
        ],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ran.returncode == status, ran.stdout
    assert told in ran.stdout
