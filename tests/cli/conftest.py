"""Run commands as a user would, and check how they refuse."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from lesionlab.cli.main import app
from lesionlab.core.home import cache_folder, models_folder
from lesionlab.data.prepared import PreparedData

Run = Callable[..., Result]


@pytest.fixture
def run() -> Run:
    """Run `lesionlab` with these arguments in this process."""
    return lambda *arguments: CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def refused(run: Run) -> Callable[..., tuple[str, str]]:
    """Run a command that must be refused: exit code 2, one cause, one cure, no traceback; return the two."""

    def check(*arguments: object) -> tuple[str, str]:
        result = run(*arguments)
        assert result.exit_code == 2, result.output
        lines = result.stderr.splitlines()
        assert len(lines) == 2, result.stderr
        assert lines[0].startswith("error: ")
        assert lines[1].startswith("  next: ")
        assert "Traceback" not in result.output
        return lines[0].removeprefix("error: "), lines[1].removeprefix("  next: ")

    return check


@pytest.fixture
def tiny_set(home: Path, tiny_data: PreparedData) -> PreparedData:
    """The drawn lesions, prepared under the name `tiny` in this test's home."""
    shutil.copytree(tiny_data.folder, cache_folder() / "tiny")
    return tiny_data


@pytest.fixture
def own_models(home: Path, tiny_generator: Path, tiny_classifier: Path) -> Path:
    """The tiny models under the names `painter` and `judge` in this test's home."""
    shutil.copytree(tiny_generator, models_folder() / "painter")
    shutil.copytree(tiny_classifier, models_folder() / "judge")
    return models_folder()
