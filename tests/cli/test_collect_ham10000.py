from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from dataverse_host import DataverseHost, dataverse_files
from kaggle_host import TOY, TOY_CONTENT, KaggleHost, kaggle_zip
from loopback import serving
from small_ham10000 import write_small_ham10000
from typer.testing import Result

from lesionlab.data.prepare import prepare_ham10000
from lesionlab.data.prepared import open_prepared

Run = Callable[..., Result]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return write_small_ham10000(tmp_path / "truth")


@pytest.fixture
def truth(source: Path) -> str:
    """The SHA-256 of the split that `data prepare` makes of the same rows."""
    return prepare_ham10000(source, "truth", (16,)).split.sha256


@pytest.mark.parametrize("host", ["kaggle", "dataverse"])
def test_each_host_ends_in_the_same_prepared_data(host: str, source: Path, truth: str, run: Run, home: Path) -> None:
    made = KaggleHost(kaggle_zip(source)) if host == "kaggle" else DataverseHost(dataverse_files(source))
    with serving(made):
        result = run("collect", "ham10000", "--from", host, "--address", made.base, "--name", "mine", "--size", 16)
        again = run("collect", "ham10000", "--from", host, "--address", made.base, "--name", "mine", "--size", 16)
    assert result.exit_code == 0, result.output
    assert open_prepared("mine").split.sha256 == truth
    assert f"HAM10000 lies in {home / 'collect' / 'ham10000' / host}." in result.output
    assert "This is not the release split: it holds 0 of the 10,015 images of HAM10000 and 35 others." in result.output
    assert "Prepared 16 px" in result.output
    assert again.exit_code == 0
    assert "Nothing to do: all was prepared" in again.output


def test_a_folder_of_archives_ends_in_it_too(source: Path, truth: str, run: Run, tmp_path: Path) -> None:
    downloads = tmp_path / "downloads"
    downloads.mkdir()
    (downloads / "archive.zip").write_bytes(kaggle_zip(source))
    result = run("collect", "ham10000", "--from", downloads, "--size", 16)
    assert result.exit_code == 0, result.output
    assert open_prepared("ham10000").split.sha256 == truth


def test_an_unpacked_folder_is_prepared_where_it_lies(source: Path, truth: str, run: Run, home: Path) -> None:
    result = run("collect", "ham10000", "--from", source, "--size", 16)
    assert result.exit_code == 0, result.output
    assert open_prepared("ham10000").split.sha256 == truth
    assert not (home / "collect").exists()


def test_missing_images_are_told_and_can_be_skipped(source: Path, run: Run) -> None:
    next(source.glob("*/*.jpg")).unlink()
    refused = run("collect", "ham10000", "--from", source, "--size", 16)
    assert refused.exit_code == 2
    assert "1 missing images" in refused.stderr
    assert run("collect", "ham10000", "--from", source, "--size", 16, "--skip-bad").exit_code == 0


def test_a_login_wall_says_what_to_do_by_hand(source: Path, refused: Callable[..., tuple[str, str]]) -> None:
    with serving(KaggleHost(kaggle_zip(source))) as host:
        host.login = True  # type: ignore[attr-defined]
        cause, cure = refused("collect", "ham10000", "--from", "kaggle", "--address", host.base)
    assert cause.startswith("Kaggle wants an account: ")
    assert "1. sign in at https://www.kaggle.com/datasets/kmader/skin-cancer-mnist-ham10000" in cure
    assert "3. run `lesionlab collect ham10000 --from FOLDER`" in cure


@pytest.mark.parametrize("command", [("collect", "ham10000", "--from"), ("data", "prepare")])
@pytest.mark.parametrize("named", ["folder", "file"])
def test_the_reduced_table_is_for_toys(
    command: tuple[str, ...], named: str, refused: Callable[..., tuple[str, str]], tmp_path: Path
) -> None:
    (tmp_path / "csv").mkdir()
    (tmp_path / "csv" / TOY).write_bytes(TOY_CONTENT)
    cause, cure = refused(*command, tmp_path / "csv" if named == "folder" else tmp_path / "csv" / TOY)
    assert "without lesion ids: toy use only" in cause
    assert "--procedural" in cure


def test_the_reduced_table_beside_the_images_is_passed_over(source: Path, run: Run) -> None:
    (source / TOY).write_bytes(TOY_CONTENT)
    assert run("collect", "ham10000", "--from", source, "--size", 16).exit_code == 0


def test_a_place_that_is_neither_host_nor_folder(refused: Callable[..., tuple[str, str]], tmp_path: Path) -> None:
    _, cure = refused("collect", "ham10000", "--from", tmp_path / "kagle")
    assert "kaggle, dataverse, isic" in cure
    refused("collect", "ham10000", "--from", tmp_path, "--address", "http://127.0.0.1:1")
