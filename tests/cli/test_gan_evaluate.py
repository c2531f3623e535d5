import json

import pytest

from lesionlab.core.files import sha256_of
from lesionlab.core.home import cache_folder, models_folder
from lesionlab.core.imaging import read
from lesionlab.records.card import read_card


@pytest.fixture
def spaces(monkeypatch):
    """Two spaces without a network in the place of extractors."""
    from pixel_space import PixelSpace

    class Space(PixelSpace):
        def __init__(self, side):
            super().__init__(16, side)
            self.folder = models_folder() / "judge"

    monkeypatch.setattr("lesionlab.cli.feature_spaces.load_extractors", lambda names, size_px: [Space(4), Space(2)])


@pytest.fixture
def models(run, own_models, tiny_set, spaces):
    return ("--model", "painter", "--classifier", "judge", "--count", "3")


def test_agreement_alone_needs_no_data_and_enters_the_card(run, own_models, tmp_path):
    models = ("--model", "painter", "--classifier", "judge")
    result = run("gan", "evaluate", *models, "--count", "3", "--out", tmp_path / "report.json", "--to-card")
    assert result.exit_code == 0, result.output
    assert "Agreement" in result.stdout
    assert json.loads((tmp_path / "report.json").read_text())["images"] == 21
    card = json.loads((own_models / "painter" / "card.json").read_text())
    assert {metric["name"] for metric in card["metrics"]} == {"agreement"}


def test_no_image_and_options_that_need_data_are_refused(refused, own_models):
    cause, _ = refused("gan", "evaluate", "--model", "painter", "--classifier", "judge", "--count", "0")
    assert "0" in cause
    cause, cure = refused("gan", "evaluate", "--model", "painter", "--classifier", "judge", "--sheet")
    assert "without real images" in cause
    assert "--data" in cure


def test_the_test_part_opens_for_a_purpose_only_and_is_written_down(run, refused, models, home):
    test = ("gan", "evaluate", *models, "--data", "tiny", "--part", "test")
    cause, _ = refused(*test)
    assert "stated purpose" in cause
    assert not (home / "test-openings.csv").exists()
    run(*test, "--purpose", "release figures")  # three lesions of a class cannot be halved
    assert "release figures" in (home / "test-openings.csv").read_text()


def test_a_judge_that_saw_the_part_is_refused_before_it_opens(refused, own_models, tiny_set, spaces, home):
    card = own_models / "judge" / "card.json"
    text = card.read_text().replace(read_card(own_models / "judge").training.split_sha256, "0" * 64)
    groups = own_models / "judge" / "groups.csv"
    test = next(row for row in tiny_set.split.rows if row.part == "test")
    groups.write_text(groups.read_text() + f"{test.group},{test.image_id},train\n")
    card.write_text(text.replace(read_card(own_models / "judge").groups_sha256, sha256_of(groups)))
    asked = ("--data", "tiny", "--part", "test", "--purpose", "release figures")
    cause, _ = refused("gan", "evaluate", "--model", "painter", "--classifier", "judge", *asked)
    assert "has seen 1 of the" in cause
    assert not (home / "test-openings.csv").exists()


def test_a_reference_finds_copies_and_lays_them_out_in_the_home_folder(
    run, models, own_models, tiny_set, home, tmp_path
):
    made = run("gan", "reference", "--model", "painter", "--data", "tiny")
    assert made.exit_code == 0, made.output
    assert "blended 80/20" in made.stdout
    found = {m.of: m for m in read_card(own_models / "painter").metrics if m.name == "copies_found"}
    assert found["turned"].value == 1
    html = tmp_path / "page.html"
    _widen(tiny_set)
    result = run("gan", "evaluate", *models, "--data", "tiny", "--sheet", "--html", html, "--to-card")
    assert result.exit_code == 0, result.output
    assert "Nearest:" in result.stdout
    (sheet,) = (home / "evaluations").iterdir()
    assert read(sheet).shape == (4 * 18 + 2, 10 * 18 + 2, 3)
    assert "<h3>KID</h3>" in html.read_text()
    names = {metric.name for metric in read_card(own_models / "painter").metrics}
    assert names >= {"kid", "fid", "copies", "authenticity", "membership_auc", "copies_found", "agreement"}
    lines = [line for line in result.stdout.splitlines() if "all images" in line]
    assert lines
    assert all(any(word.isdigit() for word in line.split()) for line in lines)


def _widen(data):
    """Give the drawn lesions' validation part the test part's images too, so that each class can be halved."""
    path = cache_folder() / "tiny" / "split.csv"
    path.write_text(path.read_text().replace(",test", ",validation"))
    record = cache_folder() / "tiny" / "prepared.json"
    record.write_text(record.read_text().replace(data.split.sha256, sha256_of(path)))


def test_without_a_reference_copies_are_not_looked_for_and_that_is_said(run, refused, models, own_models, tiny_set):
    _widen(tiny_set)
    result = run("gan", "evaluate", *models, "--data", "tiny", "--beside", "painter")
    assert result.exit_code == 0, result.output
    assert "copies are not looked for" in result.stderr
    assert "beside painter" in result.stdout
    cause, cure = refused("gan", "evaluate", *models, "--data", "tiny", "--sheet")
    assert "no reference" in cause
    assert "gan reference" in cure
