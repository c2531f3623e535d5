import json


def test_a_batch_is_judged_beside_real_images_as_text_record_and_page(run, own_models, tiny_set, tmp_path):
    assert run("gan", "sample", "--model", "painter", "--count", "3", "--out", tmp_path / "made").exit_code == 0
    asked = ("--data", "tiny", "--html", tmp_path / "page.html", "--out", tmp_path / "report.json")
    result = run("classifier", "judge", tmp_path / "made", "--model", "judge", *asked)
    assert result.exit_code == 0, result.output
    assert "21 synthetic images, judged by" in result.stdout
    assert "real images" in result.stdout
    report = json.loads((tmp_path / "report.json").read_text())
    assert (report["images"], report["independent"], report["part"]) == (21, True, "validation")
    assert "A batch of synthetic images, judged" in (tmp_path / "page.html").read_text()


def test_a_folder_that_was_not_sampled_is_refused(refused, own_models, tmp_path):
    cause, cure = refused("classifier", "judge", tmp_path, "--model", "judge")
    assert "manifest" in cause
    assert "gan sample" in cure
