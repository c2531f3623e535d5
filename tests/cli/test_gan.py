from __future__ import annotations

import json


def test_evaluate_counts_agreement_and_writes_it_into_the_card(run, own_models, tmp_path):
    models = ("--model", "painter", "--classifier", "judge")
    result = run("gan", "evaluate", *models, "--count", "3", "--out", tmp_path / "report.json", "--to-card")
    assert result.exit_code == 0, result.output
    assert "agreement" in result.stdout
    assert json.loads((tmp_path / "report.json").read_text())["images"] == 21
    card = json.loads((own_models / "painter" / "card.json").read_text())
    assert [metric["name"] for metric in card["metrics"]] == ["agreement"]


def test_evaluate_refuses_no_image(refused, own_models):
    cause, _ = refused("gan", "evaluate", "--model", "painter", "--classifier", "judge", "--count", "0")
    assert "0" in cause
