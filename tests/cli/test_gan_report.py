import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from lesionlab.cli.main import app


@pytest.fixture
def runs(home: Path, tiny_gan_run, tiny_classifier_run) -> Path:
    """The user's own runs: a generator's without a report, and a classifier's."""
    parent = home / "runs"
    shutil.copytree(tiny_gan_run.path, parent / "00000-gan-tiny-16px")
    shutil.copytree(tiny_classifier_run.path, parent / "00001-classifier-tiny-16px")
    for name in ("report.html", "progress.webp"):
        (parent / "00000-gan-tiny-16px" / name).unlink()
    return parent


@pytest.mark.parametrize("named", ["0", "00000-gan-tiny-16px"])
def test_the_report_of_a_run_is_written_and_its_place_told(runs, named):
    result = CliRunner().invoke(app, ["gan", "report", named])
    assert result.exit_code == 0, result.output
    folder = runs / "00000-gan-tiny-16px"
    told = result.output.replace("\n", "")
    assert f"Report: {folder / 'report.html'}" in told
    assert f"Animation: {folder / 'progress.webp'}" in told
    assert "No sign of collapse" in (folder / "report.html").read_text()


def test_a_run_that_is_not_there_or_of_another_kind_is_an_error_with_its_cure(runs):
    for named, told in (("7", "no run"), ("1", "trains a classifier")):
        result = CliRunner().invoke(app, ["gan", "report", named])
        assert result.exit_code in (1, 2), result.output
        assert told in result.output
        assert "next:" in result.output
        assert "Traceback" not in result.output
