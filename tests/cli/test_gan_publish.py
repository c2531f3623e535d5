from __future__ import annotations


def test_a_sampled_set_is_published_with_all_that_others_need(run, own_models, tmp_path):
    assert run("gan", "sample", "--model", "painter", "--count", 1, "--out", tmp_path / "set").exit_code == 0
    result = run("gan", "publish", tmp_path / "set", "--to", tmp_path / "out", "--name", "Seven lesions")
    assert result.exit_code == 0, result.output
    assert "Wrote 7 synthetic images (" in result.stdout
    assert f"MB) to {tmp_path / 'out'}." in result.stdout
    assert "CC0 1.0" in result.stdout
    assert "load_dataset" in result.stdout
    assert "# Data card: Seven lesions" in (tmp_path / "out" / "README.md").read_text()
    assert len(list((tmp_path / "out" / "images").iterdir())) == 7


def test_a_folder_that_nobody_sampled_is_refused(refused, own_models, tmp_path):
    cause, cure = refused("gan", "publish", tmp_path, "--to", tmp_path / "out")
    assert "holds no manifest.csv" in cause
    assert "lesionlab gan sample" in cure


def test_a_place_that_holds_something_is_refused(refused, run, own_models, tmp_path):
    assert run("gan", "sample", "--model", "painter", "--count", 1, "--out", tmp_path / "set").exit_code == 0
    cause, _ = refused("gan", "publish", tmp_path / "set", "--to", tmp_path / "set")
    assert "is not empty" in cause
